"""Where idle connections rest: newest on top, and none for longer than Slack would keep it open."""

from queue import LifoQueue
from typing import Any

from urllib3.connection import HTTPConnection

from clock import Clock


class Shelf(LifoQueue[HTTPConnection | None]):
    """The queue of a urllib3 pool; what rested longer than `idle` seconds is closed and not given out.

    A request on a connection that the peer has just closed has an unknown fate: so we close first.
    """

    def __init__(self, clock: Clock, idle: float, maxsize: int) -> None:
        self._clock = clock
        self._idle = idle
        self._rested: list[tuple[HTTPConnection, float] | None] = []
        super().__init__(maxsize)

    def _init(self, maxsize: int) -> None:
        """LifoQueue's hook; the store is ours."""

    def _qsize(self) -> int:
        return len(self._rested)

    def _put(self, item: HTTPConnection | None) -> None:
        now = self._clock.now()
        for place, resting in enumerate(self._rested):
            if self._too_old(resting, now):
                self._rested[place] = None
        self._rested.append(None if item is None else (item, now))

    def _get(self) -> HTTPConnection | None:
        resting = self._rested.pop()
        if resting is None or self._too_old(resting, self._clock.now()):
            return None
        return resting[0]

    def _too_old(self, resting: tuple[Any, float] | None, now: float) -> bool:
        """Whether it rested too long; closes it then."""
        if resting is None or now - resting[1] < self._idle:
            return False
        resting[0].close()
        return True
