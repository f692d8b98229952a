"""Turns of one thread run one after the other, in the order of one queue in this process and of another on Redis."""

import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import gevent
from gevent.event import Event

from clock import Clock
from conversation_store import LEASE, SharedThreadQueue, ThreadKey
from errors import StoreError

QUEUE_LIMIT = 5  # turns that may wait in one thread
LOOK = 1.0  # seconds between two looks of a waiting turn at Redis
RENEW = LEASE / 4


@dataclass(eq=False, slots=True)
class QueuePlace:
    """The place of one job in its thread's queue. The place stays the same when the turn goes on in a fresh request.

    `running` is the number of the continuation that runs; `first` is set once no job is before this one.
    """

    thread: str
    job_id: str
    continuation: int = 0
    running: int | None = None
    first: Event = field(default_factory=Event)

    def is_first(self) -> bool:
        """Whether no job is before this one."""
        return self.first.is_set()

    def wait(self, clock: Clock, seconds: float) -> bool:
        """Wait at most `seconds` (design seconds) until no job is before this one. Returns whether that is so."""
        return bool(self.first.wait(timeout=max(0.0, clock.wall(seconds))))

    def rest(self, continuation: int) -> None:
        """Note that this continuation does not run any more; a later one may run already."""
        if self.running == continuation:
            self.running = None


class ThreadQueues:
    """The queues of all threads in this process."""

    def __init__(self) -> None:
        self._queues: dict[str, dict[str, QueuePlace]] = {}

    def waiting(self, thread: str) -> int:
        """How many jobs wait behind the first one."""
        return max(0, len(self._queues.get(thread, ())) - 1)

    def join(self, thread: str, job_id: str, continuation: int = 0) -> QueuePlace:
        """The place that the job has, or a new one at the end. A later continuation takes the place over."""
        queue = self._queues.setdefault(thread, {})
        place = queue.setdefault(job_id, QueuePlace(thread, job_id))
        if len(queue) == 1:
            place.first.set()
        place.continuation = continuation
        return place

    def run(self, place: QueuePlace, continuation: int) -> bool:
        """Begin to run; False while another job of the thread runs, since the order on Redis may be a different one."""
        if self.runs_another(place):
            return False
        place.running = continuation
        return True

    def runs_another(self, place: QueuePlace) -> bool:
        """Whether another job of the thread runs in this process."""
        queue = self._queues.get(place.thread, {})
        return any(other.running is not None for other in queue.values() if other is not place)

    def leave(self, place: QueuePlace) -> None:
        """Give the place up; the next job of the queue becomes the first."""
        queue = self._queues.get(place.thread, {})
        if queue.pop(place.job_id, None) is None:
            return
        if queue:
            next(iter(queue.values())).first.set()
        else:
            del self._queues[place.thread]


class QueueTicket:
    """A turn's places in both queues. The turn joins them when the ticket is made, so that the orders of both agree.

    While Redis answers, the queue on Redis decides; it holds the turns of this process too. While Redis does not
    answer, or is not set up, the queue of this process decides. The two orders may differ when a queue was lost, so in
    this process two turns of a thread never run at the same time, whatever the orders are. A turn waits only for the
    turn that runs, not for the turn before it, so different orders can't make two turns wait for each other.

    While Redis is away, a turn that waits for a turn of another process goes on waiting for the time of a lease. When
    Redis comes back without its queue, the turn that runs takes the first place again. Two cases remain in which turns
    run side by side: an outage that is longer than a lease, and a new turn that comes to another process before any
    turn of the queue is back on Redis.
    """

    def __init__(
        self,
        queues: ThreadQueues,
        place: QueuePlace,
        shared: SharedThreadQueue | None,
        key: ThreadKey,
        clock: Clock,
        spawn: Callable[..., Any] = gevent.spawn,
    ) -> None:
        self._queues = queues
        self._place = place
        self._continuation = place.continuation
        self._shared = shared
        self._key = key
        self._clock = clock
        self._behind = float("-inf")
        """The clock's `now` until which this turn waits for a turn of another process, as Redis said last."""
        self._over = Event()
        self._renewing = threading.Lock()
        self.ahead = queues.waiting(place.thread)
        """How many turns were before this one when the ticket was made."""
        if shared is not None:
            with suppress(StoreError):
                self.ahead = shared.join(key, place.job_id)
            spawn(self._renew, shared)

    def my_turn(self) -> bool:
        """Whether the turn may run now; if so, the turn counts as running from here on."""
        if self._queues.runs_another(self._place) or not self._is_next():
            return False
        return self._queues.run(self._place, self._continuation)

    @property
    def runs(self) -> bool:
        """Whether the turn runs, so that others of its thread wait."""
        return self._place.running is not None

    def wait(self, seconds: float, is_given_up: Callable[[], bool] = lambda: False) -> bool:
        """Wait at most `seconds` (design seconds) until the turn may run, or is given up. Returns whether it runs."""
        until, rest = self._clock.now() + seconds, seconds
        while self._shared is None and not self._place.wait(self._clock, min(LOOK, rest)):
            rest -= LOOK
            if rest <= 0 or is_given_up():
                return False
        while is_given_up() or not self.my_turn():
            left = until - self._clock.now()
            if left <= 0 or is_given_up():
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
        self._queues.leave(self._place)

    def hand_over(self, continuation: int) -> None:
        """Let a fresh request go on with the turn. `continuation` is the number of the request that hands over."""
        self._over.set()
        if self._place.continuation == continuation:  # the fresh request runs in another process
            self._queues.leave(self._place)
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
