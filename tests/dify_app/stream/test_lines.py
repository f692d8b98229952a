import pytest
from hypothesis import given
from hypothesis import strategies as st

from dify_app.stream.lines import MarkdownLines
from markdown_source import LONGEST_FENCE

PIECES = ("```", "`", "~~~", "\n", "\r\n", "> ", "- ", "1. ", "    ", " ", "word", "\n\n", "a" * 300)


def behind(*pieces: str) -> MarkdownLines:
    lines = MarkdownLines()
    for piece in pieces:
        lines.take(piece)
    return lines


@pytest.mark.parametrize("pieces", [[" "], ["a", "\n"], ["\ufeff"], ["a", "\n", "  ", " "]])
def test_line_is_bare_while_it_holds_only_blanks(pieces: list[str]) -> None:
    assert behind(*pieces).is_bare


@pytest.mark.parametrize("lead", ["> ", ">", "- ", "12. ", "> - ", "- > ", "  * "])
def test_line_begins_behind_the_mark_of_a_list_item_or_quote(lead: str) -> None:
    assert behind(lead).begins
    assert behind(*lead).begins
    assert not behind(lead).is_bare


@pytest.mark.parametrize("lead", ["-", "12", "a ", "- a", "> 1.", "- " * 200])
def test_line_does_not_begin_behind_other_text(lead: str) -> None:
    assert not behind(lead).begins


@pytest.mark.parametrize(
    ("pieces", "inside"),
    [
        (["```", "py", "\n"], True),
        (["- ", "```", "\n", "  "], True),
        (["- ```\n  ```\n", "    "], False),
        (["- ", "```", "\n"], False),
        (["> ", "```", "\n", "> "], True),
        (["- a", "\n", "  ```", "\n", "  "], True),
        (["a", "\n\n", "    "], True),
        (["a", "\n", "    "], False),
        (["- a", "\n\n", "    "], False),
        (["    "], False),
        (["> ", "```", "\n", "a"], False),
        (["> ", "```", "\n", "> a", "\n", "\n"], False),
        (["```", "\n", "```", "\n"], False),
        (["````", "\n", "```", "\n"], True),
        (["```", "\n", "```"], False),
        (["```", "\n", "```", "py", "\n"], True),
        (["~~~", "\n", "```", "\n"], True),
        (["```", "a", "```", "\n"], False),
        (["a ", "```", "\n"], False),
        (["``", "\n"], False),
    ],
)
def test_code_block_is_followed_from_its_first_line_to_its_last(pieces: list[str], inside: bool) -> None:
    assert behind(*pieces).in_block == inside


@pytest.mark.parametrize(
    ("pieces", "inside"),
    [
        (["`", "a"], True),
        (["`", "a", "`"], False),
        (["``", "a", "`"], True),
        (["`a` "], False),
        (["\\`", "a"], False),
        (["`", "a", "\n"], False),
        (["```", "a", "```"], False),
    ],
)
def test_code_span_ends_with_the_same_ticks_or_its_line(pieces: list[str], inside: bool) -> None:
    assert behind(*pieces).in_span == inside


@pytest.mark.parametrize("mark", "`~")
def test_run_of_more_than_twenty_opens_no_block(mark: str) -> None:
    assert behind(mark * LONGEST_FENCE, "\n").in_block
    assert not behind(mark * (LONGEST_FENCE + 1), "\n").in_block


@given(st.lists(st.sampled_from(PIECES), max_size=20).map("".join), st.data())
def test_position_is_the_same_however_the_text_came(text: str, data: st.DataObject) -> None:
    cut = data.draw(st.integers(0, len(text)))
    assert behind(text) == behind(text[:cut], text[cut:]) == behind(*text)


@given(st.lists(st.sampled_from(PIECES), max_size=60))
def test_position_is_the_same_however_often_it_was_asked_for(pieces: list[str]) -> None:
    asked = MarkdownLines()
    for end, piece in enumerate(pieces, 1):
        asked.take(piece)
        once = behind(*pieces[:end])
        assert (asked.in_block, asked.begins, asked.in_span) == (once.in_block, once.begins, once.in_span)


def test_position_is_known_behind_a_text_that_is_not_kept() -> None:
    for begun, inside in (("```\n", True), ("- a\n\n  ```\n", True), ("> ```\n", False), ("", False)):
        lines = behind(begun, *["  word\n"] * 5_000, "  ")
        assert len(lines._text) < 30_000
        assert lines.in_block == inside
    assert behind("`", "word " * 5_000).in_span is False
    assert behind("word " * 5_000, "`").in_span


@pytest.mark.parametrize(
    "block", ["```py\nx\n```\n", "    code\n", "- a\n\n  ```\n  x\n  ```\n", "> a\n", "words\n"]
)
@pytest.mark.parametrize(
    ("begun", "inside"),
    [
        ("```\n", True),
        ("- a\n\n  ```\n  ", True),
        ("- a\n\n      ", True),
        ("- a\n\n    ", False),
        ("\n", False),
    ],
)
def test_position_is_known_behind_many_blocks_and_many_lines(block: str, begun: str, inside: bool) -> None:
    assert behind(40 * f"{block}\n", begun).in_block == inside
    if begun.startswith("```"):
        assert behind(begun, "x\n" * 100).in_block
        assert not behind(begun, "x\n" * 100, "```\n").in_block
