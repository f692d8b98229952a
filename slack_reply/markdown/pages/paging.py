"""Turns units into pages: splits units that do not fit, and begins a page where a writer wants a new message."""

import re
from collections import deque
from collections.abc import Iterable, Iterator, Sequence

from slack_reply.markdown.pages.filling import Filling
from slack_reply.markdown.parts import Limits, Page
from slack_reply.markdown.units import Body, Unit, apart
from slack_reply.markdown.words import Rank

# A unit that has no pieces and is too large for any page is cut into these bits, between entities.
_BITS = re.compile(r"(?:&(?:lt|gt|amp);|.){1,16}", re.DOTALL)


def fill(units: Iterable[Unit], limits: Limits, cuts: Sequence[int], start: int) -> Iterator[Page | Filling]:
    """The finished pages; at the end the Filling of the last page, if any text is left.

    No more units are read than the requested pages need.
    """
    stops = deque(sorted(cut for cut in cuts if cut > start))
    unread = _Unread(_behind(units, start))
    page = Filling(limits)
    for unit in unread:
        if (
            stops and unit.start >= stops[0] and unit.end > stops[0]
        ):  # the end of a code table takes no source
            stops.popleft()
            unread.put_back([unit])
            if not page.empty:
                yield page.whole()
            page = Filling(limits)
        elif stops and unit.end > stops[0]:
            unread.put_back([part for part in _bits(unit) if part.end <= stops[0] or part.start >= stops[0]])
        elif not page.take(unit):
            if unit.body is not Body.SOLID:
                unread.put_back(apart(unit))
            elif not page.empty:
                done, rest = page.cut()
                yield done
                unread.put_back([*rest, unit])
                page = Filling(limits)
            elif bits := _small(unit):
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
        elif unit.end > start:
            yield from (part for part in _bits(unit) if part.start >= start)


def _bits(unit: Unit) -> Iterator[Unit]:
    return iter(_small(unit)) if unit.body is Body.SOLID else apart(unit)


def _small(unit: Unit) -> list[Unit]:
    """The bits of a unit that is larger than a page; their ends in the source are only estimated."""
    if unit.body is not Body.SOLID or unit.table:
        return []
    texts = _BITS.findall(unit.text)
    if len(texts) < 2:  # noqa: PLR2004
        return []
    offsets = [min(unit.start + 16 * number, unit.end) for number in range(len(texts))] + [unit.end]
    return [
        unit._replace(
            start=offsets[number], end=offsets[number + 1], text=text, rank=Rank.HARD, fresh=not number
        )
        for number, text in enumerate(texts)
    ]
