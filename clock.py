"""Time is a parameter: every wait of the bridge goes through a Clock, so tests do not wait."""

import time
from collections.abc import Iterable, Iterator

from gevent import get_hub
from gevent.event import Event

AT_A_STRETCH = 0.005
"""Seconds of processor time for which one greenlet computes before other greenlets may run."""
SWITCH = 0.0001
"""Wall seconds. After a sleep of 0, gevent would run only its callbacks, and no socket would be read."""


class Clock:
    """Tells the time in design seconds. `scale` is how many wall seconds a design second lasts: 1, or less in tests."""

    def __init__(self, scale: float = 1.0) -> None:
        self._scale = scale

    def now(self) -> float:
        """Monotonic seconds."""
        return time.monotonic() / self._scale

    def epoch(self) -> float:
        """Seconds since a fixed point that all processes share. This tells the age of what is stored."""
        return time.time() / self._scale

    def epoch_of(self, wall_epoch: float) -> float:
        """The `epoch` of a moment that is given in wall seconds, as Slack's `ts` is."""
        return wall_epoch / self._scale

    def sleep(self, seconds: float) -> None:
        """Wait; other greenlets run meanwhile."""
        time.sleep(max(0.0, seconds) * self._scale)

    def wait(self, event: Event, seconds: float) -> bool:
        """Wait until the event is set, at most `seconds`. Returns whether the event is set."""
        return bool(event.wait(timeout=self.wall(seconds)))

    def wall(self, seconds: float, *, at_least: float = 0.0) -> float:
        """These seconds as wall seconds, for time-outs of libraries; but `at_least`: a machine is not scaled."""
        return max(at_least, seconds * self._scale)

    def stretched(self, seconds: float, *, at_least: float) -> float:
        """The same seconds, or more, so that they take `at_least` seconds of the wall."""
        return max(seconds, at_least / self._scale)


def in_turns[T](items: Iterable[T]) -> Iterator[T]:
    """The same items; between two of them, other greenlets may run each time AT_A_STRETCH is over.

    For work that grows with what an app says: while one greenlet computes, no other request is answered. Where the
    items were waited for, the others ran meanwhile: the loop's own clock shows that it has gone round.
    """
    loop = get_hub().loop
    round_of_loop = loop.now()
    began: float | None = None  # by the thread's clock, which takes as long to ask as a short text to read
    due = time.monotonic() + AT_A_STRETCH
    for item in items:
        yield item
        if time.monotonic() < due:
            continue
        if loop.now() != round_of_loop:
            round_of_loop, began = loop.now(), None
            due = time.monotonic() + AT_A_STRETCH
            continue
        now = time.thread_time()
        if began is None or now - began >= AT_A_STRETCH:
            time.sleep(SWITCH)
            round_of_loop = loop.now()
            began = now = time.thread_time()
        due = time.monotonic() + AT_A_STRETCH - (now - began)
