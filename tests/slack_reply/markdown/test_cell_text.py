import pytest
from hypothesis import given

from slack_reply.markdown.cell_text import SIZE_LIMIT, read
from slack_reply.markdown.parts import Cell, Run, Style
from tests.slack_reply.drawn import markdown
from tests.slack_reply.law import is_live


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        ("**b** *i* ~~s~~ `c`", "b i s c"),
        ("[docs](https://x.y?a=1&b=2)", "docs (https://x.y?a=1&b=2)"),
        ("[https://x.y](https://x.y)", "https://x.y"),
        ("<https://x.y>", "https://x.y"),
        ("![chart](/c.png)", "chart (/c.png)"),
        ("Wow!<a@x.y>", "Wow!a@x.y (mailto:a@x.y)"),
        ("[**bold** label](/u)", "bold label (/u)"),
        ("one<br>two <BR/> three", "one\ntwo\nthree"),
        ("snake_case 2*3*4 a < b", "snake_case 2*3*4 a < b"),
        (r"\*not\* &amp; &lt;x&gt;", "*not* & <x>"),
        ("<!channel> &lt;@U1&gt;", "&lt;!channel> &lt;@U1>"),
        ("", ""),
    ],
)
def test_markup_becomes_plain_text(cell: str, text: str) -> None:
    assert read(cell).text == text


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        ("`__init__`", "__init__"),
        ("`SELECT *`, `COUNT(*)`", "SELECT *, COUNT(*)"),
        (r"`\.txt$`", r"\.txt$"),
        ("`&lt;`", "&lt;"),
        ("`` a`b ``", "a`b"),
        ("`[a](b)` **`*x*`**", "[a](b) *x*"),
        ("`unclosed *it*", "`unclosed it"),
        ("```", "```"),
    ],
)
def test_code_in_a_cell_is_unchanged(cell: str, text: str) -> None:
    assert read(cell).text == text


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        (
            "[docs](https://x.y/?a=1&timestamp=5&region=us&section=2)",
            "docs (https://x.y/?a=1&timestamp=5&region=us&section=2)",
        ),
        ("https://x.y/?a=1&timestamp=5&copy=2", "https://x.y/?a=1&timestamp=5&copy=2"),
        ("https://x.y/_a_/b", "https://x.y/_a_/b"),
        ("see _https://x.y/a_b_, ok", "see https://x.y/a_b, ok"),
        ("**https://x.y/a_b** (https://x.y/c(d))", "https://x.y/a_b (https://x.y/c(d))"),
        ("<https://x.y/*a*?b=1&copy=2>", "https://x.y/*a*?b=1&copy=2"),
        ("[a](https://x.y/?b=1&amp;c=2)", "a (https://x.y/?b=1&c=2)"),
        ("a&copy b&copy; &notit; &#65; &AMP", "a&copy b© &notit; A &AMP"),
    ],
)
def test_addresses_stay_and_entities_need_a_semicolon(cell: str, text: str) -> None:
    assert read(cell).text == text


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        ("**日本語**です", "日本語です"),
        ("a **b**c", "a bc"),
        ("**A/B_test**", "A/B_test"),
        ("***a** b*", "a b"),
        ("*foo**bar*", "foo**bar"),
        ("**a* b", "*a b"),
        ("** a ** 2 * 3 * 4", "** a ** 2 * 3 * 4"),
        ("**[a](/u)** and _b_", "a (/u) and b"),
    ],
)
def test_markers_are_removed_only_where_they_mark_text(cell: str, text: str) -> None:
    assert read(cell).text == text


BOLD: frozenset[Style] = frozenset({"bold"})
CODE: frozenset[Style] = frozenset({"code"})


@pytest.mark.parametrize(
    ("cell", "runs"),
    [
        ("plain", [Run("plain")]),
        ("**open** now", [Run("open", BOLD), Run(" now")]),
        ("`a|b`", [Run("a|b", CODE)]),
        ("**`x`**", [Run("x", BOLD | CODE)]),
        ("[OPS-12](https://example.com/OPS-12)", [Run("OPS-12", url="https://example.com/OPS-12")]),
        ("**[a](https://x.y)**", [Run("a", BOLD, "https://x.y")]),
        (
            "see https://x.y/a_b_c.",
            [Run("see "), Run("https://x.y/a_b_c", url="https://x.y/a_b_c"), Run(".")],
        ),
        ("https://x.y/<id>", [Run("https://x.y/", url="https://x.y/"), Run("<id>")]),
        ("参照https://x.y/a", [Run("参照"), Run("https://x.y/a", url="https://x.y/a")]),
        ("a *b c*", [Run("a "), Run("b c", frozenset({"italic"}))]),
        ("[docs](/relative)", [Run("docs (/relative)")]),
        (
            "other[https://x.y](https://z.y)",
            [Run("other"), Run("https://x.y → https://z.y", url="https://z.y")],
        ),
        (
            "[bank.example](https://evil.example)",
            [Run("bank.example → https://evil.example", url="https://evil.example")],
        ),
    ],
)
def test_markup_of_a_cell_becomes_the_look_of_its_runs(cell: str, runs: list[Run]) -> None:
    assert read(cell) == Cell(tuple(runs))


def test_markup_of_a_far_too_long_cell_stays_as_it_is() -> None:
    text = "_a " * SIZE_LIMIT
    assert read(text).text == text


@given(markdown)
def test_no_cell_is_live(text: str) -> None:
    assert not is_live(read(text.replace("\n", " ")).text)


@pytest.mark.parametrize(
    ("cell", "marked", "rest"),
    [
        ("**「x」**の", "「x」", "の"),
        ("**注意：**必須", "注意：", "必須"),
        ("**（重点）**内容", "（重点）", "内容"),
        ("**'따옴표'**와", "'따옴표'", "와"),
        ("<b>Note:</b>x", "Note:", "x"),
        ("**https://x.y/a：**次", "https://x.y/a：", "次"),
    ],
)
def test_bold_text_beside_a_letter_is_bold_in_a_cell_too(cell: str, marked: str, rest: str) -> None:
    [*bold, last] = read(cell).runs
    assert "".join(run.text for run in bold) == marked
    assert all("bold" in run.styles for run in bold)
    assert last == Run(rest)
