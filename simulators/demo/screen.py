"""Where the demo is seen: redrawn in place in a terminal, or written once, without control codes, elsewhere."""

import os
import shutil
from collections.abc import Mapping, Sequence
from typing import TextIO

from simulators.demo.document import Span
from simulators.demo.painting import painted
from simulators.demo.wrapping import Line, wrapped

_HIDE, _SHOW = "\x1b[?25l", "\x1b[?25h"
_CLEAR_LINE, _CLEAR_BELOW = "\x1b[K", "\x1b[J"
WIDEST = 100  # cells: longer lines are no joy to read


class Screen:
    """One frame at a time: `draw` shows it for now, `settle` for good. `live` is whether it can be redrawn."""

    def __init__(self, out: TextIO, environment: Mapping[str, str] = os.environ) -> None:
        self._out = out
        self.live = out.isatty() and environment.get("TERM", "dumb") != "dumb"
        self._colour = self.live and not environment.get("NO_COLOR")
        self._drawn = 0

    @property
    def width(self) -> int:
        """Cells of a line."""
        return min(WIDEST, shutil.get_terminal_size((80, 24)).columns - 1)

    def draw(self, lines: Sequence[Line]) -> None:
        """Show these lines in the place of the last ones; of more than the window holds, its end."""
        if self.live:
            self._put(lines[-max(1, shutil.get_terminal_size((80, 24)).lines - 1) :])

    def settle(self, lines: Sequence[Line]) -> None:
        """Leave these lines in the place of what was drawn, all of them."""
        self._put(lines)
        self.keep()

    def keep(self) -> None:
        """Leave what was drawn as it is."""
        self._drawn = 0
        if self.live:
            self._write(_SHOW)

    def take_back(self, rows: int) -> None:
        """Let the next frame begin so many rows higher: over what was typed."""
        self._drawn += rows if self.live else 0

    def say(self, text: str) -> None:
        """A sentence of the demo's own, or an empty line."""
        self._put(wrapped((Span(text),), self.width))
        self.keep()

    def _put(self, lines: Sequence[Line]) -> None:
        texts = [painted(line, colour=self._colour) for line in lines]
        if not self.live:
            self._write("".join(f"{text}\n" for text in texts))
            return
        up = f"\x1b[{self._drawn}F" if self._drawn else ""
        body = "".join(f"{text}{_CLEAR_LINE}\n" for text in texts)
        self._write(f"{_HIDE}{up}{body}{_CLEAR_BELOW}")
        self._drawn = len(texts)

    def _write(self, text: str) -> None:
        self._out.write(text)
        self._out.flush()
