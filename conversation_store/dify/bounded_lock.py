"""Waiting for a lock with a time limit."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from clock import Clock
from errors import StoreError

LOCK_LIMIT = 2.0
"""Seconds to wait for other turns of this process that write to the same place."""
SHORTEST_LIMIT = 1.0
"""Wall seconds, as in dify_storage: four storage calls take longer than a limit that is scaled down strongly."""


@contextmanager
def held(lock: threading.Lock, clock: Clock) -> Iterator[None]:
    """Hold the lock. Raises StoreError when the lock is not released in time."""
    if not lock.acquire(timeout=clock.wall(LOCK_LIMIT, at_least=SHORTEST_LIMIT)):
        raise StoreError("others write to the same place for too long")
    try:
        yield
    finally:
        lock.release()
