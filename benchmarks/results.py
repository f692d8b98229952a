"""Writes what was measured into benchmarks/results/: the figures as JSON, a table in Markdown, and bars as SVG."""

import json
import platform
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

FOLDER = Path(__file__).parent / "results"
WIDTH, LEFT, ROW, TOP = 720, 260, 24, 40
BAR, TARGET = "#4a7fb5", "#c0392b"

type Row = Mapping[str, Any]


def write(name: str, title: str, rows: Sequence[Row], bars: Mapping[str, float], target: float = 0.0) -> None:
    """Three files of this name. `bars` are ratios by their label, `target` is the ratio that a line marks."""
    FOLDER.mkdir(exist_ok=True)
    told = {"python": platform.python_version(), "rows": list(rows)}
    (FOLDER / f"{name}.json").write_text(json.dumps(told, indent=1) + "\n")
    (FOLDER / f"{name}.md").write_text(f"### {title}\n\n{table(rows)}\n\n![{title}]({name}.svg)\n")
    (FOLDER / f"{name}.svg").write_text(chart(title, bars, target))


def table(rows: Sequence[Row]) -> str:
    """Rows with the same members, in Markdown."""
    names = list(rows[0])
    lines = [names, ["---"] * len(names), *([str(row[name]) for name in names] for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def chart(title: str, bars: Mapping[str, float], target: float) -> str:
    """A bar for each label, and a line at the target."""
    longest = max([*bars.values(), target]) or 1.0
    scale, height = (WIDTH - LEFT - 70) / longest, TOP + ROW * len(bars) + 20
    parts = [
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}" role="img" '
            f'aria-label="{escape(title)}" font-family="sans-serif" font-size="13">'
        ),
        f'<rect width="{WIDTH}" height="{height}" fill="#ffffff"/>',
        f'<text x="10" y="22" font-size="15" font-weight="bold">{escape(title)}</text>',
    ]
    for number, (label, value) in enumerate(bars.items()):
        y = TOP + number * ROW
        parts += [
            f'<text x="{LEFT - 8}" y="{y + 15}" text-anchor="end">{escape(label)}</text>',
            f'<rect x="{LEFT}" y="{y + 2}" width="{max(value, 0.0) * scale:.1f}" height="{ROW - 6}" fill="{BAR}"/>',
            f'<text x="{LEFT + max(value, 0.0) * scale + 6:.1f}" y="{y + 15}">{value:g}</text>',
        ]
    if target:
        x = LEFT + target * scale
        parts.append(
            f'<line x1="{x:.1f}" y1="{TOP - 6}" x2="{x:.1f}" y2="{height - 12}" stroke="{TARGET}" '
            'stroke-dasharray="4 3"/>'
        )
    return "\n".join([*parts, "</svg>"]) + "\n"
