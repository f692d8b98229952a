"""Draws bars and lines as SVG for light and for dark pages: each picture brings the ground that its ink is meant for.

A picture is a row or a column of panels. Nothing here knows what was measured.
"""

from collections.abc import Mapping, Sequence
from math import ceil, floor, log10
from typing import NamedTuple
from xml.sax.saxutils import escape

WIDTH = 860
MARGIN = 24
ROW, LABEL = 27, 210
PLOT_HEIGHT, LEGEND = 190, 22
STYLE = """
.ground{fill:#ffffff;stroke:#d8dee4}.ink{fill:#1f2328}.soft{fill:#59636e}.grid{stroke:#e4e8ec}.aim{stroke:#c4432b}
.c0{fill:#0f7c8f;stroke:#0f7c8f}.c1{fill:#8a94a0;stroke:#8a94a0}.c2{fill:#c77b1e;stroke:#c77b1e}
.c3{fill:#8457b8;stroke:#8457b8}.c4{fill:#b8446a;stroke:#b8446a}.c5{fill:#45b3a0;stroke:#45b3a0}
rect{stroke-width:0}.ground{stroke-width:1}.told{paint-order:stroke;stroke:#ffffff;stroke-width:4px}
path.line{fill:none;stroke-width:2.4;stroke-linejoin:round}path.dashed{stroke-dasharray:5 4}
@media (prefers-color-scheme:dark){
.ground{fill:#151b23;stroke:#3d444d}.ink{fill:#f0f6fc}.soft{fill:#9198a1}.grid{stroke:#2a313c}.aim{stroke:#ff7b62}
.told{stroke:#151b23}
.c0{fill:#4cc4da;stroke:#4cc4da}.c1{fill:#8b96a3;stroke:#8b96a3}.c2{fill:#e5a24f;stroke:#e5a24f}
.c3{fill:#b392f0;stroke:#b392f0}.c4{fill:#f07a9e;stroke:#f07a9e}.c5{fill:#7fe0cf;stroke:#7fe0cf}}
""".strip()
FONT = "-apple-system,'Segoe UI',Helvetica,Arial,'Liberation Sans',sans-serif"


class Bar(NamedTuple):
    """One bar; `told` stands at its end, `colour` is a number from 0 (ours) to 5."""

    label: str
    value: float
    told: str
    colour: int = 1


class Bars(NamedTuple):
    """A panel of bars. `aim`: where a line stands, with its words; 0 for none."""

    title: str
    bars: Sequence[Bar]
    aim: float = 0.0
    aim_told: str = ""


class Line(NamedTuple):
    """A value for each place along the panel; None where there is none."""

    label: str
    values: Sequence[float | None]
    colour: int = 1
    dashed: bool = False


class Lines(NamedTuple):
    """A panel of lines over `places`. The scale is logarithmic, or begins at zero."""

    title: str
    places: Sequence[str]
    lines: Sequence[Line]
    unit: str = ""
    logarithmic: bool = False
    aims: Mapping[str, float] = {}


def bars(title: str, panels: Sequence[Bars]) -> str:
    """The panels one below the other; each has a scale of its own."""
    parts, y = [_title(title)], 58.0
    for panel in panels:
        parts.append(_text(MARGIN, y, panel.title, "soft", size=13))
        y += 12
        height = ROW * len(panel.bars)
        longest = max([*(bar.value for bar in panel.bars), panel.aim]) or 1.0
        scale = (WIDTH - LABEL - 2 * MARGIN - 90) / longest
        x = MARGIN + LABEL
        if panel.aim:
            at = x + panel.aim * scale
            parts.append(_aim(at, y, at, y + height))
            parts.append(_text(at + 4, y - 2, panel.aim_told, "soft", size=11))
        for number, bar in enumerate(panel.bars):
            top = y + number * ROW
            long = max(2.0, bar.value * scale)
            weight = ' font-weight="600"' if bar.colour == 0 else ""
            parts += [
                _text(x - 10, top + 18, bar.label, "ink", size=13, anchor="end", more=weight),
                f'<rect class="c{bar.colour}" x="{x}" y="{top + 5:.1f}" width="{long:.1f}" height="17" rx="3"/>',
                _text(x + long + 7, top + 18, bar.told, "ink told", size=13, more=weight),
            ]
        y += height + 34
    return _picture(title, y - 10, parts)


def lines(title: str, panels: Sequence[Lines]) -> str:
    """The panels side by side, with one legend below all: they have the same lines."""
    parts, wide = [_title(title)], (WIDTH - 2 * MARGIN) / len(panels)
    top = 84.0
    for number, panel in enumerate(panels):
        left = MARGIN + number * wide
        parts += _plot(panel, left + 46, top, wide - 70)
    y = top + PLOT_HEIGHT + 52
    x = float(MARGIN)
    for line in panels[0].lines:
        taken = 40 + 6.9 * len(line.label)
        if x + taken > WIDTH - MARGIN:
            x, y = float(MARGIN), y + LEGEND
        parts.append(_path([(x, y - 4), (x + 22, y - 4)], line))
        parts.append(_text(x + 28, y, line.label, "ink", size=12.5))
        x += taken + 8
    return _picture(title, y + 20, parts)


def _plot(panel: Lines, left: float, top: float, wide: float) -> list[str]:
    values = [value for line in panel.lines for value in line.values if value is not None]
    ticks = _ticks([*values, *panel.aims.values()], logarithmic=panel.logarithmic)

    def height(value: float) -> float:
        low, high = ticks[0], ticks[-1]
        if panel.logarithmic:
            low, high, value = log10(low), log10(high), log10(max(value, low))
        return top + PLOT_HEIGHT * (1 - (value - low) / (high - low))

    def place(number: int) -> float:
        return left + wide * (number + 0.5) / len(panel.places)

    parts = [_text(left - 40, top - 16, panel.title, "soft", size=13)]
    for tick in ticks:
        y = height(tick)
        parts.append(f'<line class="grid" x1="{left:.1f}" x2="{left + wide:.1f}" y1="{y:.1f}" y2="{y:.1f}"/>')
        parts.append(_text(left - 6, y + 4, f"{tick:g}{panel.unit}", "soft", size=11, anchor="end"))
    for number, name in enumerate(panel.places):
        parts.append(_text(place(number), top + PLOT_HEIGHT + 18, name, "soft", size=11.5, anchor="middle"))
    for told, value in panel.aims.items():
        parts.append(_aim(left, height(value), left + wide, height(value)))
        parts.append(_text(left + wide, height(value) - 4, told, "soft", size=11, anchor="end"))
    for line in reversed(panel.lines):
        points = [(place(n), height(value)) for n, value in enumerate(line.values) if value is not None]
        parts.append(_path(points, line))
        parts += [f'<circle class="c{line.colour}" cx="{x:.1f}" cy="{y:.1f}" r="3.4"/>' for x, y in points]
    return parts


def _ticks(values: Sequence[float], *, logarithmic: bool) -> list[float]:
    """Round numbers from below the smallest value, or from zero, to above the largest."""
    if logarithmic:
        low, high = floor(log10(min(value for value in values if value > 0))), ceil(log10(max(values)))
        return [10.0**power for power in range(low, max(high, low + 1) + 1)]
    step = 10.0 ** floor(log10(max(values) or 1.0))
    step = next(size for size in (step / 5, step / 2, step, 2 * step) if max(values) / size <= 6)
    return [number * step for number in range(ceil(max(values) / step) + 1)]


def _path(points: Sequence[tuple[float, float]], line: Line) -> str:
    drawn = "L".join(f"{x:.1f} {y:.1f}" for x, y in points)
    dashed = " dashed" if line.dashed else ""
    return f'<path class="line c{line.colour}{dashed}" style="fill:none" d="M{drawn}"/>'


def _aim(x1: float, y1: float, x2: float, y2: float) -> str:
    where = f'x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"'
    return f'<line class="aim" {where} stroke-width="1.5" stroke-dasharray="4 3"/>'


def _title(title: str) -> str:
    return _text(MARGIN, 32, title, "ink", size=17, more=' font-weight="600"')


def _text(
    x: float, y: float, text: str, kind: str, *, size: float, anchor: str = "start", more: str = ""
) -> str:
    where = f'x="{x:.1f}" y="{y:.1f}" font-size="{size:g}" text-anchor="{anchor}"'
    return f'<text class="{kind}" {where}{more}>{escape(text)}</text>'


def _picture(title: str, height: float, parts: Sequence[str]) -> str:
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height:.0f}" width="{WIDTH}" role="img" '
        f'aria-labelledby="title" font-family="{FONT}">\n<title id="title">{escape(title)}</title>\n'
        f"<style>{STYLE}</style>\n"
    )
    ground = f'<rect class="ground" x="0.5" y="0.5" width="{WIDTH - 1}" height="{height - 1:.0f}" rx="10"/>'
    return head + "\n".join([ground, *parts, "</svg>"]) + "\n"
