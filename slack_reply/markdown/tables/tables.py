"""Tables in growing text: a small table becomes Slack's `table` block, a larger one an aligned code block."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from clock import in_turns
from slack_reply.markdown.lines import ROW, Line
from slack_reply.markdown.parts import Alignment, Cell, Limits, Table
from slack_reply.markdown.tables import aligned, cells
from slack_reply.markdown.units import OUTSIDE, Context, Unit
from slack_reply.markdown.words import Rank

# Slack's `table` block, the characters over all tables of a message (docs/platform/slack.md#table-block).
ROW_LIMIT = 100
COLUMN_LIMIT = 20
CHARACTER_LIMIT = 10_000

_RUN = "```"


@dataclass(frozen=True, slots=True)
class Found:
    """The `units` known so far; `lines` is how many lines the table took, None while the table may continue."""

    units: list[Unit]
    lines: int | None


@dataclass(frozen=True, slots=True)
class _Grid:
    """The rows that are complete. `outgrown` is the first row with which a `table` block is too small."""

    rows: list[tuple[Cell, ...]]
    lines: Sequence[Line]
    alignments: tuple[Alignment, ...]
    outgrown: int | None
    over: bool


def find(lines: Sequence[Line], index: int, limits: Limits, *, final: bool) -> Found | None:
    """The table whose head is `lines[index]`; None if there is no table. The last line is whole only if `final`."""
    if index + 1 >= len(lines):
        return None if final else Found([], None)
    head = lines[index].text
    last_is_whole = final or index + 2 < len(lines)
    if not last_is_whole:
        return Found([], None) if cells.may_separate(lines[index + 1].text) else None
    columns = len(cells.split(head))
    alignments = cells.alignments(lines[index + 1].text, columns)
    if alignments is None:
        return None
    grid = _grid(lines, index, alignments, limits, final=final)
    if grid.outgrown is None and not grid.over:
        return Found([], None)
    taken = len(grid.lines) if grid.over else None
    if limits.tables and grid.outgrown is None:
        table = Table(tuple(grid.rows), alignments)
        unit = Unit(grid.lines[0].start, grid.lines[-1].end, "", Rank.PARAGRAPH, table=table)
        return Found([unit], taken)
    return Found(list(in_turns(_code(grid, limits))), taken)


def _grid(
    lines: Sequence[Line], index: int, alignments: tuple[Alignment, ...], limits: Limits, *, final: bool
) -> _Grid:
    columns = len(alignments)
    rows = [cells.row_of(lines[index].text, columns)]
    characters, size = _size(rows[0], limits)
    outgrown = 0 if columns > COLUMN_LIMIT or size > limits.room else None
    number = index + 2
    for line in in_turns(lines[place] for place in range(index + 2, len(lines))):
        if not ROW.match(line.text) or (number + 1 == len(lines) and not final):
            break
        rows.append(cells.row_of(line.text, columns))
        number += 1
        row_characters, row_size = _size(rows[-1], limits)
        characters += row_characters
        size += row_size
        too_much = characters > CHARACTER_LIMIT or size > limits.room
        if outgrown is None and (too_much or len(rows) > ROW_LIMIT):
            outgrown = len(rows) - 1
    over = number == len(lines) or not ROW.match(lines[number].text)
    return _Grid(rows, lines[index:number], alignments, outgrown, over)


def _size(row: tuple[Cell, ...], limits: Limits) -> tuple[int, int]:
    text = "".join(cell.text for cell in row)
    return len(text) + len(row), limits.measure(text) + len(row)


def _code(grid: _Grid, limits: Limits) -> Iterator[Unit]:
    """The table as code. Column widths come from the rows up to `outgrown`, so that they never change later."""
    flat = [tuple(map(_inside_code, row)) for row in in_turns(grid.rows)]
    known = flat if grid.outgrown is None else flat[: grid.outgrown + 1]
    columns = aligned.widths(known)
    head = aligned.line(flat[0], columns, grid.alignments) + aligned.rule(columns)
    small = limits.measure(head) * 4 < limits.room
    where = Context(head=f"{_RUN}\n{head if small else ''}", tail=_RUN)
    start, end = grid.lines[0].start, grid.lines[1].end
    yield Unit(start, end, f"{_RUN}\n{head}", Rank.GLUE, after=where)
    for row, line in zip(flat[1:], grid.lines[2:], strict=True):
        shown = aligned.line(row, columns, grid.alignments)
        yield Unit(line.start, line.end, shown, Rank.LINE, where, where)
        end = line.end
    if grid.over:
        yield Unit(end, end, f"{_RUN}\n", Rank.PARAGRAPH, where, OUTSIDE, closes=True)


def _inside_code(cell: Cell) -> str:
    """The cell on one line, without backticks that could end the code block in a less strict Markdown parser."""
    return cell.text.replace("\n", " ").replace(_RUN, "'''")
