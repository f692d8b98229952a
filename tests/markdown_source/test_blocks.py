import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from markdown_source import (
    LONGEST_FENCE,
    TARGET_LIMIT,
    Block,
    blocks,
    is_code_open,
    is_prose,
    item,
    marks_end,
    may_be_head,
)
from markdown_source.blocks import _RULES, HEAD_CELL, _fence
from tests.slack_reply.drawn import markdown


@pytest.mark.parametrize(
    ("line", "opening"),
    [
        ("- text", "- #"),
        ("  12. [ ] text", "  12. #"),
        ("> - > text", "> - > #"),
        ("-", "- #"),
        ("-     code", "- #"),
        ("-   text", "-   #"),
        ("1.   ", "1. #"),
        ("> -  ", "> - #"),
    ],
)
def test_item_is_opened_by_a_line_that_nothing_continues(line: str, opening: str) -> None:
    assert item(line) == opening


def test_block_parser_tells_the_lines_of_each_block() -> None:
    texts = ["# a", "", "- b", "  c", "", "  ```py", "  d", "  ```", "| e |", "|---|", "| f |", "", "    g"]
    assert blocks(texts, tables=True) == [
        Block("text", 0, 1),
        Block("text", 2, 4, (2,), listed=True),
        Block("fence", 5, 8, (2,), "```", "py", closed=True, listed=True),
        Block("table", 8, 11),
        Block("code", 12, 13),
    ]


def test_block_knows_the_quotes_and_items_around() -> None:
    found = blocks(["> a", "> > - b", "c", "", "d"], tables=True)
    assert [(block.around, block.listed) for block in found] == [((0,), False), ((0, 1), True), ((), False)]


@pytest.mark.parametrize("texts", [["```", "a"], ["> ```", "> a", "b"], ["- ```", "  ``", "c"]])
def test_code_block_without_its_end_is_open(texts: list[str]) -> None:
    assert [block.closed for block in blocks(texts, tables=True) if block.kind == "fence"] == [False]


@pytest.mark.parametrize("head", ["a | b", "|a | b", "x" * HEAD_CELL + "| b", "**a**|b"])
def test_table_needs_no_pipes_around_its_rows(head: str) -> None:
    assert blocks([head, "--|--", "1 | 2", "3", "", "x"], tables=True) == [
        Block("table", 0, 4),
        Block("text", 5, 6),
    ]


@pytest.mark.parametrize(
    "texts",
    [
        ["x" * (HEAD_CELL + 1) + "| b", "--|--", "1 | 2"],
        ["above", "a | b", "--|--"],
        ["> a | b", "> --|--"],
        ["- a | b", "  --|--"],
        ["a | b", "--|--|--"],
        ["a | b", "- | -"],
        ["# a | b", "--|--"],
    ],
)
def test_line_that_was_shown_before_its_pipe_is_no_head_of_a_table(texts: list[str]) -> None:
    assert "table" not in {block.kind for block in blocks(texts, tables=True)}


def test_rows_below_a_head_with_a_pipe_before_it_have_one_too() -> None:
    assert [block.kind for block in blocks(["| a |", "|---|", "text"], tables=True)] == ["table", "text"]


def test_lines_before_a_number_are_no_head_unless_they_begin_with_a_pipe() -> None:
    texts = ["a|b", "-|-", "1|2"]
    assert [block.kind for block in blocks(texts, tables=True, heads_from=1)] == ["text"]
    piped = [f"|{text}" for text in texts]
    assert [block.kind for block in blocks(piped, tables=True, heads_from=1)] == ["table"]


def test_each_beginning_of_a_head_may_be_one() -> None:
    head = "Some words | more"
    assert all(may_be_head(head[:end], whole=False) for end in range(len(head) + 1))
    assert may_be_head(head, whole=True)
    assert not may_be_head("Some words", whole=True)
    assert not may_be_head("x" * (HEAD_CELL + 1), whole=False)


@pytest.mark.parametrize(("line", "end"), [("a", 0), ("- a", 2), ("  > 1. a", 7), ("-a", 0)])
def test_text_of_a_line_begins_behind_its_marks(line: str, end: int) -> None:
    assert marks_end(line) == end


def test_longer_run_of_ticks_is_no_code_block() -> None:
    assert [block.kind for block in blocks(["`" * (LONGEST_FENCE + 1), "a"], tables=True)] == ["text"]


def test_html_is_text() -> None:
    assert [block.kind for block in blocks(["<div>", "", "<!-- a -->"], tables=True)] == ["text", "text"]


@pytest.mark.parametrize(
    "line",
    [
        "[Nä Me]: https://example.com",
        "> [nä  me]: <https://example.com>",
        "   [NÄ ME]: https://example.com 'title'",
    ],
)
def test_definition_of_a_link_is_read(line: str) -> None:
    [block] = blocks([line], tables=True)
    assert (block.kind, block.label, block.url) == ("definition", "NÄ ME", "https://example.com")


@pytest.mark.parametrize(
    "line",
    [
        "- [a]: https://example.com",
        "[a]: example.com",
        "[a]: data:text/html,x",
        "[a]: https://example.com x",
        "[ ]: https://example.com",
        f"[a]: https://example.com/{'x' * TARGET_LIMIT}",
    ],
)
def test_line_that_defines_no_address_is_text(line: str) -> None:
    assert [block.kind for block in blocks([line], tables=True)] == ["text"]
    assert [block.kind for block in blocks(["text", "[a]: https://example.com"], tables=True)] == ["text"]


def test_definition_is_text_where_tables_are() -> None:
    assert [block.kind for block in blocks(["[a]: https://example.com"], tables=False)] == ["text"]


@given(markdown)
def test_blocks_follow_each_other(text: str) -> None:
    texts = text.split("\n")
    found = blocks(texts, tables=True)
    ends = [0, *(block.last for block in found)]
    assert all(end <= block.first < block.last <= len(texts) for end, block in zip(ends, found, strict=False))


@pytest.mark.parametrize("text", ["", "a\nb\n\nc", "a | b\nand more", "[1]: https://example.com", "a\n    b"])
def test_text_of_paragraphs_is_prose(text: str) -> None:
    assert is_prose(text)


@pytest.mark.parametrize(
    "text", ["# a", "a\n---", "- a", "> a", "```\na", "a\n\n    b", "a | b\n--|--", "***", "1. a"]
)
def test_text_with_another_block_is_no_prose(text: str) -> None:
    assert not is_prose(text)


@pytest.mark.parametrize(
    ("line", "inside"),
    [("a `b", True), ("`a` b", False), ("``a`", True), ("`a` ``b", True), ("\\`a", False), ("", False)],
)
def test_code_span_is_open_until_the_same_number_of_ticks(line: str, inside: bool) -> None:
    assert is_code_open(line) == inside


KINDS = {"inline": "text", "hr": "text", "fence": "fence", "code_block": "code"}
MARKS = (
    "- ",
    "-",
    "1. ",
    "2) ",
    "* ",
    "+",
    "> ",
    "# a\n",
    "***",
    "---",
    "===",
    "```\n",
    "~~~",
    "    ",
    "\t",
    "\n",
    "\n\n",
    "a",
    "a\n",
)


@given(markdown | st.lists(st.sampled_from(MARKS), max_size=30).map("".join))
def test_blocks_are_those_that_the_parsers_own_rules_find(text: str) -> None:
    own = MarkdownIt("zero").enable([*_RULES])
    own.block.ruler.at("fence", _fence, {"alt": ["paragraph", "reference", "blockquote", "list"]})
    wanted: list[tuple[str, int, int, tuple[int, ...], bool]] = []
    around: list[tuple[int, str]] = []
    for token in own.block.parse("\n".join((*text.split("\n"), "")), own, {}, []) or ():
        first, last = token.map or (0, 0)
        if token.type in {"list_item_open", "blockquote_open"}:
            around.append((first, token.type))
        elif token.type in {"list_item_close", "blockquote_close"}:
            around.pop()
        elif token.type in KINDS:
            begins = tuple(dict.fromkeys(begin for begin, _ in around))
            listed = any(kind == "list_item_open" for _, kind in around)
            wanted.append((KINDS[token.type], first, last, begins, listed))
    found = blocks(text.split("\n"), tables=False)
    assert [(*block[:4], block.listed) for block in found] == wanted
