"""When the machine stood still, as somebody sees it who has nothing to do with the plugin."""

import time
from collections.abc import Sequence
from itertools import pairwise
from typing import Self

from gevent.threadpool import ThreadPool

TICK = 0.02
PROMPT = 0.05  # seconds of the wall from one tick to the next: what is longer is the machine's

Span = tuple[float, float]


def stops_in(ticks: Sequence[float]) -> list[Span]:
    """From when a tick was overdue until it came."""
    return [(earlier + TICK, later) for earlier, later in pairwise(ticks) if later - earlier > PROMPT]


def lost(stops: Sequence[Span], since: float, until: float) -> float:
    """Seconds in between in which it stood still."""
    return sum(max(0.0, min(end, until) - max(begin, since)) for begin, end in stops)


class Ticker:
    """Ticks while it is entered, in a thread that nothing else uses; at times of the wall, as Slack's calls are."""

    def __init__(self) -> None:
        self.ticks: list[float] = []
        self._pool = ThreadPool(1)
        self._over = False

    def stops(self) -> list[Span]:
        """So far, in seconds of the wall."""
        return stops_in(self.ticks)

    def __enter__(self) -> Self:
        self._pool.spawn(self._tick)
        return self

    def __exit__(self, *_: object) -> None:
        self._over = True
        self._pool.join()

    def _tick(self) -> None:
        while not self._over:
            self.ticks.append(time.time())
            time.sleep(TICK)
