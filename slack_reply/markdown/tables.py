"""Tables in growing text: Slack's `table` block, for more rows its `data_table` block, and else aligned code."""

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import accumulate
from typing import NamedTuple

from clock import in_turns
from markdown_source import CODE_SPAN_LIMIT, NONE, Known
from slack_reply.markdown.cell_text import read
from slack_reply.markdown.lines import Line
from slack_reply.markdown.parts import Alignment, Cell, Limits, Table
from slack_reply.markdown.units import OUTSIDE, Context, Unit
from slack_reply.markdown.words import Rank

# Slack's `table` block, the characters over all tables of a message (docs/platform/slack.md#table-block).
COLUMN_LIMIT = 20
CHARACTER_LIMIT = 10_000
# Slack's `data_table` block (docs/platform/slack.md#data-table-block).
DATA_ROW_LIMIT = 201
DATA_CHARACTER_LIMIT = 20_000

WIDTH_LIMIT = 60  # a wider cell sticks out of its column

_RUN = "```"
_SPLIT = re.compile(r"(?<!\\)\|")
_CODE = re.compile(rf"(?<![`\\])(`+)(?!`).{{1,{CODE_SPAN_LIMIT}}}?(?<!`)\1(?!`)")


class _Grid(NamedTuple):
    """The rows that are complete: `small` of them fit in a `table` block, `most` in one of Slack's blocks."""

    rows: list[tuple[Cell, ...]]
    alignments: tuple[Alignment, ...]
    small: int
    most: int


def units(lines: Sequence[Line], limits: Limits, known: Known = NONE, *, over: bool) -> list[Unit]:
    """The units of the table with these whole lines, its head first.

    A small table has none until it is `over`, or until its first row where the message can be changed.
    """
    if len(lines) < 2:  # noqa: PLR2004 - the line under the head is not whole yet
        return []
    grid = _grid(lines, limits, known)
    fits = grid.most == len(grid.rows)
    shown = over or (limits.by_row and len(grid.rows) > 1)
    if fits and not shown:
        return []
    data = grid.small if grid.small < grid.most else 0
    table = Table(tuple(grid.rows[: grid.most]), grid.alignments, data)
    if limits.tables and fits:
        return [Unit(lines[0].start, lines[-1].end, "", Rank.PARAGRAPH, table=table)]
    head, *rows = in_turns(_code(grid, lines, limits, over=over))
    was = table if limits.tables and limits.by_row and grid.most else None
    return [head._replace(was=was), *rows]


def settled(lines: Sequence[Line], limits: Limits, known: Known) -> int:
    """How many of the lines say how a table looks that became code; 0 if it may still be one of Slack's blocks."""
    if len(lines) < 2:  # noqa: PLR2004 - as above
        return 0
    grid = _grid(lines, limits, known)
    return grid.most + 2 if grid.most < len(grid.rows) else 0


def split(line: str) -> list[str]:
    """The cells of a row, as Markdown."""
    inner = line.strip().removeprefix("|")
    if inner.endswith("|") and not inner.endswith("\\|"):
        inner = inner[:-1]
    return [cell.strip().replace("\\|", "|") for cell in _SPLIT.split(inner)]


def alignments(separator: str) -> tuple[Alignment, ...]:
    """The alignments in the row under the head."""
    return tuple(map(_alignment, split(separator)))


def may_separate(begun: str) -> bool:
    """Whether an unfinished line may become the row under the head."""
    return not begun.strip("|:- \t")


def row_of(line: str, columns: int, known: Known = NONE) -> tuple[Cell, ...]:
    """Exactly `columns` cells. Where a row has more, the bars in its code are text; the last cell takes the rest."""
    cells = split(line)
    if len(cells) > columns:
        cells = split(_CODE.sub(_as_text, line))
        cells[columns - 1 :] = [" | ".join(cells[columns - 1 :])]
    return tuple(read(cell, known if "[" in cell else NONE) for cell in cells) + (Cell(),) * (
        columns - len(cells)
    )


def _as_text(code: re.Match[str]) -> str:
    """The code, with its bars escaped."""
    return _SPLIT.sub(r"\\|", code.group())


def width(text: str) -> int:
    """Columns in a monospaced font; East Asian characters take two."""
    if text.isascii():
        return len(text)
    return sum(_columns(char) for char in text)


def widths(rows: Sequence[Sequence[str]]) -> list[int]:
    """The width of each column."""
    return [min(WIDTH_LIMIT, max(map(width, column))) for column in zip(*rows, strict=True)]


def aligned(row: Sequence[str], columns: Sequence[int], alignments: Sequence[Alignment]) -> str:
    """One row with its line end. It begins with a bar, since Slack can lose blanks at the start of a chunk."""
    cells = map(_padded, row, columns, alignments)
    return f"| {' | '.join(cells)} |\n"


def rule(columns: Sequence[int]) -> str:
    """The line under the head, with its line end."""
    return f"|-{'-+-'.join('-' * column for column in columns)}-|\n"


def _grid(lines: Sequence[Line], limits: Limits, known: Known) -> _Grid:
    marks = alignments(lines[1].text)
    rows = [row_of(line.text, len(marks), known) for line in in_turns((lines[0], *lines[2:]))]
    texts = ["".join(cell.text for cell in row) for row in rows]
    characters = list(accumulate(len(text) + len(marks) for text in texts))
    sizes = accumulate(limits.measure(text) + len(marks) for text in texts)
    small = large = 0
    if len(marks) <= COLUMN_LIMIT:
        small = bisect_right(characters, CHARACTER_LIMIT, hi=min(limits.rows, len(rows)))
        small = min(small, bisect_right(list(sizes), limits.room))
    if small and limits.data_tables:
        large = bisect_right(characters, DATA_CHARACTER_LIMIT, hi=min(DATA_ROW_LIMIT, len(rows)))
    return _Grid(rows, marks, small, max(small, large))


def _alignment(mark: str) -> Alignment:
    if mark.endswith(":"):
        return "center" if mark.startswith(":") else "right"
    return "left" if mark.startswith(":") else ""


def _code(grid: _Grid, lines: Sequence[Line], limits: Limits, *, over: bool) -> Iterator[Unit]:
    """The table as code. Column widths come from the rows that a block had room for, so they never change later."""
    flat = [tuple(map(_inside_code, row)) for row in in_turns(grid.rows)]
    columns = widths(flat[: grid.small + 1])
    head = aligned(flat[0], columns, grid.alignments) + rule(columns)
    small = limits.measure(head) * 4 < limits.room
    where = Context(head=f"{_RUN}\n{head if small else ''}", tail=_RUN)
    start, end = lines[0].start, lines[1].end
    yield Unit(start, end, f"{_RUN}\n{head}", Rank.GLUE, after=where)
    for row, line in zip(flat[1:], lines[2:], strict=True):
        shown = aligned(row, columns, grid.alignments)
        yield Unit(line.start, line.end, shown, Rank.LINE, where, where)
        end = line.end
    if over:
        yield Unit(end, end, f"{_RUN}\n", Rank.PARAGRAPH, where, OUTSIDE, closes=True)


def _inside_code(cell: Cell) -> str:
    """The cell on one line, without backticks that could end the code block in a less strict Markdown parser."""
    return cell.text.replace("\n", " ").replace(_RUN, "'''")


def _columns(char: str) -> int:
    if unicodedata.category(char) in {"Cf", "Me", "Mn"} or unicodedata.combining(char):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


def _padded(cell: str, column: int, alignment: Alignment) -> str:
    mark = {"right": ">", "center": "^"}.get(alignment, "<")
    return f"{cell:{mark}{max(0, column - width(cell) + len(cell))}}"
