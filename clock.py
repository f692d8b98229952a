"""Time as a parameter: every wait of the bridge goes through a Clock, so tests need none."""

import time
from collections.abc import Iterable, Iterator
from typing import Protocol

AT_A_STRETCH = 0.005
"""Seconds of processor time for which one greenlet computes before the others get their turn."""
SWITCH = 0.0001
"""Seconds of the wall: with none at all, gevent would go on with callbacks alone, and nothing would be read."""


class Clock(Protocol):
    """Seconds as the design counts them; a scaled clock runs them faster than the wall's."""

    def now(self) -> float:
        """Monotonic seconds."""

    def epoch(self) -> float:
        """Seconds since a fixed point that all processes share: for the age of stored things."""

    def epoch_of(self, wall_epoch: float) -> float:
        """The `epoch` of a moment that somebody else names in seconds of the wall, as Slack's `ts` does."""

    def sleep(self, seconds: float) -> None:
        """Wait cooperatively."""

    def wall(self, seconds: float, *, at_least: float = 0.0) -> float:
        """How many of the wall's seconds these are: for the time-outs of libraries.

        `at_least` is in seconds of the wall: a scaled clock does not make a machine or a network faster.
        """

    def stretched(self, seconds: float, *, at_least: float) -> float:
        """The same seconds, or more, so that they take `at_least` seconds of the wall."""


class SystemClock:
    """The machine's time; `scale` is the wall's seconds per second of the design (1, or less in tests)."""

    def __init__(self, scale: float = 1.0) -> None:
        self._scale = scale

    def now(self) -> float:  # noqa: D102
        return time.monotonic() / self._scale

    def epoch(self) -> float:  # noqa: D102
        return time.time() / self._scale

    def epoch_of(self, wall_epoch: float) -> float:  # noqa: D102
        return wall_epoch / self._scale

    def sleep(self, seconds: float) -> None:  # noqa: D102
        time.sleep(max(0.0, seconds) * self._scale)

    def wall(self, seconds: float, *, at_least: float = 0.0) -> float:  # noqa: D102
        return max(at_least, seconds * self._scale)

    def stretched(self, seconds: float, *, at_least: float) -> float:  # noqa: D102
        return max(seconds, at_least / self._scale)


def in_turns[T](items: Iterable[T]) -> Iterator[T]:
    """Give the same items; between two of them, other greenlets get their turn once AT_A_STRETCH is over.

    This is for work that grows with what an app says: while one greenlet computes, no other request of the process
    is answered.
    """
    began = time.thread_time()
    for item in items:
        yield item
        if time.thread_time() - began >= AT_A_STRETCH:
            time.sleep(SWITCH)
            began = time.thread_time()
