"""The units of text: lines with the markup that goes on in the next ones, and slices of a line that is too long."""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from markdown_source import NONE, Block, Known, References, read_target
from slack_reply.markdown import inline, lines, tokens
from slack_reply.markdown.inline_parser import JOINER
from slack_reply.markdown.lines import HEADING, RULE, Line
from slack_reply.markdown.parts import is_apart
from slack_reply.markdown.units import BREAK, Body, Unit, apart
from slack_reply.markdown.words import Rank

HEADING_LIMIT = 200
PART = 8_000  # characters of a paragraph that are read at once

_NO_BLANK = re.compile(r"\S")


class Paragraphs:
    """The paragraphs among these `rows` of the source."""

    def __init__(self, source: str, rows: Sequence[Line], references: References) -> None:
        self._source = source
        self._lines = rows
        self._references = references

    def parts(self, first: int, last: int) -> list[int]:
        """The first lines of the parts in which a paragraph is read; markup does not go on from one to the next."""
        found = [first]
        for index in range(first + 1, last):
            if self._lines[index].start - self._lines[found[-1]].start >= PART:
                found.append(index)
        return found

    def units(self, first: int, last: int, block: Block, *, grows: bool) -> Iterator[tuple[int, Unit]]:
        """Each unit with the number of its line. `grows`: the last of the lines goes on, or more of them come."""
        line = self._lines[first]
        if last == first + 1 and not grows and inline.is_plain(line.text) and len(line.text) <= PART:
            yield first, text_unit(line, line.text, len(lines.prefix(line.text)), listed=block.listed)
            return
        parts = [*self.parts(first, last), last]
        for begin, end in pairwise(parts):
            line = self._lines[begin]
            known, grow = Known(self._references, line.start), grows and end == last
            if end == begin + 1 and len(line.text) > PART:
                yield from ((begin, unit) for unit in _slices(line, block, known, grows=grow))
            else:
                yield from self.part(begin, end, block, known, grows=grow)

    def part(
        self, first: int, last: int, block: Block, known: Known, *, grows: bool
    ) -> Iterator[tuple[int, Unit]]:
        """The lines of a paragraph; lines are joined where markup continues over the end of a line."""
        rows, head = self._lines[first:last], self._lines[block.first].text
        base = rows[0].start
        flat = _flat(self._source, rows, head)
        if grows and last < len(self._lines):
            flat += "\n"
        reading = inline.reading(flat, len(lines.prefix(rows[0].text, head)), known, whole=not grows)
        begin = 0
        for number, row in enumerate(rows):
            end = row.start + len(row.text) - base
            whole = reading.is_free(end) if end < len(flat) else not grows
            if number + 1 < len(rows) and not whole:
                continue
            line = rows[begin]
            start = line.start - base
            prefix = lines.prefix(line.text, head)
            shown = f"{prefix}{reading.text(start + len(prefix), end)}" if whole else ""
            if begin < number or not whole:
                text = line.text + flat[start + len(line.text) : end if whole else None]
                line = Line(line.start, text, row.end)
            unit = text_unit(
                line,
                shown,
                len(prefix),
                known,
                listed=block.listed,
                head=head if first + begin > block.first else None,
            )
            if whole:
                for part in _parted(unit):
                    yield first + begin, part
            elif not unit.heading:
                parts = list(apart(unit, whole=False))
                if not RULE.match("".join(part.text for part in parts)[unit.begin :]):
                    yield from ((first + begin, part) for part in parts)
            begin = number + 1


def text_unit(
    line: Line,
    shown: str,
    begin: int,
    known: Known = NONE,
    *,
    listed: int = 0,
    head: str | None = None,
) -> Unit:
    """A unit of text whose source is `line`; `begin` is where the text behind bullets and quote marks begins.

    `head` is the first line of the paragraph, if that is another one.
    """
    text, marks = line.text, lines.around(line.text if head is None else head) if begin or head else ""
    shown = lines.within(shown, marks)
    is_block = is_apart(text)
    heading = is_block and len(text) <= HEADING_LIMIT and bool(HEADING.match(text))
    return Unit(
        line.start,
        line.end,
        f"{shown}{'\n\n' if is_block and '\n' in shown else '\n'}",  # a tag in a heading begins a paragraph
        Rank.GLUE if heading or text == "\\" else Rank.LINE,
        body=Body.TEXT,
        line=text,
        begin=begin,
        marks=marks,
        blank=shown == JOINER,
        goes_on=head is not None,
        listed=listed,
        heading=heading,
        apart=is_block,
        known=known,
    )


def _slices(row: Line, block: Block, known: Known, *, grows: bool) -> Iterator[Unit]:
    """A line that is too long to be read at once; markup does not go on from one slice to the next."""
    begin = 0
    while begin < len(row.text):
        end = _end_of_slice(row.text, begin)
        text = row.text[begin:end]
        is_last = end >= len(row.text)
        mark = 0 if begin else len(lines.prefix(text))
        whole = not (is_last and grows)
        marks = lines.around(text) if mark else ""
        shown = lines.within(inline.render(text, mark, known), marks) if whole else ""
        unit = Unit(
            row.start + begin,
            row.end if is_last else row.start + end,
            f"{text[:mark]}{shown}{'\n' if is_last else ''}" if whole else "",
            Rank.LINE if is_last else Rank.HARD,
            body=Body.TEXT,
            line=text,
            begin=mark,
            marks=marks,
            fresh=not begin,
            listed=block.listed,
            known=known,
        )
        yield from (unit,) if whole else apart(unit, whole=False)
        begin = end


def _end_of_slice(text: str, begin: int) -> int:
    """A slice holds the target of its last link whole: a picture in the text has 100,000 characters and more."""
    end = begin + PART
    link = text.rfind("](", begin, end)
    target = read_target(text, link + len("](")) if link >= 0 else None
    if target:
        end = max(end, target[1] or len(text))
    found = _NO_BLANK.search(text, end)
    return found.start() if found else len(text)


def _parted(unit: Unit) -> tuple[Unit, ...]:
    """The unit; if a backslash breaks the line, the backslash as a unit of its own, with which no message ends.

    At the end of a text the backslash would be visible. What the line would be without the backslash, a rule for
    example, must be text.
    """
    line = unit.line
    is_broken = (len(line) - len(line.rstrip("\\"))) % 2 == 1
    if not is_broken or unit.rank is Rank.GLUE:
        return (unit,)
    said, place = line[unit.begin : -1], unit.start + len(line) - 1
    shows_nothing = tokens.is_blank(unit.text[unit.begin : -2])
    # Behind a marker, the end of a message would be a blank: emphasis may end there that the backslash keeps open
    if shows_nothing or said[-1] in "*_~" or RULE.match(said) or lines.marker(said)[0] == len(said):
        return (unit._replace(rank=Rank.GLUE),)
    broken = Unit(
        place,
        unit.end,
        BREAK,
        Rank.GLUE,
        line=line,
        begin=unit.begin,
        blank=True,
        fresh=False,
        listed=unit.listed,
    )
    return unit._replace(end=place, text=unit.text[:-2]), broken


def _flat(source: str, rows: Sequence[Line], head: str) -> str:
    """The lines as one text, with blanks instead of quote marks: it reads as if no quote were around the paragraph.

    `head` is the first line of the paragraph.
    """
    base = rows[0].start
    flat = source[base : rows[-1].start + len(rows[-1].text)]
    if ">" not in flat:
        return flat
    flat = rows[0].text
    for row in rows[1:]:
        marks = lines.prefix(row.text, head).rfind(">") + 1
        flat += f"{source[base + len(flat) : row.start]}{' ' * marks}{row.text[marks:]}"
    return flat
