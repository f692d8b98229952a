"""From units to pages: what fits together, what is taken apart, where a writer wants a new message."""

import re
from collections import deque
from collections.abc import Iterable, Iterator, Sequence

from slack_reply.filling import Filling
from slack_reply.parts import Limits, Page
from slack_reply.units import Body, Unit, apart
from slack_reply.words import Rank

# What can't be taken apart and still is too large for any page is cut like this, between entities.
_BITS = re.compile(r"(?:&(?:lt|gt|amp);|.){1,16}", re.DOTALL)


def fill(units: Iterable[Unit], limits: Limits, cuts: Sequence[int], start: int) -> Iterator[Page | Filling]:
    """The pages that are over; at the end, if anything is left, the filling of the last one.

    No more units are read than the pages take that are asked for.
    """
    stops = deque(sorted(cut for cut in cuts if cut > start))
    unread = _behind(units, start)
    queue: deque[Unit] = deque()  # what was read and put back
    page = Filling(limits)
    while (unit := queue.popleft() if queue else next(unread, None)) is not None:
        if (
            stops and unit.start >= stops[0] and unit.end > stops[0]
        ):  # the end of a code table takes no source
            stops.popleft()
            queue.appendleft(unit)
            if not page.empty:
                yield page.whole()
            page = Filling(limits)
        elif stops and unit.end > stops[0]:
            taken_apart = [part for part in _bits(unit) if part.end <= stops[0] or part.start >= stops[0]]
            queue.extendleft(reversed(taken_apart))
        elif not page.take(unit):
            parts = apart(unit) or (_small(unit) if page.empty else [])
            if parts:
                queue.extendleft(reversed(parts))
                continue
            if page.empty:
                page.take(unit, anyway=True)
                continue
            done, rest = page.cut()
            yield done
            queue.extendleft(reversed([*rest, unit]))
            page = Filling(limits)
    if not page.empty:
        yield page


def _behind(units: Iterable[Unit], start: int) -> Iterator[Unit]:
    for unit in units:
        if unit.start >= start:
            yield unit
        elif unit.end > start:
            yield from (part for part in _bits(unit) if part.start >= start)


def _bits(unit: Unit) -> list[Unit]:
    return apart(unit) or _small(unit)


def _small(unit: Unit) -> list[Unit]:
    """A unit larger than a page, in bits; where they end in the source is only estimated."""
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
