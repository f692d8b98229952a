import pytest

from dify_app.stream.lines import LONGEST_RUN, PIECE, MarkdownLines, decided, end_of
from markdown_source import LONGEST_FENCE


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
        (["- ", "```", "\n"], True),
        (["> ", "```", "\n", "> "], True),
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
        (["`", "`"], False),
        (["`", "a", "\n"], False),
        (["```", "a", "```"], False),
    ],
)
def test_code_span_ends_with_the_same_ticks_or_its_line(pieces: list[str], inside: bool) -> None:
    assert behind(*pieces).in_span == inside


@pytest.mark.parametrize(
    ("text", "end"),
    [("", ""), ("```py\nx", "```"), ("~~~~\nx\n~~~", "~~~~"), ("```\nx\n```", ""), ("a `b", "")],
)
def test_block_end_is_the_text_that_closes_an_open_block(text: str, end: str) -> None:
    assert end_of(text).block_end == end


LONG = LONGEST_RUN + 3


@pytest.mark.parametrize("mark", "`~")
def test_long_run_comes_in_pieces_and_counts_as_one_run_of_text(mark: str) -> None:
    run = mark * LONG
    pieces = [found.group() for found in PIECE.finditer(run)]
    assert [len(piece) for piece in pieces] == [LONGEST_RUN, 3]
    assert not behind(*pieces, "\n").in_block
    assert behind(mark * 3, "\n").in_block
    assert not behind(mark * 3, "\n", *pieces, "\n").in_block
    assert not behind("a ", *pieces, "b", *pieces).in_span


@pytest.mark.parametrize("mark", "`~")
def test_run_of_more_than_twenty_opens_no_block(mark: str) -> None:
    assert behind(mark * LONGEST_FENCE, "\n").in_block
    assert not behind(mark * (LONGEST_FENCE + 1), "\n").in_block


@pytest.mark.parametrize(
    ("text", "certain"),
    [
        ("", 0),
        ("a", 1),
        ("a``", 1),
        ("`~~", 1),
        ("``\n", 3),
        ("~" * (LONGEST_RUN - 1), 0),
        ("~" * LONGEST_RUN, LONGEST_RUN),
        ("a" + "`" * LONG, 1 + LONGEST_RUN),
    ],
)
def test_decided_leaves_only_the_tail_of_a_run_that_may_go_on(text: str, certain: int) -> None:
    assert decided(text) == certain
