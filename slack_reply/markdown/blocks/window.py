"""Makes units of the lines of a text: the parser says which block each line belongs to.

Of a growing text, lines that may still become another block are left out.
"""

from collections.abc import Iterator, Sequence
from itertools import chain

from markdown_source import (
    NONE,
    Block,
    Definition,
    Known,
    References,
    begins_definition,
    blocks,
    item,
    marks_end,
    may_be_head,
)
from slack_reply.markdown import inline, lines, tables
from slack_reply.markdown.blocks.code import fenced, indented
from slack_reply.markdown.blocks.paragraphs import Paragraphs, text_unit
from slack_reply.markdown.lines import FENCE_BEGUN, MARKERS, MAYBE_CLOSING, NO_RULE, UNDERLINE, Line
from slack_reply.markdown.parts import Limits
from slack_reply.markdown.units import BREAK, START, Body, Unit, line_end
from slack_reply.markdown.words import Rank


class Window:
    """Some lines of the source, read behind the lines `head`. `growing`: the last line is not whole."""

    def __init__(
        self,
        source: str,
        head: Sequence[str],
        own: Sequence[Line],
        limits: Limits | None,
        references: References,
        *,
        growing: bool,
    ) -> None:
        self._source = source
        self._references = references
        self._limits = limits
        self._lines = [*(Line(own[0].start, text, own[0].start) for text in head), *own]
        self._paragraphs = Paragraphs(source, self._lines, references)
        self._first = len(head)
        # The first line of a growing answer waits for no other line, so only a pipe before it makes it a table's head
        self._heads_from = int(not own[0].start and not (limits and limits.whole))
        self._size = len(self._lines)  # lines that are certain
        self._last = START
        self._growing = growing
        self._blocks = self._settled() if growing else self._parsed(self._size)

    def units(self, before: Unit, until: int | None) -> Iterator[tuple[int, Unit]]:
        """Each unit with the number of its line, behind the unit `before`; those of a text before the line `until`."""
        self._last = before
        held: tuple[int, Unit] | None = None
        for index, unit in self._all(len(self._lines) if until is None else until):
            self._last = unit
            if held:
                yield held
            held = index, unit
        if held:
            index, unit = held
            ends = not self._growing and unit.end == len(self._source) > unit.start
            yield index, unit._replace(text=unit.text.removesuffix(line_end(unit))) if ends else unit

    def _all(self, until: int) -> Iterator[tuple[int, Unit]]:
        at = self._first
        for block in self._blocks:
            if block.last > at:
                if at < block.first:
                    yield from self._between(at, block.first)
                    at = block.first
                if at >= until:
                    return
                last = min(block.last, self._size)
                yield from self._block(block, at, min(last, until) if block.kind == "text" else last)
                at = block.last
        yield from self._between(at, self._size)

    def going_on(self, head: tuple[str, ...]) -> tuple[int, tuple[str, ...]]:
        """The line at which a later text may be read on, and the head to put before that line.

        The last block whose first line is whole may still grow, so it is read again. Of a long paragraph this is only
        the last part, of a code block that grows, or a table that became code, only the last line. Of lines without a
        block, it is the last one that opens an item or a quote on its own.
        """
        last = self._blocks[-1].last if self._blocks else 0
        behind = max(last, self._first)  # this line may be the one under a heading
        for index in range(min(self._size, len(self._lines) - 1) - 1, behind, -1):
            if self._lines[index].text.startswith(("-", "+", "*", ">")):
                return index, ()
        for block in reversed(self._blocks):
            around = tuple(item(self._lines[index].text) for index in block.around if index < block.first)
            if block.fence and not block.closed and block.last >= self._size and block.first < self._size - 1:
                return self._size - 1, (*around, self._lines[block.first].text)
            if block.kind == "text":
                *_, part = self._paragraphs.parts(max(block.first, self._first), min(block.last, self._size))
                if max(block.first, self._first) < part < len(self._lines) - 1:
                    return part, (*around, f"{lines.prefix(self._lines[block.first].text)}x")
            if block.kind == "table" and block.last >= self._size:
                behind = self._behind_head(block)
                if max(behind, self._first) < self._size - 1 and behind > block.first:
                    opening = self._lines[block.first : behind]
                    return self._size - 1, (*around, *(line.text for line in opening))
            if self._first < block.first < len(self._lines) - 1:
                return block.first, around
        return self._first, head

    def _behind_head(self, table: Block) -> int:
        """The line behind those that say how a growing table looks, which must be whole; else its first line."""
        rows = self._rows(table.first, self._size - 1)
        if not self._limits or not rows:
            return table.first
        known = Known(self._references.apart(), rows[0].start)
        return table.first + tables.settled(rows, self._limits, known)

    def _parsed(self, size: int) -> list[Block]:
        self._size = size
        return self._read([line.text for line in self._lines[:size]])

    def _read(self, texts: Sequence[str]) -> list[Block]:
        return blocks(texts, tables=self._limits is not None, heads_from=self._heads_from)

    def _settled(self) -> list[Block]:
        """The blocks of a text whose last line is not whole, without the lines that may still become another block."""
        *whole, (_, last, _) = self._lines
        may_be_other = MARKERS.match(last) or FENCE_BEGUN.match(last)
        size = len(whole) if may_be_other else len(self._lines)
        found = self._parsed(size)
        if may_be_other and found and found[-1].kind == "fence" and not found[-1].closed:
            *_, block = grown = self._read([*(line.text for line in whole), f"{last}x"])
            if block.first < size < block.last:
                self._size = len(self._lines) - bool(MAYBE_CLOSING.match(last))
                return grown
        kinds = {"text", "definition"}
        if self._limits is None or not found or found[-1].kind not in kinds or found[-1].last < size:
            return found
        if size < len(self._lines):
            return self._parsed(size - 1) if self._may_be_head(size - 1, found[-1], last) else found
        if found[-1].first < size - 1 and self._may_be_head(size - 2, found[-1], last):
            return self._parsed(size - 2)
        if self._may_be_head(size - 1, found[-1]):
            return self._parsed(size - 1)
        is_definition = found[-1].first == size - 1 and begins_definition(last)
        return [*found[:-1], found[-1]._replace(kind="definition")] if is_definition else found

    def _may_be_head(self, index: int, block: Block, below: str | None = None) -> bool:
        """Whether the line of the block may be the head of a table, with the unfinished line `below`, if any."""
        text = self._lines[index].text
        if below is not None and not tables.may_separate(below.lstrip(" \t>")):
            return False
        begins = index == block.first >= self._heads_from and not block.around
        loose = begins and may_be_head(text, whole=below is not None)
        return loose or text.startswith("|", len(lines.prefix(text)))

    def _between(self, first: int, last: int) -> Iterator[tuple[int, Unit]]:
        """The lines that no block contains: blank lines, quote marks, empty items, and what is nested too deeply."""
        for index in range(first, last):
            line = self._lines[index]
            if self._is_under_nothing(line):
                yield index, Unit(line.start, line.end, "", Rank.LINE, blank=True, hidden=True)
            elif line.text and not line.text.isspace():
                shown = lines.prefix(line.text)
                text = f"{shown}{inline.render(line.text, len(shown))}"
                unit = text_unit(line, text, len(shown), listed=bool(lines.LIST.match(line.text)))
                # At the beginning of a message, the `===` under a heading would be text that goes on in the next line
                rest = line.text[len(shown) :].rstrip(" \t")
                is_under = bool(rest) and not rest.strip("=")
                yield index, unit._replace(blank=True) if is_under else unit
            else:
                yield index, Unit(line.start, line.end, "\n", self._rank_of_blank(), blank=True)

    def _is_under_nothing(self, line: Line) -> bool:
        """Whether the line makes a heading of the text above, in whose place only blanks are shown."""
        above = self._last
        if above.body is not Body.TEXT or above.goes_on or above.end != line.start:
            return False
        return not above.text.strip(" \t\n") and bool(UNDERLINE.match(line.text))

    def _rank_of_blank(self) -> Rank:
        before = self._last
        glued = before.rank is Rank.GLUE and (before.heading or (before.blank and not before.line))
        return Rank.GLUE if glued else Rank.PARAGRAPH

    def _block(self, block: Block, first: int, last: int) -> Iterator[tuple[int, Unit]]:
        grows = self._growing and last == self._size
        if block.kind == "fence":
            left = not block.closed and block.last < self._size
            return fenced(self._lines, first, last, block, grows=grows, left=left)
        if block.kind == "code":
            parting = () if first in block.around else self._parting(first)
            # Without the definition, the code may belong to an item, and a mark in the last line begin another one
            last -= grows and self._last.hidden
            return chain(parting, indented(self._lines, first, last, block, grows=grows))
        if block.kind == "text":
            return self._paragraphs.units(first, last, block, grows=grows)
        read = self._table if block.kind == "table" else self._definition
        return read(first, last, block, grows=grows)

    @property
    def _below_text(self) -> bool:
        """Whether a line of text stands directly above: only a definition can do so, or code below one that is text."""
        before = self._last
        if before.body is Body.TEXT:
            return not before.apart or (not before.blank and bool(NO_RULE.match(before.line, before.begin)))
        # Only a definition below a line of text is not shown, and shows the blank lines behind
        return before.text == BREAK or not (before.text or before.hidden)

    def _parting(self, first: int) -> Iterator[tuple[int, Unit]]:
        """A blank line before code that would go on in the line of text above."""
        last = self._last
        is_empty = last.body is Body.TEXT and not last.line[last.begin :].strip()
        if self._below_text and not is_empty:
            start = self._lines[first].start
            yield first, Unit(start, start, "\n", Rank.PARAGRAPH, blank=True)

    def _definition(self, first: int, last: int, block: Block, *, grows: bool) -> Iterator[tuple[int, Unit]]:
        if grows:  # this line may still become text
            return
        line, beside = self._lines[first], self._below_text
        definition = Definition(line.start, block.url, line.text)
        if self._references.define(block.label, definition, beside=beside):
            rank = self._rank_of_blank()
            yield first, Unit(line.start, line.end, "", rank, blank=True, hidden=not beside)
        else:
            yield from self._paragraphs.part(first, last, block, NONE, grows=False)

    def _table(self, first: int, last: int, block: Block, *, grows: bool) -> Iterator[tuple[int, Unit]]:
        rows = self._rows(block.first, last)
        if grows and last == len(self._lines):
            rows.pop()
        if self._limits and rows:
            known = Known(self._references, rows[0].start)
            for number, unit in enumerate(tables.units(rows, self._limits, known, over=not grows)):
                index = min(block.first + number + (number > 0), block.last - 1)
                if index >= first:
                    yield index, unit

    def _rows(self, first: int, last: int) -> list[Line]:
        return [line._replace(text=line.text[marks_end(line.text) :]) for line in self._lines[first:last]]
