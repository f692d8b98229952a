import pytest

from slack_reply.markdown import links
from slack_reply.markdown.inline_parser import Atom, held


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("<https://x.y/z>", "https://x.y/z"),
        ("<https://x.y>です", "[https://x.y](https://x.y)"),
        ("<https://x.y/a_b>", r"[https://x.y/a\_b](https://x.y/a_b)"),
        ("<a@b.org>", "[a@b.org](mailto:a@b.org)"),
        ("<https://a.example|the page>", "[the page](https://a.example)"),
        (
            "<https://evil.example|bank.example>",
            "[bank.example → https://evil.example](https://evil.example)",
        ),
    ],
)
def test_autolinks_stay_usable(line: str, shown: str) -> None:
    assert links.autolink(line, 0, whole=True) == Atom(0, line.index(">") + 1, shown)


@pytest.mark.parametrize(
    "line", ["<b>", "<https://a|>", "<https://a|b|c>", "<https:// x>", "<!channel>", "<a@b>"]
)
def test_nothing_else_is_an_autolink(line: str) -> None:
    assert links.autolink(line, 0, whole=True) is None


@pytest.mark.parametrize(
    ("line", "shown"),
    [("<ftp://a>", "&lt;ftp://a&gt;"), ("<std::pair*[a]_>", r"&lt;std::pair\*\[a\]\_&gt;")],
)
def test_address_that_nobody_can_open_is_its_text(line: str, shown: str) -> None:
    assert links.autolink(line, 0, whole=True) == Atom(0, len(line), shown)
    assert all(links.autolink(line[:end], 0, whole=False) == held(0) for end in range(1, len(line)))


def test_url_cannot_end_its_parentheses() -> None:
    assert links.quoted("a)b(c") == "a%29b%28c"
    assert links.quoted("a(b)c") == "a(b)c"
    assert links.quoted("<a|b> c") == "%3Ca%7Cb%3E%20c"


@pytest.mark.parametrize(
    ("label", "url"),
    [
        ("https://good.example", "https://evil.example"),
        ("see www.good.example/a", "https://evil.example/a"),
        ("https://good.example", "https://good.example@evil.example/"),
        ("https://good.example", "https://good.example.evil.example/"),
        ("**https://good.example/**", "http://evil.example"),
        ("https&#58;//good.example", "https://evil.example"),
        ("https://good.example", "https://[evil"),
    ],
)
def test_label_that_reads_as_another_address_names_the_real_one(label: str, url: str) -> None:
    assert links.shown(label, url).startswith(f"[{label} → ")


@pytest.mark.parametrize(
    ("label", "url"),
    [
        ("https://x.example/a", "https://x.example/a?b=1"),
        ("www.x.example", "https://x.example/"),
        ("https://X.example.", "https://x.example/"),
        ("README.md", "https://x.example/README.md"),
        ("the docs", "https://x.example"),
        ("https://x.example/a_b", "https://www.x.example/a_b"),
    ],
)
def test_label_stays_when_it_names_no_other_address(label: str, url: str) -> None:
    assert links.shown(label, url).startswith(f"[{label}](")


@pytest.mark.parametrize(
    ("label", "url"),
    [
        ("go to good.com", "https://evil.example"),
        ("good.bank", "https://evil.example"),
        ("g**oo**d.com", "https://evil.example"),
        ("good\u200b.com", "https://evil.example"),
        ("\uff47\uff4f\uff4f\uff44.com", "https://evil.example"),
        ("good&#46;com", "https://evil.example"),
        ("mail@good.com", "https://evil.example"),
        ("good.com/readme.com", "https://evil.example/readme.com"),
        ("xn--80ak6aa92e.com", "https://evil.example"),
        ("пример.рф", "https://evil.example"),
    ],
)
def test_bare_domain_in_a_label_names_the_real_one(label: str, url: str) -> None:
    assert links.shown(label, url).startswith(f"[{label} → ")


@pytest.mark.parametrize("label", ["node.js", "main.py", "e.g. x.y", "v1.2", "a.b.c", "foo.bar", "1.5 GB"])
def test_name_that_is_no_domain_stays(label: str) -> None:
    assert links.shown(label, "https://x.example/src/main.py").startswith(f"[{label}](")
