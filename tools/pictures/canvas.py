"""SVG elements, collected: the few that the pictures need."""

import re
from collections.abc import Iterator
from html import escape

from simulators.demo.document import Span
from simulators.demo.printable import one_line
from tools.pictures.letters import CODE_SHARE, piece_width
from tools.pictures.wrapping import Line

SANS = "Helvetica, Arial, 'Liberation Sans', sans-serif"
MONO = "Menlo, Consolas, 'Liberation Mono', 'DejaVu Sans Mono', monospace"
INK, GREY, BLUE, RED, GREEN = "#1d1c1d", "#616061", "#1264a3", "#b3123f", "#1b7f5c"
EDGE, SHADE = "#dddddd", "#f7f7f8"


class Canvas:
    """Elements in the order they are drawn. Coordinates are pixels, `y` of a text its base line."""

    def __init__(self) -> None:
        self._elements: list[str] = []

    def box(
        self,
        x: float,
        y: float,
        width: float,
        height: float,
        *,
        fill: str = "none",
        edge: str = "",
        r: float = 0,
    ) -> None:
        """A rectangle, its corners round by `r`."""
        stroke = f' stroke="{edge}"' if edge else ""
        rounded = f' rx="{r:g}"' if r else ""
        self._add(
            f'<rect x="{_n(x)}" y="{_n(y)}" width="{_n(width)}" height="{_n(height)}"{rounded} fill="{fill}"{stroke}/>'
        )

    def path(self, d: str, *, stroke: str, width: float = 1.0, fill: str = "none") -> None:
        """Any path."""
        self._add(
            f'<path d="{d}" fill="{fill}" stroke="{stroke}" stroke-width="{width:g}" stroke-linecap="round" '
            'stroke-linejoin="round"/>'
        )

    def dot(self, x: float, y: float, r: float, *, fill: str = "none", edge: str = "") -> None:
        """A circle."""
        stroke = f' stroke="{edge}" stroke-width="1.6"' if edge else ""
        self._add(f'<circle cx="{_n(x)}" cy="{_n(y)}" r="{r:g}" fill="{fill}"{stroke}/>')

    def line(self, x: float, y: float, line: Line, size: float = 15, ink: str = INK) -> float:
        """Pieces side by side; gives the x behind them."""
        for part in line:
            x = self._piece(x, y, part, size, ink)
        return x

    def word(
        self, x: float, y: float, text: str, size: float = 15, ink: str = INK, *, bold: bool = False
    ) -> float:
        """One text without marks of its own; gives the x behind it."""
        return self.line(x, y, (Span(text, frozenset({"bold"} if bold else ())),), size, ink)

    def picture(self, x: float, y: float, size: float, inner: str) -> None:
        """Elements drawn in a square of 64, scaled to `size`."""
        self._add(f'<g transform="translate({_n(x)} {_n(y)}) scale({size / 64:g})">{inner}</g>')

    def __str__(self) -> str:
        return "\n".join(self._elements)

    def _piece(self, x: float, y: float, part: Span, size: float, ink: str) -> float:
        """`textLength` holds the place, whatever font the reader has."""
        width = piece_width(part, size)
        letters, attributes = size, [f'fill="{ink}"']
        if "code" in part.marks:
            self.box(x - 1, y - size * 0.85, width + 2, size * 1.15, fill=SHADE, edge=EDGE, r=3)
            letters, attributes = size * CODE_SHARE, [f'fill="{RED}" class="m"']
        elif part.marks & {"link", "mention"}:
            attributes = [f'fill="{BLUE}"']
        for mark, attribute in (
            ("bold", 'font-weight="bold"'),
            ("italic", 'font-style="italic"'),
            ("strike", 'text-decoration="line-through"'),
        ):
            if mark in part.marks:
                attributes.append(attribute)
        for before, words in _spaced(part.text):
            at = x + piece_width(Span(before, part.marks), size)
            length = piece_width(Span(words, part.marks), size) if len(words) > 1 else 0.0
            self._text(at, y, words, letters, " ".join(attributes), length)
        return x + width

    def mono(self, x: float, y: float, text: str, size: float, ink: str = INK) -> None:
        """A line of code; its blanks count."""
        step = piece_width(Span("x", frozenset({"code"})), size) / CODE_SHARE
        for before, words in _spaced(text):
            self._text(x + step * len(before), y, words, size, f'fill="{ink}" class="m"', step * len(words))

    def _text(self, x: float, y: float, words: str, size: float, attributes: str, length: float) -> None:
        attributes += f' textLength="{_n(length)}"' if length else ""
        place = f'x="{_n(x)}" y="{_n(y)}" font-size="{_n(size)}"'
        self._add(f"<text {place} {attributes}>{escape(words, quote=False)}</text>")

    def _add(self, element: str) -> None:
        self._elements.append(element)


def _spaced(text: str) -> Iterator[tuple[str, str]]:
    """Words with single blanks between them, each with all that stands before it.

    Browsers drop the blanks at a text's ends and all but one of a run, so whatever follows them is a text of its own.
    """
    shown = _drawable(text)
    for found in re.finditer(r"[^ ]+(?: [^ ]+)*", shown):
        yield shown[: found.start()], found.group()


def _drawable(text: str) -> str:
    """Nothing that XML has no letter for."""
    return one_line(text).translate({0xFFFE: None, 0xFFFF: None})


def _n(value: float) -> str:
    return f"{value:.1f}".rstrip("0").rstrip(".")


def svg(width: float, height: float, title: str, canvas: Canvas) -> str:
    """The whole file, on white: a page may be dark."""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_n(width)} {_n(height)}" font-family="{SANS}" '
        f'role="img" aria-labelledby="title">\n<title id="title">{escape(_drawable(title), quote=False)}</title>\n'
        f"<style>.m{{font-family:{MONO}}}</style>\n"
        f'<rect width="{_n(width)}" height="{_n(height)}" rx="10" fill="#ffffff"/>\n{canvas}\n</svg>\n'
    )
