"""A table as Slack's table block shows it: thin lines, the head in bold."""

from simulators.demo.document import Span, Table, Text
from tools.pictures.canvas import EDGE, SHADE, Canvas
from tools.pictures.letters import measure, piece_width
from tools.pictures.wrapping import Line, wrapped

SIZE, ROW, PAD = 13.5, 19.0, 10.0


def draw_table(canvas: Canvas, table: Table, x: float, y: float, width: float) -> float:
    """Gives the y below it."""
    columns = max((len(row) for row in table.rows), default=0)
    rows = [row + ((),) * (columns - len(row)) for row in table.rows]
    rows[:1] = [
        tuple(tuple(Span(s.text, s.marks | {"bold"}) for s in text) for text in row) for row in rows[:1]
    ]
    widths = column_widths(rows, columns, width)
    top = y + 2
    cells = [[_wrapped(text, size) for text, size in zip(row, widths, strict=True)] for row in rows]
    heights = [max((len(cell) for cell in row), default=1) * ROW + 10 for row in cells]
    total = sum(widths)
    canvas.box(x, top, total, sum(heights), fill="#ffffff", edge=EDGE, r=4)
    if heights:
        canvas.box(x + 0.5, top + 0.5, total - 1, heights[0] - 1, fill=SHADE, r=4)
    y = top
    for number, (row, height) in enumerate(zip(cells, heights, strict=True)):
        if number:
            canvas.path(f"M{x:g} {y:g}h{total:g}", stroke=EDGE)
        _row(canvas, row, widths, table.alignments, x, y)
        y += height
    at = x
    for size in widths[:-1]:
        at += size
        canvas.path(f"M{at:g} {top:g}v{y - top:g}", stroke=EDGE)
    return y + 2


def column_widths(rows: list[tuple[Text, ...]], columns: int, room: float) -> list[float]:
    """As wide as their texts; where that is too much, the widest give way to the same width."""
    natural = [max(_width(row[place]) for row in rows) + 2 * PAD for place in range(columns)]
    left, cap = room, 0.0
    for number, size in enumerate(sorted(natural)):
        cap = left / (columns - number)
        if size > cap:
            break
        left -= size
        cap = size
    return [round(min(size, cap), 1) for size in natural]


def _width(text: Text) -> float:
    return (
        sum(piece_width(part, SIZE) for line in wrapped(text, 10_000, measure=measure(SIZE)) for part in line)
        + 1
    )


def _wrapped(text: Text, size: float) -> list[Line]:
    return wrapped(text, size - 2 * PAD, measure=measure(SIZE))


def _row(
    canvas: Canvas,
    row: list[list[Line]],
    widths: list[float],
    alignments: tuple[str, ...],
    x: float,
    y: float,
) -> None:
    for place, (lines, size) in enumerate(zip(row, widths, strict=True)):
        alignment = alignments[place] if place < len(alignments) else "left"
        for number, line in enumerate(lines):
            spare = size - 2 * PAD - sum(piece_width(part, SIZE) for part in line)
            shift = {"right": spare, "center": spare / 2}.get(alignment, 0.0)
            canvas.line(x + PAD + shift, y + 19 + number * ROW, line, SIZE)
        x += size
