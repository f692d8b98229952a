"""Fills one page after the other with the units of a text."""

import math
import re
from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import Self

from slack_reply.markdown.pages.filling import Filling
from slack_reply.markdown.parts import Limits, Page
from slack_reply.markdown.units import Body, Unit, apart
from slack_reply.markdown.words import Rank

# A unit that has no pieces and is too large for any page is cut into these bits, between entities.
_BIT = 16
_BITS = re.compile(rf"(?:&(?:lt|gt|amp);|.){{1,{_BIT}}}", re.DOTALL)


class Row:
    """The pages behind `start`, and one that is not full yet. At `cut` a page ends, however much is in the page."""

    def __init__(self, limits: Limits, cut: float | None, start: int, page: Filling | None = None) -> None:
        self._limits = limits
        self._start = start
        self._stop = math.inf if cut is None or cut <= start else cut
        self._page = page or Filling(limits)

    def copy(self) -> Self:
        """A row that goes on from here on its own."""
        return type(self)(self._limits, self._stop, self._start, self._page.copy())

    @property
    def last(self) -> Iterator[Filling]:
        """The page that is not full, if the page shows anything."""
        if not self._page.empty:
            yield self._page

    def filled(self, units: Iterable[Unit]) -> Iterator[Page]:
        """The pages that these further units fill. A unit that does not fit is split.

        No more units are read than the requested pages need.
        """
        unread = _Unread(_behind(units, self._start))
        for unit in unread:
            if unit.start >= self._stop and unit.end > self._stop:  # the end of a code table takes no source
                self._stop = math.inf
                unread.put_back([unit])
                yield from (page.whole() for page in self.last)
                self._page = Filling(self._limits)
            elif unit.end > self._stop and not unit.table:
                parts = _split(unit)
                unread.put_back(
                    [part for part in parts if part.end <= self._stop or part.start >= self._stop]
                )
            elif not self._page.take(unit):
                if unit.body is not Body.SOLID:
                    unread.put_back(apart(unit))
                elif not self._page.empty:
                    done, rest = self._page.cut()
                    yield done
                    unread.put_back([*rest, unit])
                    self._page = Filling(self._limits)
                elif bits := _bits(unit):
                    unread.put_back(bits)
                else:
                    self._page.take(unit, anyway=True)


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
        unit._replace(start=start, end=end, text=text, rank=Rank.HARD, fresh=not number, was=None)
        for number, (text, (start, end)) in enumerate(zip(texts, pairwise(offsets), strict=True))
    ]
