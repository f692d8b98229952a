"""The clock of the simulators: they run on gevent without patching the standard library."""

import gevent

from clock import Clock


class GreenClock(Clock):
    """Design seconds; waiting lets other greenlets run."""

    def sleep(self, seconds: float) -> None:  # noqa: D102
        gevent.sleep(self.wall(max(0.0, seconds)))
