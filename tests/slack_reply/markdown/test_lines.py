import pytest
from hypothesis import given
from markdown_it import MarkdownIt

from slack_reply.markdown import lines
from slack_reply.markdown.lines import Block, blocks
from tests.slack_reply.drawn import markdown


@pytest.mark.parametrize(
    ("line", "prefix"),
    [
        ("text", ""),
        ("- text", "- "),
        ("> > text", "> > "),
        ("1. > text", "1. > "),
        ("- [x] done", "- [x] "),
        ("-text", ""),
        ("  * a", "  * "),
    ],
)
def test_prefix_is_all_that_stands_before_the_text(line: str, prefix: str) -> None:
    assert lines.prefix(line) == prefix


@pytest.mark.parametrize(
    ("line", "opening"),
    [
        ("- text", "- #"),
        ("  12. [ ] text", "  12. #"),
        ("> - > text", "> - > #"),
        ("-", "- #"),
        ("-     code", "- #"),
        ("-   text", "-   #"),
    ],
)
def test_item_is_opened_by_a_line_that_nothing_continues(line: str, opening: str) -> None:
    assert lines.item(line) == opening


def test_lines_know_their_offsets_in_the_source() -> None:
    source = "ab\r\ncd\nef"
    assert lines.split(source, 4, len(source)) == [lines.Line(4, "cd", 7), lines.Line(7, "ef", 9)]
    assert lines.split(source)[0] == lines.Line(0, "ab", 4)


def test_block_parser_tells_the_lines_of_each_block() -> None:
    texts = ["# a", "", "- b", "  c", "", "  ```py", "  d", "  ```", "| e |", "|---|", "| f |", "", "    g"]
    assert blocks(texts, tables=True) == [
        Block("text", 0, 1),
        Block("text", 2, 4, (2,)),
        Block("fence", 5, 8, (2,), "```", "py", closed=True),
        Block("table", 8, 11),
        Block("code", 12, 13),
    ]


@pytest.mark.parametrize("texts", [["```", "a"], ["> ```", "> a", "b"], ["- ```", "  ``", "c"]])
def test_code_block_without_its_end_is_open(texts: list[str]) -> None:
    assert [block.closed for block in blocks(texts, tables=True) if block.kind == "fence"] == [False]


def test_table_without_a_pipe_before_its_rows_is_text() -> None:
    assert [block.kind for block in blocks(["a | b", "--|--", "1 | 2"], tables=True)] == ["text"]
    assert [block.kind for block in blocks(["| a |", "|---|", "text"], tables=True)] == ["table", "text"]


def test_longer_run_of_ticks_is_no_code_block() -> None:
    assert [block.kind for block in blocks(["`" * 21, "a"], tables=True)] == ["text"]


def test_html_and_definitions_are_text() -> None:
    assert [block.kind for block in blocks(["<div>", "", "[1]: https://example.com"], tables=True)] == [
        "text",
        "text",
    ]


@given(markdown)
def test_blocks_follow_each_other(text: str) -> None:
    texts = text.split("\n")
    found = blocks(texts, tables=True)
    ends = [0, *(block.last for block in found)]
    assert all(end <= block.first < block.last <= len(texts) for end, block in zip(ends, found, strict=False))


@given(markdown)
def test_text_is_what_the_parsers_own_rules_call_text(text: str) -> None:
    own = MarkdownIt("zero").enable([*lines._RULES])
    own.block.ruler.at("fence", lines._fence, {"alt": ["paragraph", "reference", "blockquote", "list"]})
    source = "\n".join((*text.split("\n"), ""))
    wanted = [
        tuple(found.map or ())
        for found in own.block.parse(source, own, {}, []) or ()
        if found.type == "inline"
    ]
    found = lines._BLOCKS.block.parse(source, lines._BLOCKS, {}, []) or ()
    assert [tuple(token.map or ()) for token in found if token.type == "inline"] == wanted
