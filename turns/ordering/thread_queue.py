"""The queue of each thread: turns of one thread run one after the other, in the order in which they were accepted."""

from collections import OrderedDict

from gevent.event import Event

from clock import Clock

QUEUE_LIMIT = 5
"""Turns that may wait in one thread."""


class QueuePlace:
    """The place of one job in its thread's queue. The place stays the same when the turn goes on in a fresh request."""

    def __init__(self, thread: str, job_id: str) -> None:
        self.thread = thread
        self.job_id = job_id
        self.continuation = 0
        self.running: int | None = None
        """The number of the continuation that runs."""
        self._turn = Event()

    def is_first(self) -> bool:
        """Whether no job is before this one."""
        return self._turn.is_set()

    def wait(self, clock: Clock, seconds: float) -> bool:
        """Wait at most `seconds` (design seconds) until no job is before this one. Returns whether that is so."""
        return bool(self._turn.wait(timeout=max(0.0, clock.wall(seconds))))

    def rest(self, continuation: int) -> None:
        """Note that this continuation does not run any more; a later one may run already."""
        if self.running == continuation:
            self.running = None

    def call(self) -> None:
        """Tell the waiting job that no job is before it any more."""
        self._turn.set()


class ThreadQueues:
    """The queues of all threads in this process. Between processes the order needs Redis."""

    def __init__(self) -> None:
        self._queues: dict[str, OrderedDict[str, QueuePlace]] = {}

    def waiting(self, thread: str) -> int:
        """How many jobs wait behind the first one."""
        return max(0, len(self._queues.get(thread, ())) - 1)

    def join(self, thread: str, job_id: str, continuation: int = 0) -> QueuePlace:
        """The place that the job has, or a new one at the end. A later continuation takes the place over."""
        queue = self._queues.setdefault(thread, OrderedDict())
        place = queue.get(job_id)
        if place is None:
            place = queue[job_id] = QueuePlace(thread, job_id)
            if len(queue) == 1:
                place.call()
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
        queue: dict[str, QueuePlace] = self._queues.get(place.thread, OrderedDict())
        return any(other.running is not None for other in queue.values() if other is not place)

    def leave(self, place: QueuePlace) -> None:
        """Give the place up; the next job of the queue becomes the first."""
        queue = self._queues.get(place.thread)
        if queue is None or queue.pop(place.job_id, None) is None:
            return
        if not queue:
            del self._queues[place.thread]
            return
        next(iter(queue.values())).call()
