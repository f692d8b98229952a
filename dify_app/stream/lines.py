"""Where in its Markdown a streamed answer stands, as far as it tells a tag from text about the tag."""

import re
from dataclasses import dataclass

LONGEST_RUN = 1000
"""Ticks or tildes that are one piece; more of them go on with the same run, so that a stream need not hold it back."""
LONGEST_FENCE = 20
"""Ticks or tildes that open a code block; a longer run is text, as of a model that is stuck on one character."""
PIECE = re.compile(rf"`{{1,{LONGEST_RUN}}}|~{{1,{LONGEST_RUN}}}|\n|[^`~\n]+")
BLANKS = " \t\r\f\v\u00a0\u3000\ufeff"  # within a line; a byte order mark shows as little as a blank
_LONGEST_LEAD = 200  # characters of a line that are looked at for what it begins with
_CONTAINERS = re.compile(r"[ \t]*(?:(?:>|(?:[-*+]|\d{1,9}[.)])(?=[ \t]))[ \t]*)*")
_QUOTES = re.compile(r"(?:[ \t]*>)*")


@dataclass(slots=True)
class MarkdownLines:
    """Feed it the text in the pieces of PIECE: a line break and a run of ticks or tildes is each one of its own."""

    last: str = "\n"  # the last character
    _lead: str = ""  # how the line begins
    _span: str = ""  # the ticks of the code span that is open in this line
    _fence: str = ""  # the ticks or tildes of the open code block
    _quoted: int = 0  # the block quotes it stands in
    _opening: bool = False  # in the line that opened it
    _closing: bool = False  # behind what closes it, if nothing else stands in that line
    _full: bool = False  # behind a run that may go on with the next piece

    @property
    def is_bare(self) -> bool:
        """Whether nothing but blanks stands in this line so far."""
        return not self._lead.strip(BLANKS)

    @property
    def begins(self) -> bool:
        """The same for what stands inside a list item or a block quote."""
        return self.is_bare or bool(_CONTAINERS.fullmatch(self._lead.rstrip("\r")))

    @property
    def in_block(self) -> bool:
        """Whether this is in a code block."""
        return bool(self._fence) and not self._closing and not self._left_quote()

    @property
    def block_end(self) -> str:
        """What would close the code block that this is in; empty outside of any."""
        return self._fence if self.in_block else ""

    @property
    def in_span(self) -> bool:
        """Whether ticks stand open in this line."""
        return bool(self._span)

    def take(self, piece: str) -> None:
        """Go on behind this piece."""
        goes_on = self._full and piece[0] == self.last
        self.last = piece[-1]
        self._full = len(piece) == LONGEST_RUN and self.last in "`~"
        if piece == "\n":
            self._end_line()
            return
        if piece[0] in "`~":
            if not goes_on:
                self._ticks(piece)
        elif piece.strip(BLANKS):
            self._closing = False
        if len(self._lead) <= _LONGEST_LEAD:
            self._lead += piece[: _LONGEST_LEAD + 1]

    def _end_line(self) -> None:
        if self._closing or self._left_quote():
            self._fence = ""
        self._lead = self._span = ""
        self._opening = self._closing = False

    def _ticks(self, run: str) -> None:
        if self._fence and self._left_quote():
            self._fence = ""
        if self._fence and not self._opening:
            self._closing = self.begins and run.startswith(self._fence)
            return
        if self._opening:
            if run[0] == "`" == self._fence[:1]:  # a block's first line holds no more of them: it is a span
                self._fence, self._opening = "", False
        elif self.begins and len("```") <= len(run) <= LONGEST_FENCE:
            self._fence, self._opening = run, True
            self._quoted = self._quotes()
        if run[0] == "`":
            self._span = "" if run == self._span else self._span or run

    def _left_quote(self) -> bool:
        return self._quotes() < self._quoted if self._fence else False

    def _quotes(self) -> int:
        found = _QUOTES.match(self._lead)
        return found.group().count(">") if found else 0


def end_of(text: str) -> MarkdownLines:
    """Where a text that is whole leaves off, as if a line break stood there."""
    lines = MarkdownLines()
    for found in PIECE.finditer(text):
        lines.take(found.group())
    lines.take("\n")
    return lines


def decided(text: str) -> int:
    """Up to where no further text makes another piece of a run that it ends with; it begins with a piece."""
    run = len(text) - min(len(text.rstrip(mark)) for mark in "`~")
    return len(text) - run % LONGEST_RUN
