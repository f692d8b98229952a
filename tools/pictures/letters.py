"""How wide a text is: Helvetica's widths, which Arial and Liberation Sans share, in thousandths of its size."""

from simulators.demo.document import Span
from tools.pictures.clusters import clusters, wide
from tools.pictures.wrapping import Measure

MONO = 602
_WIDE = 1000
_OTHER = 556
_REGULAR = (
    "278 278 355 556 556 889 667 191 333 333 389 584 278 333 278 278 556 556 556 556 556 556 556 556 556 556 278 278 "
    "584 584 584 556 1015 667 667 722 722 667 611 778 722 278 500 667 556 833 722 778 667 778 722 667 611 722 667 944 "
    "667 667 611 278 278 278 469 556 333 556 556 500 556 556 278 556 556 222 222 500 222 833 556 556 556 556 333 500 "
    "278 556 500 722 500 500 500 334 260 334 584"
)
_BOLD = (
    "278 333 474 556 556 889 722 238 333 333 389 584 278 333 278 278 556 556 556 556 556 556 556 556 556 556 333 333 "
    "584 584 584 611 975 722 722 722 722 667 611 778 722 278 556 722 611 833 722 778 667 778 722 667 611 722 667 944 "
    "667 667 611 333 278 333 584 556 333 556 611 556 611 556 333 611 611 278 278 556 278 889 611 611 611 611 389 556 "
    "333 611 556 778 556 556 500 389 280 389 584"
)
_MORE = {"•": 350, "…": 1000, "—": 1000, "·": 278, "“": 333, "”": 333, "→": 1000}


def _table(widths: str) -> dict[str, int]:
    return {chr(code): int(width) for code, width in enumerate(widths.split(), ord(" "))} | _MORE


_SANS, _SANS_BOLD = _table(_REGULAR), _table(_BOLD)
CODE_SHARE = 0.86  # of the size of the text around it


def measure(size: float) -> Measure:
    """The measure of text of that size, in its unit."""

    def of(part: Span) -> float:
        return piece_width(part, size)

    return of


def piece_width(part: Span, size: float) -> float:
    """A piece's width as its marks have it drawn."""
    if "code" in part.marks:
        return (
            sum(_WIDE if wide(cluster[0]) else MONO for cluster in clusters(part.text))
            * size
            * CODE_SHARE
            / 1000
        )
    table = _SANS_BOLD if "bold" in part.marks else _SANS
    letters = (cluster[0] for cluster in clusters(part.text))
    return sum(table.get(letter, _WIDE if wide(letter) else _OTHER) for letter in letters) * size / 1000
