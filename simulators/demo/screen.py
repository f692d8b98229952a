"""Where the demo is seen: redrawn in place in a terminal, or written once, without control codes, elsewhere."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TextIO

from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, RenderableType, RenderResult
from rich.control import Control
from rich.live import Live
from rich.segment import ControlType, Segment

WIDEST = 100  # cells: longer lines are no joy to read


class Screen:
    """Sentences one below the other, and frames that take each other's place where `out` is a terminal."""

    def __init__(self, out: TextIO) -> None:
        self._console = Console(file=out, highlight=False, markup=False, emoji=False)

    def say(self, text: str) -> None:
        """A sentence of the demo's own, or an empty line."""
        self._console.print(text, width=min(WIDEST, self._console.width))

    @contextmanager
    def following(self) -> Iterator[Callable[[RenderableType], None]]:
        """Give a function that shows a frame in the place of the last one: its end, if the window is too low.

        The last frame stays, all of it.
        """
        frame = _Frame()
        with Live(
            console=self._console, auto_refresh=False, redirect_stdout=False, redirect_stderr=False
        ) as live:

            def show(drawn: RenderableType) -> None:
                frame.drawn = drawn
                live.update(frame, refresh=True)

            try:
                yield show
            finally:
                frame.whole = True
        if not self._console.is_terminal:
            self._console.line()  # rich ends a frame with a line break in terminals alone

    def take_back(self, typed: str) -> None:
        """Let the next thing be written over what was typed, and over the line above it."""
        if self._console.is_terminal and not self._console.is_dumb_terminal:
            rows = 2 + cell_len(typed) // self._console.width
            self._console.control(
                Control(*((ControlType.CURSOR_UP, 1), (ControlType.ERASE_IN_LINE, 2)) * rows)
            )


@dataclass(slots=True)
class _Frame:
    drawn: RenderableType = ""
    whole: bool = False

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        room = options.update_width(min(WIDEST, options.max_width))
        lines = console.render_lines(self.drawn, room, pad=False)
        for line in lines if self.whole else lines[-max(1, options.size.height - 1) :]:
            yield from line
            yield Segment.line()
