"""Follows a streamed answer's Markdown as far as is needed to tell a tag from text about the tag."""

import re
from dataclasses import dataclass

from markdown_source import LONGEST_FENCE

LONGEST_RUN = 1000  # ticks or tildes in one piece; a longer run is several pieces, so that none is held back
PIECE = re.compile(rf"`{{1,{LONGEST_RUN}}}|~{{1,{LONGEST_RUN}}}|\n|[^`~\n]+")
BLANKS = " \t\r\f\v\u00a0\u3000\ufeff"  # within a line; a byte order mark is invisible like a blank
_LONGEST_LEAD = 200  # characters at the beginning of a line that are examined
_CONTAINERS = re.compile(r"[ \t]*(?:(?:>|(?:[-*+]|\d{1,9}[.)])(?=[ \t]))[ \t]*)*")


@dataclass(slots=True)
class MarkdownLines:
    """Reads text in the pieces of the pattern PIECE: a line break is one piece, and so is a run of ticks or tildes."""

    last: str = "\n"  # the last character
    _lead: str = ""  # the beginning of the line
    _span: str = ""  # the ticks that opened the code span in this line
    _fence: str = ""  # the ticks or tildes that opened the current code block
    _quoted: int = 0  # how many block quotes the block stands in
    _opening: bool = False  # the line is the one that opened the block
    _closing: bool = False  # a closing mark was read; the block ends if nothing else follows in the line
    _full: bool = False  # the last piece was a full run that may continue in the next piece

    @property
    def is_bare(self) -> bool:
        """Whether the line holds nothing but blanks so far."""
        return not self._lead.strip(BLANKS)

    @property
    def begins(self) -> bool:
        """The same as `is_bare`, but the marks of a list item or of a block quote may stand before."""
        return self.is_bare or bool(_CONTAINERS.fullmatch(self._lead.rstrip("\r")))

    @property
    def in_block(self) -> bool:
        """Whether the current position is in a code block."""
        return bool(self._fence) and not self._closing and not self._left_quote()

    @property
    def block_end(self) -> str:
        """The text that would close the current code block; empty outside of a block."""
        return self._fence if self.in_block else ""

    @property
    def in_span(self) -> bool:
        """Whether a code span is open in this line."""
        return bool(self._span)

    def take(self, piece: str) -> None:
        """Read this piece."""
        goes_on = self._full and piece[0] == self.last
        self.last = piece[-1]
        self._full = len(piece) == LONGEST_RUN and self.last in "`~"
        if piece == "\n":
            if self._closing or self._left_quote():
                self._fence = ""
            self._lead = self._span = ""
            self._opening = self._closing = False
            return
        if piece[0] in "`~":
            if not goes_on:
                self._ticks(piece)
        elif piece.strip(BLANKS):
            self._closing = False
        if len(self._lead) <= _LONGEST_LEAD:
            self._lead += piece[: _LONGEST_LEAD + 1]

    def _ticks(self, run: str) -> None:
        if self._left_quote():
            self._fence = ""
        if self._fence and not self._opening:
            self._closing = self.begins and run.startswith(self._fence)
            return
        if self._opening:
            if run[0] == "`" == self._fence[:1]:  # a block's first line holds no more of them: it is a span
                self._fence, self._opening = "", False
        elif self.begins and len("```") <= len(run) <= LONGEST_FENCE:
            self._fence, self._opening, self._quoted = run, True, self._quotes()
        if run[0] == "`":
            self._span = "" if run == self._span else self._span or run

    def _left_quote(self) -> bool:
        return bool(self._fence) and self._quotes() < self._quoted

    def _quotes(self) -> int:
        marks = re.sub(r"[ \t]", "", self._lead)
        return len(marks) - len(marks.lstrip(">"))


def end_of(text: str) -> MarkdownLines:
    """The position at the end of a complete text, as if a line break followed."""
    lines = MarkdownLines()
    for piece in PIECE.findall(text):
        lines.take(piece)
    lines.take("\n")
    return lines


def decided(text: str) -> int:
    """How many characters of the text are final: further text can only change the run of marks at its end."""
    run = len(text) - min(len(text.rstrip(mark)) for mark in "`~")
    return len(text) - run % LONGEST_RUN
