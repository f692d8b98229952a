"""A turn's ticket in its thread's queues: the one of this process, and the one on Redis that all processes share."""

import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import gevent
from gevent.event import Event

from clock import Clock
from conversation_store import LEASE, SharedThreadQueue, ThreadKey
from errors import StoreError
from turns.ordering.thread_queue import QueuePlace, ThreadQueues

LOOK = 1.0
"""Seconds between two looks of a waiting turn at Redis."""
RENEW = LEASE / 4


class QueueTicket:
    """The turn joins both queues when the ticket is made, so that the orders of both agree.

    While Redis answers, the queue on Redis decides; it holds the turns of this process too. While Redis does not
    answer, or is not set up, the queue of this process decides. The two orders may differ when a queue was lost, so in
    this process two turns of a thread never run at the same time, whatever the orders are. A turn waits only for the
    turn that runs, not for the turn before it, so different orders can't make two turns wait for each other.

    Between processes the order is as good as Redis. While Redis is away, a turn that waits for a turn of another
    process goes on waiting for the time of a lease. When Redis comes back without its queue, the turn that runs
    takes the first place again, and the turns that wait leave it the time for that. Two cases remain: an outage
    that is longer than a lease, and a new turn that comes to another process while Redis is away, or before any
    turn of the queue is back on Redis. Such a turn runs at once, beside the other one.
    """

    def __init__(
        self,
        lines: ThreadQueues,
        place: QueuePlace,
        shared: SharedThreadQueue | None,
        key: ThreadKey,
        clock: Clock,
        spawn: Callable[..., Any] = gevent.spawn,
    ) -> None:
        self._lines = lines
        self._place = place
        self._continuation = place.continuation
        self._shared = shared
        self._key = key
        self._clock = clock
        self._behind = float("-inf")
        """The clock's `now` until which this turn waits for a turn of another process, as Redis said last."""
        self._over = Event()
        self._renewing = threading.Lock()
        self.ahead = lines.waiting(place.thread)
        """How many turns were before this one when the ticket was made."""
        if shared is not None:
            with suppress(StoreError):
                self.ahead = shared.join(key, place.job_id)
            spawn(self._renew, shared)

    def my_turn(self) -> bool:
        """Whether the turn may run now; if so, the turn counts as running from here on."""
        if self._lines.runs_another(self._place) or not self._is_next():
            return False
        return self._lines.run(self._place, self._continuation)

    def wait(self, seconds: float) -> bool:
        """Wait at most `seconds` (design seconds) until the turn may run. Returns whether the turn runs."""
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
        """The turn is done, or gives up: the next turn may run."""
        self._over.set()
        if self._shared is not None:
            with self._renewing, suppress(StoreError):
                self._shared.leave(self._key, self._place.job_id)
        self._lines.leave(self._place)

    def hand_over(self, continuation: int) -> None:
        """Let a fresh request go on with the turn. `continuation` is the number of the request that hands over."""
        self._over.set()
        if self._place.continuation == continuation:  # the fresh request runs in another process
            self._lines.leave(self._place)
        self._place.rest(continuation)

    def _is_next(self) -> bool:
        if self._shared is None:
            return self._place.is_first()
        try:
            is_next = self._shared.my_turn(self._key, self._place.job_id)
        except StoreError:
            return self._place.is_first() and self._clock.now() >= self._behind
        if not is_next and self._place.is_first():
            self._behind = self._clock.now() + LEASE
        return is_next

    def _renew(self, shared: SharedThreadQueue) -> None:
        """Keep the turn's place on Redis, but never after `leave`: the turn would be in the queue again."""
        pause = RENEW
        while not self._over.wait(timeout=self._clock.wall(pause)):
            with self._renewing:
                if self._over.is_set():
                    return
                try:
                    shared.renew(self._key, self._place.job_id, waits=self._place.running is None)
                    pause = RENEW
                except StoreError:
                    pause = LOOK  # when Redis is back, the running turn must be back in the queue before new turns
