"""A run's stop, for which the run looks at each of its thousands of pauses."""

from contextlib import closing
from typing import Any

from gevent import get_hub
from gevent.hub import Waiter


class Stop:
    """Ends a run's pause early. One greenlet pauses, and any other one stops it.

    A pause of `gevent.event.Event` ends by an exception of gevent's, which takes a third of the work of an event.
    """

    def __init__(self) -> None:
        self.came = False
        self._pausing: Any = None

    def set(self) -> None:
        """Stop the run. Returns at once."""
        self.came = True
        if self._pausing is not None:
            get_hub().loop.run_callback(self._pausing.switch, None)

    def pause(self, seconds: float) -> None:
        """Let wall seconds pass, but no more of them once the run is stopped."""
        if self.came:
            return
        waiter: Any = Waiter()
        self._pausing = waiter
        with closing(get_hub().loop.timer(seconds)) as timer:
            timer.start(waiter.switch, None, update=True)  # else the pause begins when the loop woke last
            try:
                waiter.get()
            finally:
                self._pausing = None
                timer.stop()
