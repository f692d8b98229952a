"""The line before each thread: turns of one thread run one after the other, in the order they were accepted."""

from collections import OrderedDict

from gevent.event import Event

from clock import Clock

LINE_LIMIT = 5


class QueuePlace:
    """A ticket's place in its thread's line. It stays the same when the turn hands itself on to a fresh request."""

    def __init__(self, thread: str, ticket: str) -> None:
        self.thread = thread
        self.ticket = ticket
        self.leg = 0
        self.running: int | None = None
        """The leg that runs."""
        self._turn = Event()

    def is_first(self) -> bool:
        """Whether this ticket's turn may run now."""
        return self._turn.is_set()

    def wait(self, clock: Clock, seconds: float) -> bool:
        """Wait at most `seconds` for the turn to come."""
        return bool(self._turn.wait(timeout=max(0.0, clock.wall(seconds))))

    def rest(self, leg: int) -> None:
        """That leg runs no more; another one may by now."""
        if self.running == leg:
            self.running = None

    def call(self) -> None:
        """It is this ticket's turn."""
        self._turn.set()


class ThreadQueues:
    """All lines of this process. Between processes the order needs Redis (issue of several nodes)."""

    def __init__(self) -> None:
        self._lines: dict[str, OrderedDict[str, QueuePlace]] = {}

    def waiting(self, thread: str) -> int:
        """How many tickets stand behind the one that runs."""
        return max(0, len(self._lines.get(thread, ())) - 1)

    def join(self, thread: str, ticket: str, leg: int = 0) -> QueuePlace:
        """The ticket's place: the one it has, or a new one at the end. A later leg takes it over."""
        line = self._lines.setdefault(thread, OrderedDict())
        place = line.get(ticket)
        if place is None:
            place = line[ticket] = QueuePlace(thread, ticket)
            if len(line) == 1:
                place.call()
        place.leg = leg
        return place

    def run(self, place: QueuePlace, leg: int) -> bool:
        """Begin to run, unless another one does: who comes next is not for this line alone to say."""
        if self.runs_another(place):
            return False
        place.running = leg
        return True

    def runs_another(self, place: QueuePlace) -> bool:
        """Whether another ticket of the thread runs in this process."""
        line: dict[str, QueuePlace] = self._lines.get(place.thread, OrderedDict())
        return any(other.running is not None for other in line.values() if other is not place)

    def leave(self, place: QueuePlace) -> None:
        """Give the place up; the next in line is called."""
        line = self._lines.get(place.thread)
        if line is None or line.pop(place.ticket, None) is None:
            return
        if not line:
            del self._lines[place.thread]
            return
        next(iter(line.values())).call()
