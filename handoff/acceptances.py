"""Lets the work of a request begin once the hand-off has heard its first byte, so that Slack's ack goes first.

The ack and the turn share one thread, and a turn begins with some milliseconds of computing.
"""

from dataclasses import dataclass

import gevent
from gevent.event import Event

from turns import Work

# Wall seconds that work waits at most: a proxy on the route may hold the byte back (docs/architecture.md#d1-hand-off).
LONGEST_WAIT = 0.1


class Acceptances:
    """The requests of this process that it has sent itself, and that it has heard nothing of yet. One per process."""

    def __init__(self, longest_wait: float = LONGEST_WAIT) -> None:
        self._longest = longest_wait
        self._unheard: dict[str, Event] = {}

    def sent(self, request: str) -> None:
        """Note that this process sends a request of this name; `heard` must follow."""
        self._unheard[request] = Event()

    def heard(self, request: str) -> None:
        """Note that the first byte has come, or that none will."""
        if waiting := self._unheard.pop(request, None):
            waiting.set()

    def wait(self, request: str) -> None:
        """Wait until the hand-off has heard the first byte, for a moment at most, and until the ack is written.

        The first byte of another process's request is not waited for.
        """
        if waiting := self._unheard.get(request):
            waiting.wait(timeout=self._longest)
        gevent.sleep(0)  # the event loop writes the ack meanwhile


@dataclass(frozen=True, slots=True)
class OnceAccepted:
    """The work of a request, which begins once the hand-off has heard the request's first byte."""

    work: Work
    acceptances: Acceptances
    request: str

    @property
    def released(self) -> Event:
        """The event `released` of the work."""
        return self.work.released

    def run(self) -> None:
        """Never raises."""
        self.acceptances.wait(self.request)
        self.work.run()
