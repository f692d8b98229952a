"""Makes units of the lines of a text: the parser says which block each line belongs to.

Of a growing text, lines that may still become another block are left out.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

from markdown_source import NONE, Block, Definition, Known, References, begins_definition, blocks, item
from slack_reply.markdown import inline, lines, tables, tokens
from slack_reply.markdown.lines import FENCE_BEGUN, HEADING, MARKERS, MAYBE_CLOSING, RULE, Line
from slack_reply.markdown.parts import Limits, is_apart
from slack_reply.markdown.units import CODE_INDENT, Body, Context, Unit, apart
from slack_reply.markdown.words import Rank

HEADING_LIMIT = 200
PART = 8_000  # characters of a paragraph that are read at once
INFO_LIMIT = 200  # characters that are kept of an info string: only its first word has a meaning

_NO_BLANK = re.compile(r"\S")
_INDENT = re.compile(r"(?: {0,3}>)*[ \t]*")
# A link's target that may go on, and its rest: a picture in the text has 100,000 characters and more.
_TARGET_BEGUN, _TARGET_REST = re.compile(r"\]\([ \t]*<?[^\s()<>]*\Z"), re.compile(r"[^\s()<>]*>?\)?")


class Window:
    """Some lines of the source, read behind the lines `head`."""

    def __init__(
        self,
        source: str,
        head: Sequence[str],
        own: Sequence[Line],
        limits: Limits | None,
        references: References,
    ) -> None:
        self._source = source
        self._references = references
        self._limits = limits
        self._lines = [*(Line(own[0].start, text, own[0].start) for text in head), *own]
        self._first = len(head)
        self._size = len(self._lines)  # lines that are certain
        self._growing = False
        self._blocks: list[Block] = []
        self._last: Unit | None = None

    def parse(self, *, growing: bool) -> None:
        """Find the blocks. `growing`: the last line is not whole."""
        self._growing = growing
        self._blocks = self._settled() if growing else self._parsed(self._size)

    def units(self, before: Unit | None) -> Iterator[tuple[int, Unit]]:
        """Each unit with the number of its line, behind the unit `before`."""
        self._last = before
        held: tuple[int, Unit] | None = None
        for index, unit in self._all():
            self._last = unit
            if held:
                yield held
            held = index, unit
        if held:
            index, unit = held
            ends = not self._growing and unit.end == len(self._source) > unit.start
            yield index, unit._replace(text=unit.text.removesuffix("\n")) if ends else unit

    def _all(self) -> Iterator[tuple[int, Unit]]:
        at = self._first
        for block in self._blocks:
            if block.last > at:
                yield from self._between(at, block.first)
                at = max(at, block.first)
                yield from self._block(block, at, min(block.last, self._size))
                at = block.last
        yield from self._between(at, self._size)

    def going_on(self, head: tuple[str, ...]) -> tuple[int, tuple[str, ...]]:
        """The line at which a later text may be read on, and the head to put before that line.

        The last block whose first line is whole may still grow; of a code block that grows, or a table that is one,
        only the last line.
        """
        for block in reversed(self._blocks):
            items = tuple(item(self._lines[index].text) for index in block.items if index < block.first)
            if block.fence and not block.closed and block.last >= self._size and block.first < self._size - 1:
                return self._size - 1, (*items, self._lines[block.first].text)
            if block.kind == "text":
                *_, part = self._parts(max(block.first, self._first), min(block.last, self._size))
                if max(block.first, self._first) < part < len(self._lines) - 1:
                    return part, (*items, f"{lines.prefix(self._lines[block.first].text)}x")
            if block.kind == "table" and block.last >= self._size:
                behind = self._behind_head(block)
                if max(behind, self._first) < self._size - 1 and behind > block.first:
                    opening = self._lines[block.first : behind]
                    return self._size - 1, (*items, *(line.text for line in opening))
            if self._first < block.first < len(self._lines) - 1:
                return block.first, items
        return self._first, head

    def _behind_head(self, table: Block) -> int:
        """The line behind those that say how a growing table looks, which must be whole; else its first line."""
        rows = self._rows(table.first, self._size - 1)
        if not self._limits or not rows:
            return table.first
        return table.first + tables.settled(rows, self._limits, Known(self._references, rows[0].start))

    def _parsed(self, size: int) -> list[Block]:
        self._size = size
        return blocks([line.text for line in self._lines[:size]], tables=self._limits is not None)

    def _settled(self) -> list[Block]:
        """The blocks of a text whose last line is not whole, without the lines that may still become another block."""
        *_, (_, last, _) = self._lines
        size = len(self._lines)
        if MARKERS.match(last) or FENCE_BEGUN.match(last):
            begun = [line.text for line in self._lines[:-1]]
            found = blocks([*begun, f"{last}x"], tables=self._limits is not None)
            if found and found[-1].fence and found[-1].first < size - 1 and found[-1].last == size:
                self._size = size - bool(MAYBE_CLOSING.match(last))
                return found
            size -= 1
        found = self._parsed(size)
        kinds = {"text", "definition"}
        if self._limits is None or not found or found[-1].kind not in kinds or found[-1].last < size:
            return found
        if size < len(self._lines):
            return self._parsed(size - 1) if self._may_be_head(size - 1, last) else found
        if found[-1].first == size - 1 and begins_definition(last):
            return [*found[:-1], found[-1]._replace(kind="definition")]
        if found[-1].first < size - 1 and self._may_be_head(size - 2, last):
            return self._parsed(size - 2)
        return self._parsed(size - 1) if self._may_be_head(size - 1, "") else found

    def _may_be_head(self, index: int, below: str) -> bool:
        """Whether the line may be the head of a table, with this unfinished line below."""
        text = self._lines[index].text
        return text.startswith("|", len(lines.prefix(text))) and tables.may_separate(below.lstrip(" \t>"))

    def _between(self, first: int, last: int) -> Iterator[tuple[int, Unit]]:
        """The lines that no block contains: blank lines, quote marks, and what is nested too deeply."""
        for index in range(first, last):
            line = self._lines[index]
            if line.text and not line.text.isspace():
                shown = lines.prefix(line.text)
                yield index, _text(line, f"{shown}{inline.render(line.text, len(shown))}", ())
            else:
                yield index, Unit(line.start, line.end, "\n", self._rank_of_blank(), blank=True)

    def _rank_of_blank(self) -> Rank:
        before = self._last
        if before is None or before.rank is not Rank.GLUE:
            return Rank.PARAGRAPH
        glued = before.heading or (before.blank and not before.line)
        return Rank.GLUE if glued else Rank.PARAGRAPH

    def _block(self, block: Block, first: int, last: int) -> Iterator[tuple[int, Unit]]:
        read = {
            "fence": self._fence,
            "code": self._code,
            "table": self._table,
            "text": self._paragraph,
            "definition": self._definition,
        }
        return read[block.kind](first, last, block, grows=self._growing and last == self._size)

    def _definition(self, first: int, last: int, block: Block, *, grows: bool) -> Iterator[tuple[int, Unit]]:
        if grows:  # this line may still become text
            return
        line, before = self._lines[first], self._last
        # Only a definition can stand directly below a line of text
        beside = before is not None and before.body is Body.TEXT and not before.apart
        definition = Definition(line.start, block.url, line.text)
        if self._references.define(block.label, definition, beside=beside):
            rank = self._rank_of_blank()
            yield first, Unit(line.start, line.end, "", rank, blank=True, hidden=not beside)
        else:
            yield from self._part(first, last, block, NONE, grows=False)

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
                parts = _code_units(line, context, listed=listed, unfinished=unfinished)
                yield from ((index, part) for part in parts)
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
            unfinished = grows and index == len(self._lines) - 1
            indent = _INDENT.match(line.text)
            context = Context(resume=(indent.group() if indent else "") or CODE_INDENT)
            begin = len(lines.prefix(line.text))
            parts = _code_units(line, context, begin, listed=listed, unfinished=unfinished)
            yield from ((index, part) for part in parts)

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
        return [line._replace(text=line.text[line.text.index("|") :]) for line in self._lines[first:last]]

    def _parts(self, first: int, last: int) -> list[int]:
        """The first lines of the parts in which a paragraph is read; markup does not go on from one to the next."""
        found = [first]
        for index in range(first + 1, last):
            if self._lines[index].start - self._lines[found[-1]].start >= PART:
                found.append(index)
        return found

    def _paragraph(self, first: int, last: int, block: Block, *, grows: bool) -> Iterator[tuple[int, Unit]]:
        parts = [*self._parts(first, last), last]
        for begin, end in pairwise(parts):
            line = self._lines[begin]
            known, grow = Known(self._references, line.start), grows and end == last
            if end == begin + 1 and len(line.text) > PART:
                yield from ((begin, unit) for unit in _slices(line, block, known, grows=grow))
            else:
                yield from self._part(begin, end, block, known, grows=grow)

    def _part(
        self, first: int, last: int, block: Block, known: Known, *, grows: bool
    ) -> Iterator[tuple[int, Unit]]:
        """The lines of a paragraph; lines are joined where markup continues over the end of a line."""
        line = self._lines[first]
        if last == first + 1 and not grows and inline.is_plain(line.text):
            yield first, _text(line, line.text, block.items)
            return
        rows = self._lines[first:last]
        base = rows[0].start
        flat = rows[0].text
        for row in rows[1:]:
            flat += self._source[base + len(flat) : row.start] + _without_quotes(row.text)
        if grows and last < len(self._lines):
            flat += "\n"
        reading = inline.reading(flat, len(lines.prefix(rows[0].text)), known, whole=not grows)
        begin = 0
        for number, row in enumerate(rows):
            end = row.start + len(row.text) - base
            whole = reading.is_free(end) if end < len(flat) else not grows
            if number + 1 < len(rows) and not whole:
                continue
            line = rows[begin]
            start = line.start - base
            text = line.text + flat[start + len(line.text) : end if whole else None]
            prefix = lines.prefix(line.text)
            shown = f"{prefix}{reading.text(start + len(prefix), end)}" if whole else ""
            unit = _text(Line(line.start, text, row.end), shown, block.items, known)
            if whole:
                yield from ((first + begin, part) for part in _parted(unit))
            elif not unit.heading:
                parts = list(apart(unit, whole=False))
                if not RULE.match("".join(part.text for part in parts)[unit.begin :]):
                    yield from ((first + begin, part) for part in parts)
            begin = number + 1


def _code_units(
    line: Line, context: Context, begin: int = 0, *, listed: bool, unfinished: bool
) -> Iterable[Unit]:
    """A line of code as one unit; an unfinished line in the pieces that later text cannot change."""
    shown = f"{tokens.inside_code(line.text)}\n"
    unit = Unit(
        line.start, line.end, shown, Rank.LINE, context, context, Body.CODE, line.text, begin, listed=listed
    )
    return apart(unit, whole=False) if unfinished else (unit,)


def _slices(row: Line, block: Block, known: Known, *, grows: bool) -> Iterator[Unit]:
    """A line that is too long to be read at once; markup does not go on from one slice to the next."""
    begin = 0
    while begin < len(row.text):
        end = _end_of_slice(row.text, begin)
        text = row.text[begin:end]
        is_last = end >= len(row.text)
        mark = 0 if begin else len(lines.prefix(text))
        whole = not (is_last and grows)
        unit = Unit(
            row.start + begin,
            row.end if is_last else row.start + end,
            f"{text[:mark]}{inline.render(text, mark, known)}{'\n' if is_last else ''}" if whole else "",
            Rank.LINE if is_last else Rank.HARD,
            body=Body.TEXT,
            line=text,
            begin=mark,
            fresh=not begin,
            listed=bool(block.items),
            known=known,
        )
        yield from (unit,) if whole else apart(unit, whole=False)
        begin = end


def _end_of_slice(text: str, begin: int) -> int:
    end = begin + PART
    if _TARGET_BEGUN.search(text, begin, end) and (rest := _TARGET_REST.match(text, end)):
        end = rest.end()
    found = _NO_BLANK.search(text, end)
    return found.start() if found else len(text)


def _text(line: Line, shown: str, items: Sequence[int], known: Known = NONE) -> Unit:
    """A unit of text whose source is `line`."""
    text = line.text
    is_block = is_apart(text)
    heading = is_block and len(text) <= HEADING_LIMIT and bool(HEADING.match(text))
    return Unit(
        line.start,
        line.end,
        f"{shown}\n",
        Rank.GLUE if heading else Rank.LINE,
        body=Body.TEXT,
        line=text,
        begin=len(lines.prefix(text)),
        listed=bool(items),
        heading=heading,
        apart=is_block,
        known=known,
    )


def _parted(unit: Unit) -> tuple[Unit, ...]:
    """The unit; if a backslash breaks the line, the backslash as a unit of its own, with which no message ends.

    At the end of a text the backslash would be visible. What the line would be without the backslash, a rule for
    example, must be text.
    """
    line = unit.line
    if line[-1:] != "\\" or (len(line) - len(line.rstrip("\\"))) % 2 == 0 or unit.heading:
        return (unit,)
    said, place = line[unit.begin : -1], unit.start + len(line) - 1
    if not said or RULE.match(said) or lines.marker(said)[0] == len(said):
        return (unit._replace(rank=Rank.GLUE),)
    broken = unit._replace(
        start=place, text="\\\n", rank=Rank.GLUE, body=Body.SOLID, fresh=False, apart=False, blank=True
    )
    return unit._replace(end=place, text=unit.text[:-2]), broken


def _without_quotes(text: str) -> str:
    """The line with blanks instead of its quote marks, so that the paragraph reads as if no quote were around it."""
    marks = lines.prefix(text).rfind(">") + 1
    return " " * marks + text[marks:] if marks else text
