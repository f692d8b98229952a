"""Measures when the machine stood still, independently of the plugin."""

import time
from collections.abc import Sequence
from itertools import pairwise
from typing import Self

from gevent.threadpool import ThreadPool

TICK = 0.02
PROMPT = 0.05  # seconds of the wall clock between two ticks; a longer interval is the machine's doing

Span = tuple[float, float]


def stops_in(ticks: Sequence[float]) -> list[Span]:
    """The intervals from when a tick was due until it came."""
    return [(earlier + TICK, later) for earlier, later in pairwise(ticks) if later - earlier > PROMPT]


def lost(stops: Sequence[Span], since: float, until: float) -> float:
    """The seconds between `since` and `until` in which the machine stood still."""
    return sum(max(0.0, min(end, until) - max(begin, since)) for begin, end in stops)


class Ticker:
    """Ticks in a thread of its own while the context is open. The times are wall-clock times, as Slack's calls have."""

    def __init__(self) -> None:
        self.ticks: list[float] = []
        self._pool = ThreadPool(1)
        self._over = False

    def stops(self) -> list[Span]:
        """The stops so far, in seconds of the wall clock."""
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
