"""Hears when each accepted request of this process ends.

What the rest of an answer says does not matter, only when it ends: so of each request no more than its open file is
kept, and the event loop waits for all of them. A greenlet that reads an HTTP answer takes some 35 KiB.
"""

import os
from typing import Any

from gevent import get_hub

from clock import Clock
from handoff.claims import CancellationRegistry
from turns import HEARTBEAT_SECONDS

# The turn sends a byte every 10 s; if six bytes are missing, the turn is dead.
SILENCE = 6 * HEARTBEAT_SECONDS
WALL_FLOOR = 5.0  # wall seconds beside SILENCE: a scaled clock does not make the machine faster
AT_ONCE = 4_096  # bytes
_READABLE = 1


class OpenRequests:
    """One per process. `cancellations` is told of each request that has ended, by its name."""

    def __init__(self, clock: Clock, cancellations: CancellationRegistry) -> None:
        self._clock = clock
        self._cancellations = cancellations

    def keep(self, name: str, fileno: int) -> None:
        """Keep the request open until its answer ends or falls silent, and close its file then. Returns at once."""
        longest = self._clock.wall(SILENCE) + WALL_FLOOR
        _OpenRequest(name, fileno, longest, self._cancellations).watch()


class _OpenRequest:
    """The event loop holds it as long as it is open."""

    __slots__ = ("_cancellations", "_fileno", "_name", "_readable", "_silent")

    def __init__(self, name: str, fileno: int, longest: float, cancellations: CancellationRegistry) -> None:
        loop: Any = get_hub().loop
        self._name = name
        self._fileno = fileno
        self._cancellations = cancellations
        self._readable = loop.io(fileno, _READABLE)
        self._silent = loop.timer(longest, longest)

    def watch(self) -> None:
        self._readable.start(self._read)
        self._silent.start(self._end)

    def _read(self) -> None:
        try:
            came = os.read(self._fileno, AT_ONCE)
        except OSError:
            came = b""
        if came:
            self._silent.again(self._end)
        else:
            self._end()

    def _end(self) -> None:
        for watcher in (self._readable, self._silent):
            watcher.stop()
            watcher.close()
        os.close(self._fileno)
        self._cancellations.ended(self._name)
