"""Tells where in the Markdown of a streamed answer the next character stands: in code, in a sentence, or before text.

The shared parser reads the last block when it is asked; earlier blocks are forgotten. A code span counts only within
its line and within SPAN_LIMIT characters, since a model may leave a tick without its partner.
"""

import re
from dataclasses import dataclass

from markdown_source import CONTAINERS, blocks, is_code_open, item

BLANKS = " \t\r\f\v\u00a0\u3000\ufeff"  # within a line; a byte order mark is invisible like a blank
LEAD_LIMIT = 200  # characters at the beginning of a line that are examined
SPAN_LIMIT = 600  # characters before the position in which a code span may begin
_MOST_LINES = 10  # whole lines that are kept
_CONTAINERS = re.compile(CONTAINERS)
_FENCE = re.compile("```|~~~")
# Begins a line that is in no list, quote or code, unless a line before opened it
_PLAIN = re.compile(r"[^\s>`~*+\d-]")
# Begins an item of a list, whatever the line before is, outside of a fence
_ITEM = re.compile(r"[-+*] [^\s>`~*+\d-]")


@dataclass(slots=True)
class MarkdownLines:
    """The position at the end of the text that was taken. A copy is a position too."""

    last: str = "\n"  # the last character
    _whole: tuple[str, ...] = ()  # the lines of the last block, and lines that open the lists around it
    _lead: str = ""  # the beginning of the current line
    _tail: str = ""  # the end of the current line
    _spoken: bool = False  # something other than blanks was taken

    @property
    def is_bare(self) -> bool:
        """Whether the line holds nothing but blanks so far."""
        return not self._lead.strip(BLANKS)

    @property
    def begins(self) -> bool:
        """The same as `is_bare`, but the marks of a list item or of a block quote may stand before."""
        lead = self._lead.rstrip("\r")
        marks = _CONTAINERS.match(f"{lead}x") if len(lead) < LEAD_LIMIT else None
        return self.is_bare or (marks is not None and marks.end() == len(lead))

    @property
    def in_block(self) -> bool:
        """Whether the position is in a code block. An indent before the first word of the answer is none."""
        line = f"{self._lead}x" if self.begins else self._lead
        found = blocks([*self._whole, line], tables=False) if self._spoken else []
        if not found or found[-1].last <= len(self._whole):
            return False
        block = found[-1]
        opening = block.fence and block.first == len(self._whole)
        return block.kind != "text" and not block.closed and not opening

    @property
    def in_span(self) -> bool:
        """Whether a code span is open in this line."""
        return is_code_open(self._tail)

    def take(self, text: str) -> None:
        """Read this text."""
        first, *rest = text.split("\n")
        self._grow(first)
        for line in rest:
            self._end_line(self._lead.rstrip("\r"))
            self._grow(line)
        self.last = text[-1:] or self.last

    def _grow(self, text: str) -> None:
        if not text:
            return
        self._spoken = self._spoken or bool(text.strip(BLANKS))
        if len(self._lead) < LEAD_LIMIT:
            self._lead += text[: LEAD_LIMIT - len(self._lead)]
        self._tail = f"{self._tail}{text[-SPAN_LIMIT:]}"[-SPAN_LIMIT:]

    def _end_line(self, line: str) -> None:
        self._lead = self._tail = ""
        if (_ITEM.match(line) and not self._may_be_code()) or (_PLAIN.match(line) and self._is_apart()):
            self._whole = (line,)
            return
        self._whole = (*self._whole, line)
        if len(self._whole) > _MOST_LINES:
            self._forget()

    def _may_be_code(self) -> bool:
        return any(map(_FENCE.search, self._whole))

    def _is_apart(self) -> bool:
        """Whether no line before says how a line is read that begins with a letter."""
        if self._may_be_code():
            return False
        return (
            not self._whole
            or not self._whole[-1]
            or (len(self._whole) == 1 and bool(_PLAIN.match(self._whole[0])))
        )

    def _forget(self) -> None:
        """Keep of the lines only what says how the next line is read."""
        found = blocks(self._whole, tables=False)
        if not found:
            self._whole = ()
            return
        block = found[-1]
        around = [item(self._whole[index]) for index in dict.fromkeys(block.items) if index < block.first]
        behind = self._whole[block.last :][-1:]
        if block.closed:
            kept = behind
        elif block.fence and not behind:
            kept = self._whole[block.first : block.first + 1]
        else:
            kept = (*self._whole[block.first : block.last][:1], *self._whole[block.first + 1 :][-1:])
        self._whole = (*around, *kept)
