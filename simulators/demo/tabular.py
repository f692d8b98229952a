"""A table drawn in cells: as wide as its texts, or as narrow as it must be."""

from collections.abc import Iterator

from simulators.demo.cells import printable, width
from simulators.demo.document import Table, Text, plain
from simulators.demo.wrapping import Line, Piece, line_width, piece, wrapped

_NARROWEST = 3


def table_lines(table: Table, room: int) -> list[Line]:
    """The table within `room` cells, as far as one of three cells a column goes into it."""
    columns = max((len(row) for row in table.rows), default=0)
    if not columns:
        return []
    rows = [row + ((),) * (columns - len(row)) for row in table.rows]
    widths = fitted([max(_widest(row[place]) for row in rows) for place in range(columns)], room)
    alignments = table.alignments + ("left",) * (columns - len(table.alignments))
    lines = [_border("┌┬┐", widths)]
    for number, row in enumerate(rows):
        if number == 1:
            lines.append(_border("├┼┤", widths))
        lines += _row(row, widths, alignments, *(("bold",) if number == 0 else ()))
    return [*lines, _border("└┴┘", widths)]


def fitted(natural: list[int], room: int) -> list[int]:
    """Widths of columns: the widest give way until borders and all fit."""
    widths = [max(1, size) for size in natural]
    left = room - 3 * len(widths) - 1
    while sum(widths) > left and max(widths) > _NARROWEST:
        widths[widths.index(max(widths))] -= 1
    return widths


def _widest(text: Text) -> int:
    return max((width(line) for line in printable(plain(text)).split("\n")), default=0)


def _border(corners: str, widths: list[int]) -> Line:
    """`corners`: left, between columns, right."""
    parts = corners[1].join("─" * (size + 2) for size in widths)
    return (piece(f"{corners[0]}{parts}{corners[2]}", "faint"),)


def _row(
    row: tuple[Text, ...], widths: list[int], alignments: tuple[str, ...], *marks: str
) -> Iterator[Line]:
    cells = [wrapped(text, size, *marks) for text, size in zip(row, widths, strict=True)]
    bar = piece("│", "faint")
    for number in range(max(map(len, cells))):
        line: list[Piece] = [bar]
        for cell, size, alignment in zip(cells, widths, alignments, strict=False):
            part = cell[number] if number < len(cell) else ()
            before, after = _padding(max(0, size - line_width(part)), alignment)
            line += [piece(" " * (before + 1)), *part, piece(" " * (after + 1)), bar]
        yield tuple(line)


def _padding(spare: int, alignment: str) -> tuple[int, int]:
    before = {"right": spare, "center": spare // 2}.get(alignment, 0)
    return before, spare - before
