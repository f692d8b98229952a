import pytest

from markdown_source import (
    LABEL_LIMIT,
    TARGET_LIMIT,
    Definition,
    Known,
    Link,
    References,
    begins_definition,
    may_define,
    read_link,
)


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
        ("[`](`]()", "`](`", ""),
        ("[``]`](b)`]``](c)", "``]`](b)`]``", "c"),
        ("[[`]`]](c)", "[`]`]", "c"),
        ("[`](c)", "`", "c"),
        ("[a](x?y=1&z=2)", "a", "x?y=1&z=2"),
    ],
)
def test_links_are_read(line: str, label: str, url: str) -> None:
    assert read_link(line, 0, whole=True) == Link(label, url, len(line))


@pytest.mark.parametrize("line", ["[a] (b)", "[a](b c)", "[a](b", "[a", "[a]", "[a](<b)", "[a][b]"])
def test_other_brackets_are_no_links(line: str) -> None:
    assert read_link(line, 0, whole=True) is None


@pytest.mark.parametrize(
    "line", ["[", "[a", "[a]", "[a](", "[a](b", '[a](b "t', "[a](<b", "[a](b(c", "[`]a", "[[`]]a"]
)
def test_begun_link_is_held_back(line: str) -> None:
    assert read_link(line, 0, whole=False) == 0


@pytest.mark.parametrize(
    "target",
    [
        "data:image/png;base64,AA",
        ' data:image/png;base64,AA "title" ',
        "\ndata:image/png;base64,AA\n",
        "<data:image/png;base64,AA> 'title'",
        "data:image/png;base64,AA\n(title)",
        "data:image/svg+xml,fill='rgb(1,(2),3)'",
        "data:((((a))))",
        "<data:(a>",
        "<data:\\>a b>",
        f"https://a.example/{'b' * TARGET_LIMIT} 'title'",
    ],
)
def test_link_whose_target_is_content_or_far_too_long_leads_nowhere(target: str) -> None:
    line = f"[a]({target})"
    assert read_link(line, 0, whole=True) == Link("a", "", len(line))
    assert all(read_link(line[:end], 0, whole=False) == 0 for end in range(1, len(line)))


@pytest.mark.parametrize("target", ["data:a b", "<data:a>b", "<data:a<b>", "data:(a b)", "data:a 'b"])
def test_target_that_only_begins_with_content_is_none(target: str) -> None:
    assert read_link(f"[a]({target})", 0, whole=True) is None


def test_begun_link_is_not_held_back_beyond_its_limit() -> None:
    assert read_link("[" + "a" * LABEL_LIMIT, 0, whole=False) is None
    assert read_link("[a](" + "b" * TARGET_LIMIT + " ", 0, whole=False) is None
    assert read_link("[a](b c", 0, whole=False) is None


def defined(name: str) -> Known:
    """What a text knows in which only this name is defined, as /u."""
    references = References()
    references.define(name, Definition(0, "/u", ""), beside=False)
    return Known(references, 1)


@pytest.mark.parametrize(
    ("line", "name", "label", "end"),
    [
        ("[a][b]", "B", "a", 6),
        ("[a][]", "A", "a", 5),
        ("[a]", "A", "a", 3),
        ("[a] [b]", "A", "a", 3),
        ("[a  b] c", "A B", "a  b", 6),
        ("[a][b", "A", "a", 3),
        ("[a](b c)", "A", "a", 3),
    ],
)
def test_references_are_read(line: str, name: str, label: str, end: int) -> None:
    assert read_link(line, 0, defined(name), whole=True) == Link(label, "/u", end)
    assert read_link(line, 0, defined("C"), whole=True) is None


def test_begun_reference_is_held_back() -> None:
    assert read_link("[a][b", 0, defined("A"), whole=False) == 0
    assert read_link(f"[a][{'b' * LABEL_LIMIT}", 0, defined("A"), whole=False) == Link("a", "/u", 3)
    assert read_link("[a][b", 0, whole=False) is None


DEFINITION = "  > [a b]: <https://example.com/x y> 'A title'"


def test_each_beginning_of_a_definition_may_define() -> None:
    begun = DEFINITION.index(":") + 1
    assert all(begins_definition(DEFINITION[:end]) for end in range(begun, len(DEFINITION) + 1))
    assert may_define(f"Text.\n\n{DEFINITION}\n")


@pytest.mark.parametrize(
    "line", ["[a] b", "[a]: word and", "- [a]: https://x.example", "[a]: https://x.example b"]
)
def test_other_lines_define_nothing(line: str) -> None:
    assert not begins_definition(line)
