"""A turn's stand in its thread's line: in this process's, and in the one on Redis that all processes share."""

import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import gevent
from gevent.event import Event

from clock import Clock
from conversation_store.record import ThreadKey
from conversation_store.thread_line import LEASE, ThreadLine
from errors import StoreError
from turns.ordering.thread_queue import QueuePlace, ThreadQueues

LOOK = 1.0
"""Seconds between two looks at Redis by who waits."""
RENEW = LEASE / 4


class QueueTicket:
    """Stands in both lines from the moment it is made, so that their orders agree.

    While Redis answers, its line decides, which holds the turns of this process too; while it does not, and
    without one, our own line does. As either of them may be lost, in this process nobody runs beside another in any
    case. Who runs counts, not who stands before: so two orders that differ do not wait for each other.

    Between processes the order is as good as Redis. While it is away, who waits for another process's turn still does
    so for the term of a lease. When it is back without its line, who runs comes to stand first again, and who waited
    gives it the time for that. What remains: a longer outage, and a turn that comes new to another process while
    Redis is away or before anybody who stood in line is back there. It runs at once.
    """

    def __init__(
        self,
        lines: ThreadQueues,
        place: QueuePlace,
        shared: ThreadLine | None,
        key: ThreadKey,
        clock: Clock,
        spawn: Callable[..., Any] = gevent.spawn,
    ) -> None:
        self._lines = lines
        self._place = place
        self._leg = place.leg
        self._shared = shared
        self._key = key
        self._clock = clock
        self._behind = float("-inf")
        """Until when it believes that a turn of another process stands before it, as Redis said."""
        self._over = Event()
        self._renewing = threading.Lock()
        self.ahead = lines.waiting(place.thread)
        """How many stood before it when it came."""
        if shared is not None:
            with suppress(StoreError):
                self.ahead = shared.join(key, place.ticket)
            spawn(self._renew, shared)

    def my_turn(self) -> bool:
        """Whether it may run now; once it may, it does."""
        if self._lines.runs_another(self._place) or not self._is_next():
            return False
        return self._lines.run(self._place, self._leg)

    def wait(self, seconds: float) -> bool:
        """Wait at most so long for its turn to come."""
        until = self._clock.now() + seconds
        if self._shared is None and not self._place.wait(self._clock, seconds):
            return False
        while not self.my_turn():
            left = until - self._clock.now()
            if left <= 0:
                return False
            if self._place.is_first():
                self._clock.sleep(min(LOOK, left))
            else:
                self._place.wait(self._clock, min(LOOK, left))
        return True

    def leave(self) -> None:
        """Done, or given up: the next one may."""
        self._over.set()
        if self._shared is not None:
            with self._renewing, suppress(StoreError):
                self._shared.leave(self._key, self._place.ticket)
        self._lines.leave(self._place)

    def hand_over(self, leg: int) -> None:
        """Another request of the same turn, `leg` the number of this one, stands here from now on."""
        self._over.set()
        if self._place.leg == leg:  # it runs in another process, which has a line of its own
            self._lines.leave(self._place)
        self._place.rest(leg)

    def _is_next(self) -> bool:
        if self._shared is None:
            return self._place.is_first()
        try:
            is_next = self._shared.my_turn(self._key, self._place.ticket)
        except StoreError:
            return self._place.is_first() and self._clock.now() >= self._behind
        if not is_next and self._place.is_first():
            self._behind = self._clock.now() + LEASE
        return is_next

    def _renew(self, shared: ThreadLine) -> None:
        """Never after `leave`: it would stand in line again."""
        pause = RENEW
        while not self._over.wait(timeout=self._clock.wall(pause)):
            with self._renewing:
                if self._over.is_set():
                    return
                try:
                    shared.renew(self._key, self._place.ticket, waits=self._place.running is None)
                    pause = RENEW
                except StoreError:
                    pause = LOOK  # who runs is to be back before anybody else comes
