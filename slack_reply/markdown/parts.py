"""The parts of a message, before they take the form of an API call."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

Alignment = Literal["", "left", "center", "right"]


@dataclass(frozen=True, slots=True)
class Markdown:
    """Markdown that is already safe: ready for `markdown_text` and `markdown` blocks."""

    text: str


@dataclass(frozen=True, slots=True)
class Table:
    """A table small enough for Slack's `table` block: plain cells, rows of equal length, the head first."""

    rows: tuple[tuple[str, ...], ...]
    alignments: tuple[Alignment, ...]

    @property
    def text(self) -> str:
        """The text of all cells, as it counts against the size of a message."""
        return "\n".join("\t".join(row) for row in self.rows)


Part = Markdown | Table


@dataclass(frozen=True, slots=True)
class Page:
    """One message. This page and the pages before it show the source text up to the offset `end`.

    `tail` is the text that would close the code block that a growing page leaves open.
    """

    parts: tuple[Part, ...]
    end: int
    tail: str = ""


@dataclass(frozen=True, slots=True)
class Limits:
    """What fits in one message of a writer.

    `measure` must be additive (characters, UTF-8 bytes); `size` and `reserve` are in its unit. `reserve`
    stays free on every page for text that the writer adds. Without `tables` every table becomes code.
    """

    size: int
    measure: Callable[[str], int]
    tables: bool
    reserve: int = 0

    @property
    def room(self) -> int:
        """How much the text of a page may take."""
        return self.size - self.reserve
