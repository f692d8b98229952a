import pytest
from hypothesis import given

from slack_reply.markdown.tables import tables
from slack_reply.markdown.tokens import is_live
from tests.slack_reply.drawn import markdown


def texts(line: str, columns: int) -> list[str]:
    return [cell.text for cell in tables.row_of(line, columns)]


@pytest.mark.parametrize(
    ("row", "found"),
    [
        ("| a | b |", ["a", "b"]),
        ("|a|b", ["a", "b"]),
        (r"| a \| b | c |", ["a | b", "c"]),
        ("| | x |", ["", "x"]),
    ],
)
def test_rows_are_split(row: str, found: list[str]) -> None:
    assert tables.split(row) == found


@pytest.mark.parametrize(
    ("separator", "columns", "found"),
    [
        ("|---|:-:|--:|", 3, ("", "center", "right")),
        ("|:--|---", 2, ("left", "")),
        ("|---|", 2, None),
        ("| a | b |", 2, None),
        ("|", 1, None),
        ("|-|", 1, ("",)),
    ],
)
def test_row_under_the_head_gives_the_alignments(
    separator: str, columns: int, found: tuple[str, ...] | None
) -> None:
    assert tables.alignments(separator, columns) == found
    if found:
        assert all(tables.may_separate(separator[:end]) for end in range(len(separator)))


def test_rows_have_as_many_cells_as_the_head_and_lose_nothing() -> None:
    assert texts("| a |", 3) == ["a", "", ""]
    assert texts("| a | b | c |", 2) == ["a", "b | c"]


@given(markdown)
def test_no_cell_is_live(text: str) -> None:
    assert not any(is_live(cell) for cell in texts(text.replace("\n", " "), 2))
