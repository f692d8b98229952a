"""A counter of everything that happened, so that a client can wait for the next thing instead of polling."""

import gevent
from gevent.event import Event


class Changes:
    """Grows by one with every change; waiters wake together."""

    def __init__(self) -> None:
        self.count = 0
        self._next = Event()
        self._awaited = False

    def bump(self) -> None:
        """Something changed."""
        self.count += 1
        if self._awaited:
            self._awaited = False
            self._next.set()
            self._next = Event()

    def wait(self, since: int, timeout: float) -> int:
        """Block until the count is above `since`, at most `timeout` wall seconds; the count is returned."""
        with gevent.Timeout(timeout, False):  # type: ignore[arg-type] # False ends the block silently
            while self.count <= since:
                self._awaited = True
                self._next.wait()
        return self.count
