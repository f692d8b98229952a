"""Many waiters in virtual time: a clock whose sleep lets the others run, a loop that jumps on."""

import heapq
from collections.abc import Callable
from itertools import count

from gevent.event import Event
from greenlet import getcurrent, greenlet

from clock import Clock


class VirtualTime(Clock):
    def __init__(self) -> None:
        self._now = 0.0
        self._due: list[tuple[float, int, greenlet]] = []
        self._numbers = count()
        self._waiting: dict[int, Event] = {}
        self._hub = getcurrent()

    def now(self) -> float:
        return self._now

    def epoch(self) -> float:
        return self._now

    def wall(self, seconds: float, *, at_least: float = 0.0) -> float:
        return max(at_least, seconds)

    def stretched(self, seconds: float, *, at_least: float) -> float:
        return max(seconds, at_least)

    def epoch_of(self, wall_epoch: float) -> float:
        return wall_epoch

    def sleep(self, seconds: float) -> None:
        self._schedule(self._now + max(0.0, seconds), getcurrent())
        self._hub.switch()

    def wait(self, event: Event, seconds: float) -> bool:
        """The event is seen at the time at which it is set."""
        if not event.is_set():
            number = self._schedule(self._now + seconds, getcurrent())
            self._waiting[number] = event
            self._hub.switch()
            self._waiting.pop(number, None)
        return event.is_set()

    def spawn(self, run: Callable[[], object], at: float = 0.0) -> None:
        self._schedule(at, greenlet(run, self._hub))

    def run(self, until: float = 1e9) -> None:
        while self._due and self._due[0][0] <= until:
            at, _, waiter = heapq.heappop(self._due)
            self._now = max(self._now, at)
            waiter.switch()
            self._wake()

    def _wake(self) -> None:
        woken = {number for number, event in self._waiting.items() if event.is_set()}
        for number in woken:
            del self._waiting[number]
        if woken:
            # They go on now, in the order in which they began to wait.
            self._due = [(self._now if n in woken else at, n, waiter) for at, n, waiter in self._due]
            heapq.heapify(self._due)

    def _schedule(self, at: float, waiter: greenlet) -> int:
        number = next(self._numbers)
        heapq.heappush(self._due, (at, number, waiter))
        return number
