"""Lines to what a terminal takes: with colours, or as plain text."""

from simulators.demo.wrapping import Line, Piece

_CODES = {
    "bold": "1",
    "faint": "2",
    "italic": "3",
    "strike": "9",
    "link": "4;34",
    "mention": "36",
    "code": "33",
    "heading": "4",
    "app": "35",
    "member": "32",
    "growing": "32",
    "pending": "2",
    "in_progress": "36",
    "complete": "32",
    "error": "31",
}


def painted(line: Line, *, colour: bool) -> str:
    """The line's text; control codes only with `colour`."""
    if colour:
        return "".join(map(_painted, line))
    return "".join(part.text for part in line).rstrip()


def _painted(part: Piece) -> str:
    codes = ";".join(_CODES[mark] for mark in sorted(part.marks) if mark in _CODES)
    return f"\x1b[{codes}m{part.text}\x1b[0m" if codes else part.text
