"""Makes the first call of a user of an app alone, since two at once would make two end users.

Source: docs/platform/dify-service-api.md#end-users.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from weakref import WeakValueDictionary

from cachetools import LRUCache
from gevent.lock import BoundedSemaphore

from clock import Clock

LONGEST_WAIT = 30.0
"""Seconds that a call waits for the first one: a second end user is better than no answer."""
_MOST = 10_000


class FirstCalls:
    """Which users of which apps Dify has an end user for, as far as this process knows. One per process."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._known: LRUCache[tuple[str, str], None] = LRUCache(_MOST)
        self._running: WeakValueDictionary[tuple[str, str], BoundedSemaphore] = WeakValueDictionary()

    @contextmanager
    def alone(self, app: str, user: str) -> Iterator[None]:
        """Hold this until Dify has answered with any HTTP status. Later calls of the user do not wait for each other.

        An exception inside means that Dify may not know the user yet.
        """
        name = (app, user)
        if name not in self._known:
            running = self._running.setdefault(name, BoundedSemaphore(1))
            held = running.acquire(timeout=self._clock.wall(LONGEST_WAIT, at_least=1.0))
            try:
                if name not in self._known:
                    yield
                    self._known[name] = None
                    return
            finally:
                if held:
                    running.release()
        yield
