import pytest

from markdown_source import LABEL_LIMIT, TARGET_LIMIT, Link, read_link


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
    assert read_link(line, 0, whole=True) == Link(label, url, len(line))


@pytest.mark.parametrize("line", ["[a] (b)", "[a](b c)", "[a](b", "[a", "[a]", "[a](<b)", "[a][b]"])
def test_other_brackets_are_no_links(line: str) -> None:
    assert read_link(line, 0, whole=True) is None


@pytest.mark.parametrize("line", ["[", "[a", "[a]", "[a](", "[a](b", '[a](b "t', "[a](<b", "[a](b(c"])
def test_begun_link_is_held_back(line: str) -> None:
    assert read_link(line, 0, whole=False) == 0


def test_begun_link_is_not_held_back_beyond_its_limit() -> None:
    assert read_link("[" + "a" * LABEL_LIMIT, 0, whole=False) is None
    assert read_link("[a](" + "b" * TARGET_LIMIT + " ", 0, whole=False) is None
    assert read_link("[a](b c", 0, whole=False) is None
