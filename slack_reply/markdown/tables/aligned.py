"""A table as lines of code with aligned columns, for a table that Slack's `table` block cannot show."""

import unicodedata
from collections.abc import Sequence

from slack_reply.markdown.parts import Alignment

# A wider cell sticks out of its column.
WIDTH_LIMIT = 60

Row = Sequence[str]


def width(text: str) -> int:
    """Columns in a monospaced font; East Asian characters take two."""
    if text.isascii():
        return len(text)
    return sum(_columns(char) for char in text)


def widths(rows: Sequence[Row]) -> list[int]:
    """The width of each column."""
    return [min(WIDTH_LIMIT, max(map(width, column))) for column in zip(*rows, strict=True)]


def line(row: Row, columns: Sequence[int], alignments: Sequence[Alignment]) -> str:
    """One row with its line end. It begins with a bar, since Slack can lose blanks at the start of a chunk."""
    cells = map(_aligned, row, columns, alignments)
    return f"| {' | '.join(cells)} |\n"


def rule(columns: Sequence[int]) -> str:
    """The line under the head, with its line end."""
    return f"|-{'-+-'.join('-' * column for column in columns)}-|\n"


def _columns(char: str) -> int:
    if unicodedata.combining(char) or unicodedata.category(char) in {"Cf", "Me", "Mn"}:
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


def _aligned(cell: str, column: int, alignment: Alignment) -> str:
    room = max(0, column - width(cell))
    left = {"right": room, "center": room // 2}.get(alignment, 0)
    return " " * left + cell + " " * (room - left)
