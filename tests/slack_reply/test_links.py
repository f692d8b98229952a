import pytest

from slack_reply import links
from slack_reply.links import Link


@pytest.mark.parametrize(
    ("line", "label", "url"),
    [
        ("[a](b)", "a", "b"),
        ("[a](b 'title')", "a", "b"),
        ('[a]( b "t" )', "a", "b"),
        ("[a](<b c>)", "a", "b c"),
        ("[a](b(c)d)", "a", "b(c)d"),
        (r"[a](b\(c)", "a", "b(c"),
        ("[a [b]](c)", "a [b]", "c"),
        ("[]()", "", ""),
        ("[a](x?y=1&z=2)", "a", "x?y=1&z=2"),
    ],
)
def test_links_are_read(line: str, label: str, url: str) -> None:
    assert links.read(line, 0, whole=True) == Link(label, url, len(line))


@pytest.mark.parametrize("line", ["[a] (b)", "[a](b c)", "[a](b", "[a", "[a]", "[a](<b)", "[a][b]"])
def test_other_brackets_are_none(line: str) -> None:
    assert links.read(line, 0, whole=True) is None


@pytest.mark.parametrize("line", ["[", "[a", "[a]", "[a](", "[a](b", '[a](b "t', "[a](<b", "[a](b(c"])
def test_a_begun_link_is_waited_for(line: str) -> None:
    assert links.read(line, 0, whole=False) == 0


def test_waiting_has_an_end() -> None:
    assert links.read("[" + "a" * links.LABEL_LIMIT, 0, whole=False) is None
    assert links.read("[a](" + "b" * links.TARGET_LIMIT, 0, whole=False) is None
    assert links.read("[a](b c", 0, whole=False) is None


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("<https://x.y/z>", "https://x.y/z"),
        ("<https://x.y>です", "[https://x.y](https://x.y)"),
        ("<https://x.y/a_b>", r"[https://x.y/a\_b](https://x.y/a_b)"),
        ("<a@b.org>", "[a@b.org](mailto:a@b.org)"),
    ],
)
def test_autolinks_stay_usable(line: str, shown: str) -> None:
    assert links.autolink(line, 0, whole=True) == (line.index(">") + 1, shown)


@pytest.mark.parametrize("line", ["<https://a|b>", "<b>", "<https:// x>", "<ftp://a>", "<!channel>", "<a@b>"])
def test_nothing_else_is_an_autolink(line: str) -> None:
    assert links.autolink(line, 0, whole=True) is None


def test_a_url_can_not_leave_its_parentheses() -> None:
    assert links.quoted("a)b(c") == "a%29b%28c"
    assert links.quoted("a(b)c") == "a(b)c"
    assert links.quoted("<a|b> c") == "%3Ca%7Cb%3E%20c"
