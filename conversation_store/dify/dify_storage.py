"""Dify's key-value storage with its errors told apart and a time-out on every call."""

from collections.abc import Callable
from contextlib import suppress
from typing import Protocol

import gevent

from clock import Clock
from errors import StoreError, StoreFull

CALL_LIMIT = 0.5
"""Seconds a storage call may take; usual are 1 to 3 ms.

Source: docs/architecture.md#d3-one-record-per-thread, docs/platform/dify.md#storage-costs.
"""
SHORTEST_LIMIT = 0.2
"""Wall seconds: a scaled clock does not make the machine's round trips shorter."""

_MISSING = "load data failed, please check if the key is correct or you have not set it"
_FULL = "allocated size is greater than max storage size"


class DifyStorage(Protocol):
    """What `session.storage` offers. The object is usable as long as its request lives."""

    def get(self, key: str) -> bytes:  # noqa: D102
        ...

    def set(self, key: str, val: bytes) -> None:  # noqa: D102
        ...

    def delete(self, key: str) -> None:  # noqa: D102
        ...

    def exist(self, key: str) -> bool:  # noqa: D102
        ...


class TimedStorage:
    """One round trip per call. Raises StoreFull over the quota, and StoreError for every other error.

    The daemon answers *any* failed load with the text for a missing key (docs/platform/dify.md#storage-errors). So
    a key counts as missing, too, when the daemon's own cache or disk failed.
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
        """Write the value. A write that the quota refused is repeated after a delete.

        The daemon stores the value before it checks the quota, and does not count a refused value. Daemons before
        0.5.7 also count each overwrite in full and never subtract the old size, so that a plugin that rewrites its
        keys uses up its quota for good. A delete subtracts the size that was just stored, so the second write fits
        whatever the counter says. Raises StoreFull when the second write is refused too.
        """
        try:
            self._timed("set", lambda: self._storage.set(key, value))
        except StoreFull:
            with suppress(StoreError):
                self.delete(key)
            self._timed("set", lambda: self._storage.set(key, value))

    def delete(self, key: str) -> None:
        """Remove an existing key."""
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
