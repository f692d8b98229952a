import pytest

from markdown_source import CODE_SPAN_LIMIT
from slack_reply.markdown import atoms


def read(line: str) -> str:
    found = atoms.read(line, 0, whole=True).atoms
    return "".join(atom.text or "" for atom in atoms.row(line, 0, found, len(line)))


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ("a <b> c", "a &lt;b&gt; c"),
        ("`a<b>` <c>", "`a<b>` &lt;c&gt;"),
        ("`` ` <x> `` y>", "`` ` <x> `` y&gt;"),
        ("`never <closed>", "\\`never &lt;closed&gt;"),
        (r"\<b> \`<c>\`", r"&lt;b&gt; \`&lt;c&gt;\`"),
        ("a & b &amp; &copy; &#42;", "a & b &amp; © &#42;"),
        ("![alt <x>](/u)", "[alt &lt;x&gt;](/u)"),
        ("![](https://x.y/a/pic_1.png?sig=1)", r"[pic\_1.png](https://x.y/a/pic_1.png?sig=1)"),
        ("[![badge](b.svg)](/ci)", "[badge](/ci)"),
        ("[<b>![badge](b.svg)</b> ok](/ci)", "[**badge** ok](/ci)"),
        ("[a [b] c](/u)", "[a [b] c](/u)"),
        (
            "[詳細はhttps://a.exampleを見て](https://a.example)",
            "[詳細はhttps://a.exampleを見て → https://a.example](https://a.example)",
        ),
        ("![[[a](/b)](/c)](/d)", r"[\[a\](/c)](/d)"),
        ("[x](<a b>)", "[x](a%20b)"),
        ("[link](<foo\\>)", "\\[link](&lt;foo&gt;)"),
        ("https://a.example/x文", "[https://a.example/x](https://a.example/x)文"),
        ("https://a.example/[1]文", "[https://a.example/\\[1\\]](https://a.example/[1])文"),
        ("https://a.example/~a_b文", "[https://a.example/\\~a\\_b](https://a.example/~a_b)文"),
        ("*https://a.example*.é文", "*https://a.example*.é文"),
        ("https://a.example/[文](/u)", "https://a.example/[文](/u)"),
        ("https://a.example/![文](/u)", "https://a.example/[文](/u)"),
        ("https://a.example/[1][文](/u)", "https://a.example/\\[1][文](/u)"),
        ("[ ] [x] [1] [^2]", "[ ] [x] [1] [^2]"),
        ("2*3*4 Leser*innen", r"2\*3\*4 Leser\*innen"),
    ],
)
def test_line_is_made_safe(source: str, shown: str) -> None:
    assert read(source) == shown


def test_code_span_counts_up_to_its_limit() -> None:
    near = "`" + "<" * (CODE_SPAN_LIMIT - 1) + "`"
    far = "`" + "<" * CODE_SPAN_LIMIT + "`"
    assert read(near) == near
    assert "<" not in read(far)


def test_uncertain_atom_ends_the_reading() -> None:
    marks = atoms.read("a `b", 0, whole=False)
    assert marks.atoms == []
    assert marks.end == marks.undecided == 2
