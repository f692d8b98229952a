"""Makes units of the lines of a text: the parser says which block each line belongs to.

Of a growing text, lines that may still become another block are left out.
"""

import re
from collections.abc import Iterator, Sequence

from slack_reply.markdown import inline, lines, tables, tokens
from slack_reply.markdown.lines import HEADING, MARKERS, MAYBE_CLOSING, RULE, Block, Line, blocks
from slack_reply.markdown.parts import Limits, is_apart
from slack_reply.markdown.units import Body, Context, Unit, apart
from slack_reply.markdown.words import Rank

HEADING_LIMIT = 200
INFO_LIMIT = 200  # characters that are kept of an info string: only its first word has a meaning

# A backslash that breaks the line; at the end of a text the backslash would be visible.
_BROKEN = re.compile(r"(?<!\\)(?:\\\\)*\\\Z")


class Window:
    """Some lines of the source, read behind the lines `head`."""

    def __init__(self, source: str, head: Sequence[str], own: Sequence[Line], limits: Limits | None) -> None:
        self._source = source
        self._limits = limits
        self._lines = [*(Line(own[0].start, text, own[0].start) for text in head), *own]
        self._first = len(head)
        self._size = len(self._lines)  # lines that are certain
        self._growing = False
        self._blocks: list[Block] = []
        self._found: list[tuple[int, Unit]] = []

    def read(self, before: Sequence[Unit], *, growing: bool) -> list[tuple[int, Unit]]:
        """Each unit with the number of its line. `growing`: the last line is not whole."""
        self._growing = growing
        self._found = [(-1, unit) for unit in before]
        self._blocks = self._settled() if growing else self._parsed(self._size)
        at = self._first
        for block in self._blocks:
            if block.last > at:
                self._between(at, block.first)
                at = max(at, block.first)
                self._found += (
                    (index, unit) for index, unit in self._block(block, at, min(block.last, self._size))
                )
                at = block.last
        self._between(at, self._size)
        found = self._found[len(before) :]
        if not growing and found and found[-1][1].end == len(self._source) > found[-1][1].start:
            index, unit = found[-1]
            found[-1] = index, unit._replace(text=unit.text.removesuffix("\n"))
        return found

    def going_on(self, head: tuple[str, ...]) -> tuple[int, tuple[str, ...]]:
        """The line at which a later text may be read on, and the head to put before that line.

        The last block whose first line is whole may still grow; of a code block that grows, only the last line.
        """
        for block in reversed(self._blocks):
            items = tuple(lines.item(self._lines[index].text) for index in block.items if index < block.first)
            if block.fence and not block.closed and block.last >= self._size and block.first < self._size - 1:
                return self._size - 1, (*items, self._lines[block.first].text)
            if self._first < block.first < len(self._lines) - 1:
                return block.first, items
        return self._first, head

    def _parsed(self, size: int) -> list[Block]:
        self._size = size
        return blocks([line.text for line in self._lines[:size]], tables=self._limits is not None)

    def _settled(self) -> list[Block]:
        """The blocks of a text whose last line is not whole, without the lines that may still become another block."""
        *_, (_, last, _) = self._lines
        size = len(self._lines)
        if MARKERS.match(last):
            begun = [line.text for line in self._lines[:-1]]
            found = blocks([*begun, f"{last}x"], tables=self._limits is not None)
            if found and found[-1].fence and found[-1].first < size - 1 and found[-1].last == size:
                self._size = size - bool(MAYBE_CLOSING.match(last))
                return found
            size -= 1
        found = self._parsed(size)
        if self._limits is None or not found or found[-1].kind != "text" or found[-1].last < size:
            return found
        if size < len(self._lines):
            return self._parsed(size - 1) if self._may_be_head(size - 1, last) else found
        if found[-1].first < size - 1 and self._may_be_head(size - 2, last):
            return self._parsed(size - 2)
        return self._parsed(size - 1) if self._may_be_head(size - 1, "") else found

    def _may_be_head(self, index: int, below: str) -> bool:
        """Whether the line may be the head of a table, with this unfinished line below."""
        text = self._lines[index].text
        return text.startswith("|", len(lines.prefix(text))) and tables.may_separate(below.lstrip(" \t>"))

    def _between(self, first: int, last: int) -> None:
        """The lines that no block contains: blank lines, quote marks, and what is nested too deeply."""
        for index in range(first, last):
            line = self._lines[index]
            if line.text and not line.text.isspace():
                shown = line.text[: len(lines.prefix(line.text))]
                unit = _text(line, f"{shown}{inline.render(line.text, len(shown))}", ())
            else:
                before = self._found[-1][1] if self._found else None
                glued = before is not None and before.rank is Rank.GLUE and (before.heading or before.blank)
                rank = Rank.GLUE if glued else Rank.PARAGRAPH
                unit = Unit(line.start, line.end, "\n", rank, blank=True)
            self._found.append((index, unit))

    def _block(self, block: Block, first: int, last: int) -> Iterator[tuple[int, Unit]]:
        read = {"fence": self._fence, "code": self._code, "table": self._table, "text": self._paragraph}
        return read[block.kind](first, last, block, grows=self._growing and last == self._size)

    def _fence(self, first: int, last: int, block: Block, *, grows: bool) -> Iterator[tuple[int, Unit]]:
        opening = self._lines[block.first]
        at = opening.text.index(block.fence)
        prefix = re.sub(r"[^\s>]", " ", opening.text[:at])
        head = f"{prefix}{block.fence}{tokens.inside_code(block.info[:INFO_LIMIT].rstrip())}\n"
        context = Context(head, prefix + block.fence, prefix)
        listed = bool(block.items)
        for index in range(first, last):
            line = self._lines[index]
            unfinished = grows and index == len(self._lines) - 1
            if index == block.first:
                shown = f"{opening.text[:at]}{head[len(prefix) :]}"
                unit = Unit(line.start, line.end, shown, Rank.GLUE, after=context, listed=listed)
                if not unfinished:
                    yield index, unit
            elif block.closed and index == block.last - 1:
                end = f"{context.tail}\n"
                yield (
                    index,
                    Unit(line.start, line.end, end, Rank.PARAGRAPH, context, closes=True, line=line.text),
                )
            else:
                shown = f"{tokens.inside_code(line.text)}\n"
                unit = Unit(
                    line.start,
                    line.end,
                    shown,
                    Rank.LINE,
                    context,
                    context,
                    Body.CODE,
                    line.text,
                    listed=listed,
                )
                yield from ((index, part) for part in (apart(unit, whole=False) if unfinished else (unit,)))
        if not block.closed and block.last < self._size:
            left = self._lines[last - 1].end
            yield last - 1, Unit(left, left, f"{context.tail}\n", Rank.PARAGRAPH, context, closes=True)

    def _code(self, first: int, last: int, block: Block, *, grows: bool) -> Iterator[tuple[int, Unit]]:
        listed = bool(block.items)
        for index in range(first, last):
            line = self._lines[index]
            if not line.text or line.text.isspace():
                yield index, Unit(line.start, line.end, "\n", Rank.PARAGRAPH, blank=True)
                continue
            shown = f"{tokens.inside_code(line.text)}\n"
            unit = Unit(line.start, line.end, shown, Rank.LINE, body=Body.CODE, line=line.text, listed=listed)
            unfinished = grows and index == len(self._lines) - 1
            yield from ((index, part) for part in (apart(unit, whole=False) if unfinished else (unit,)))

    def _table(self, first: int, last: int, _block: Block, *, grows: bool) -> Iterator[tuple[int, Unit]]:
        rows = [line._replace(text=line.text[line.text.index("|") :]) for line in self._lines[first:last]]
        if grows and last == len(self._lines):
            rows.pop()
        if self._limits:
            yield from ((first, unit) for unit in tables.units(rows, self._limits, over=not grows))

    def _paragraph(self, first: int, last: int, block: Block, *, grows: bool) -> Iterator[tuple[int, Unit]]:
        """The lines of a paragraph; lines are joined where markup continues over the end of a line."""
        rows = self._lines[first:last]
        base = rows[0].start
        flat = rows[0].text
        for row in rows[1:]:
            flat += self._source[base + len(flat) : row.start] + _without_quotes(row.text)
        if grows and last < len(self._lines):
            flat += "\n"
        reading = inline.reading(flat, len(lines.prefix(rows[0].text)), whole=not grows)
        begin = 0
        for number, row in enumerate(rows):
            end = row.start + len(row.text) - base
            whole = reading.is_free(end) if end < len(flat) else not grows
            if number + 1 < len(rows) and not whole:
                continue
            line = rows[begin]
            start = line.start - base
            text = line.text + flat[start + len(line.text) : end if whole else None]
            mark = len(lines.prefix(line.text))
            shown = f"{text[:mark]}{reading.text(start + mark, end)}" if whole else ""
            unit = _text(Line(line.start, text, row.end), shown, block.items)
            if whole:
                yield first + begin, unit
            elif not unit.heading:
                parts = list(apart(unit, whole=False))
                if not RULE.match("".join(part.text for part in parts)):
                    yield from ((first + begin, part) for part in parts)
            begin = number + 1


def _text(line: Line, shown: str, items: Sequence[int]) -> Unit:
    """A unit of text whose source is `line`."""
    text = line.text
    heading = bool(HEADING.match(text)) and len(text) <= HEADING_LIMIT
    return Unit(
        line.start,
        line.end,
        f"{shown}\n",
        Rank.GLUE if heading or _BROKEN.search(text) else Rank.LINE,
        body=Body.TEXT,
        line=text,
        begin=len(lines.prefix(text)),
        listed=bool(items),
        heading=heading,
        apart=is_apart(text),
    )


def _without_quotes(text: str) -> str:
    """The line with blanks instead of its quote marks, so that the paragraph reads as if no quote were around it."""
    marks = lines.prefix(text).rfind(">") + 1
    return " " * marks + text[marks:]
