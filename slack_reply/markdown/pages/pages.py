"""The source text of an answer as a row of messages (docs/architecture.md#d5-writers, docs/architecture.md#d6-text).

All writers rely on one law: whatever text follows, all pages of a growing text except the last stay the same, and the
last one is the beginning of the later page at its place. So a stream, which can only append, can show every page.
"""

import math
import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import filterfalse, islice, pairwise

from clock import in_turns
from slack_reply.markdown.pages.filling import Filling
from slack_reply.markdown.parts import Limits, Markdown, Page
from slack_reply.markdown.reader import Reader, read
from slack_reply.markdown.tokens import is_blank
from slack_reply.markdown.units import Body, Unit, apart
from slack_reply.markdown.words import Rank

_SURROGATE = re.compile("[\ud800-\udfff]")
# A unit that has no pieces and is too large for any page is cut into these bits, between entities.
_BIT = 16
_BITS = re.compile(rf"(?:&(?:lt|gt|amp);|.){{1,{_BIT}}}", re.DOTALL)


def pages_after(
    text: str,
    start: int,
    limits: Limits,
    *,
    final: bool,
    cut: int | None = None,
    most: int | None = None,
    reader: Reader | None = None,
) -> tuple[Page, ...]:
    """The pages behind `start`, which is the end of an earlier page; an open code block is opened again.

    `cut` is the end of a page at which a writer began a new message. `most` is how many pages are wanted: no more
    of the text is laid out than these take. A `reader` with the same limits remembers what was read of the text before.
    """
    # Halves of surrogate pairs cannot be sent
    source = text if text.isascii() else _SURROGATE.sub("\ufffd", text)
    units = reader.units(source, final=final, start=start) if reader else read(source, limits, final=final)
    filled = in_turns(fill(units, limits, cut, start))
    pages = (_page(page, source, final=final) for page in filled)
    return tuple(islice(filterfalse(_is_blank, pages), most))


def _page(filled: Page | Filling, source: str, *, final: bool) -> Page:
    if isinstance(filled, Page):
        return filled
    return replace(filled.whole(), end=len(source)) if final else filled.growing(source)


def _is_blank(page: Page) -> bool:
    return all(isinstance(part, Markdown) and is_blank(part.text) for part in page.parts)


def fill(units: Iterable[Unit], limits: Limits, cut: int | None, start: int) -> Iterator[Page | Filling]:
    """The finished pages; at the end the Filling of the last page, if any text is left.

    A unit that does not fit is split. No more units are read than the requested pages need.
    """
    stop = math.inf if cut is None or cut <= start else cut
    unread = _Unread(_behind(units, start))
    page = Filling(limits)
    for unit in unread:
        if unit.start >= stop and unit.end > stop:  # the end of a code table takes no source
            stop = math.inf
            unread.put_back([unit])
            if not page.empty:
                yield page.whole()
            page = Filling(limits)
        elif unit.end > stop and not unit.table:
            unread.put_back([part for part in _split(unit) if part.end <= stop or part.start >= stop])
        elif not page.take(unit):
            if unit.body is not Body.SOLID:
                unread.put_back(apart(unit))
            elif not page.empty:
                done, rest = page.cut()
                yield done
                unread.put_back([*rest, unit])
                page = Filling(limits)
            elif bits := _bits(unit):
                unread.put_back(bits)
            else:
                page.take(unit, anyway=True)
    if not page.empty:
        yield page


class _Unread:
    """The units still to be read: the units put back last come first."""

    def __init__(self, units: Iterator[Unit]) -> None:
        self._rows = [units]

    def put_back(self, units: Iterable[Unit]) -> None:
        self._rows.append(iter(units))

    def __iter__(self) -> Iterator[Unit]:
        while self._rows:
            unit = next(self._rows[-1], None)
            if unit is None:
                self._rows.pop()
            else:
                yield unit


def _behind(units: Iterable[Unit], start: int) -> Iterator[Unit]:
    for unit in units:
        if unit.start >= start:
            yield unit
        elif unit.table and unit.end > start:
            yield unit  # a message that began within the table showed rows that came later: rather twice than never
        elif unit.end > start:
            yield from (part for part in _split(unit) if part.start >= start)


def _split(unit: Unit) -> Iterable[Unit]:
    return _bits(unit) if unit.body is Body.SOLID else apart(unit)


def _bits(unit: Unit) -> list[Unit]:
    """A solid unit that is larger than a page in bits, if it has several; their ends in the source are estimated."""
    texts = [] if unit.table else _BITS.findall(unit.text)
    if len(texts) < 2:  # noqa: PLR2004
        return []
    offsets = [*(min(unit.start + _BIT * number, unit.end) for number in range(len(texts))), unit.end]
    return [
        unit._replace(start=start, end=end, text=text, rank=Rank.HARD, fresh=not number)
        for number, (text, (start, end)) in enumerate(zip(texts, pairwise(offsets), strict=True))
    ]
