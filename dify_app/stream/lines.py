"""Tells where in the Markdown of a streamed answer the next character stands: in code, in a sentence, or before text.

The shared parser reads the text when somebody asks; earlier blocks are forgotten then. A code span counts only within
its line and within SPAN_LIMIT characters, since a model may leave a tick without its partner.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from markdown_source import Block, blocks, is_code_open, item, marks_end

BLANKS = " \t\r\f\v\u00a0\u3000\ufeff"  # within a line; a byte order mark is invisible like a blank
LEAD_LIMIT = 200  # characters at the beginning of a line that are examined
SPAN_LIMIT = 600  # characters before the position in which a code span may begin
_MOST = 20_000  # characters that are kept
_FEW = 10  # whole lines that are kept as they are


@dataclass(slots=True)
class MarkdownLines:
    """The position at the end of the text that was taken. A copy is a position too."""

    last: str = "\n"  # the last character
    _text: str = ""  # a text that ends in the same position
    _spoken: bool = False  # text that is not kept had something other than blanks

    @property
    def is_bare(self) -> bool:
        """Whether the line holds nothing but blanks so far."""
        return not self._lead.strip(BLANKS)

    @property
    def begins(self) -> bool:
        """The same as `is_bare`, but the marks of a list item or of a block quote may stand before."""
        lead = self._lead.rstrip("\r")
        return self.is_bare or (len(lead) < LEAD_LIMIT and marks_end(f"{lead}x") == len(lead))

    @property
    def in_block(self) -> bool:
        """Whether the position is in a code block. An indent before the first word of the answer is none."""
        if not self._has_words:
            return False
        whole, lead = _whole(self._text), self._lead
        found = blocks([*whole, f"{lead}x" if self.begins else lead], tables=False)
        self._keep(_kept(whole, found))
        if not found or found[-1].last <= len(whole):
            return False
        block = found[-1]
        opening = block.fence and block.first == len(whole)
        return block.kind != "text" and not block.closed and not opening

    @property
    def in_span(self) -> bool:
        """Whether a code span is open in this line."""
        return is_code_open(self._line[-SPAN_LIMIT:])

    def take(self, text: str) -> None:
        """Go on behind this text, which is read only when somebody asks, or when the text gets long."""
        self._text += text
        self.last = text[-1:] or self.last
        if len(self._text) > _MOST:
            whole = _whole(self._text)
            self._keep(_kept(whole, blocks(whole, tables=False)))

    @property
    def _line(self) -> str:
        return self._text[self._text.rfind("\n") + 1 :]

    @property
    def _lead(self) -> str:
        return self._line[:LEAD_LIMIT]

    @property
    def _has_words(self) -> bool:
        return self._spoken or bool(self._text.strip(f"{BLANKS}\n"))

    def _keep(self, lines: Sequence[str]) -> None:
        """Keep these lines in place of those before the current line."""
        self._spoken = self._has_words
        line = self._line
        line = line if len(line) <= LEAD_LIMIT + SPAN_LIMIT else f"{line[:LEAD_LIMIT]}{line[-SPAN_LIMIT:]}"
        self._text = "\n".join((*lines, line))


def _whole(text: str) -> list[str]:
    """The beginnings of the lines that are whole."""
    return [line[:LEAD_LIMIT].rstrip("\r") for line in text.split("\n")[:-1]]


def _kept(lines: Sequence[str], found: Sequence[Block]) -> Sequence[str]:
    """Fewer lines, behind which the next line is read as behind these ones; `found` are the blocks of these ones."""
    block = next((block for block in reversed(found) if block.first < len(lines)), None)
    if block is None:
        return lines[-_FEW:]
    begin = min(block.around, default=block.first)
    if len(lines) - begin <= _FEW:
        return lines[begin:]
    around = [item(lines[index]) for index in block.around if index < block.first]
    behind = lines[block.last :][-_FEW:]
    if (block.closed and block.last <= len(lines)) or (behind and not around):
        return (*around, *behind)
    last = [] if block.fence else lines[block.first + 1 : block.last][-1:]
    return (*around, lines[block.first], *last, *behind)
