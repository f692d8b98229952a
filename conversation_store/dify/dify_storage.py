"""Dify's key-value storage: its errors told apart, and a time-out on every call and every wait for a lock."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Protocol

import gevent

from clock import Clock
from errors import StoreError, StoreFull

CALL_LIMIT = 0.5
"""Seconds a storage call may take; usual are 1 to 3 ms (docs/platform/dify.md#storage-costs)."""
SHORTEST_LIMIT = 0.2
"""Wall seconds: a scaled clock does not make the machine's round trips shorter."""
LOCK_LIMIT = 2.0
"""Seconds to wait for other turns of this process that write to the same place."""
SHORTEST_LOCK_LIMIT = 1.0
"""Wall seconds: four storage calls take longer than a limit that is scaled down strongly."""

_MISSING = "load data failed, please check if the key is correct or you have not set it"
_FULL = "allocated size is greater than max storage size"


class DifyStorage(Protocol):
    """What `session.storage` offers. The object is usable as long as its request lives."""

    def get(self, key: str) -> bytes: ...  # noqa: D102
    def set(self, key: str, val: bytes) -> None: ...  # noqa: D102
    def delete(self, key: str) -> None: ...  # noqa: D102


class TimedStorage:
    """One round trip per call. Raises StoreFull over the quota, and StoreError for every other error.

    A key counts as missing, too, when the daemon's own cache or disk failed (docs/platform/dify.md#storage-errors).
    """

    def __init__(self, storage: DifyStorage, clock: Clock) -> None:
        self._storage = storage
        self._limit = clock.wall(CALL_LIMIT, at_least=SHORTEST_LIMIT)

    def get(self, key: str) -> bytes | None:
        """The value, or None for a missing key."""
        try:
            return self._timed("get", lambda: self._storage.get(key))
        except StoreError as error:
            if _MISSING in str(error):
                return None
            raise

    def set(self, key: str, value: bytes) -> None:
        """Write the value. A write that the quota refused is repeated after a delete, then raises StoreFull.

        Daemons before 0.5.7 count each overwrite in full, so a plugin that rewrites its keys uses up its quota for
        good. But a value is stored before the quota is checked (docs/platform/dify.md#storage-quota), and a delete
        subtracts what was just stored: so the second write fits, whatever the counter says.
        """
        try:
            self._timed("set", lambda: self._storage.set(key, value))
        except StoreFull:
            with suppress(StoreError):
                self.delete(key)
            self._timed("set", lambda: self._storage.set(key, value))

    def delete(self, key: str) -> None:  # noqa: D102
        self._timed("delete", lambda: self._storage.delete(key))

    def _timed[T](self, name: str, call: Callable[[], T]) -> T:
        limit = gevent.Timeout.start_new(self._limit)
        try:
            return call()
        except gevent.Timeout as fired:
            if fired is not limit:
                raise
            raise StoreError(f"storage {name}: no answer in {self._limit:g} s") from None
        except Exception as error:
            kind = StoreFull if _FULL in str(error) else StoreError
            raise kind(f"storage {name}: {error}") from error
        finally:
            limit.close()


@contextmanager
def held(lock: threading.Lock, clock: Clock) -> Iterator[None]:
    """Hold the lock. Raises StoreError when the lock is not released in time."""
    if not lock.acquire(timeout=clock.wall(LOCK_LIMIT, at_least=SHORTEST_LOCK_LIMIT)):
        raise StoreError("others write to the same place for too long")
    try:
        yield
    finally:
        lock.release()
