"""Where the code inside a line ends."""

import re

CODE_SPAN_LIMIT = 600

_TICKS = re.compile(r"`+")


def read_code(line: str, start: int, *, whole: bool) -> int | None:
    """The end of the code whose ticks begin at `start`; None if the ticks are text, `start` if more text may tell."""
    size = 0
    for ticks in _TICKS.finditer(line, start):
        if ticks.start() - start > CODE_SPAN_LIMIT:
            return None
        if ticks.end() == len(line) and not whole:
            return start
        if len(ticks.group()) == size:
            return ticks.end()
        size = size or len(ticks.group())
    return start if not whole and len(line) - start <= CODE_SPAN_LIMIT else None
