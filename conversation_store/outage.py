"""Whether Redis is away, and what was written elsewhere meanwhile, until Redis has it."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol

import gevent
from cachetools import LRUCache, TTLCache

from clock import Clock
from conversation_store.record import ThreadKey, ThreadRecord
from errors import StoreBusy, StoreError

REST = 5.0
"""Seconds until Redis is tried again."""
STRAYS = 10_000
UNKNOWN = 10_000
UNKNOWN_FOR = 5.0
"""Seconds that a thread nobody knows is not asked for a second time."""

_log = logging.getLogger("slack_bridge.store")  # its parent's lines reach the daemon


class Home(Protocol):
    """Where strays belong: a store that outlives its request."""

    def rejoin(self, key: ThreadKey, stray: ThreadRecord) -> None:
        """Add what was written elsewhere."""


@dataclass(frozen=True, slots=True)
class _Stray:
    record: ThreadRecord
    home: Home


class Outage:
    """The process-level half of the failover.

    Whatever this process wrote elsewhere goes to Redis as soon as that is back, without waiting for anybody to use
    the thread: until then the other processes read there what was true before the outage.
    """

    def __init__(self, clock: Clock, spawn: Callable[..., Any] = gevent.spawn) -> None:
        self._unknown: TTLCache[ThreadKey, None] = TTLCache(UNKNOWN, UNKNOWN_FOR, timer=clock.now)
        self._strays: LRUCache[ThreadKey, _Stray] = LRUCache(STRAYS)
        self.clock = clock
        self._spawn = spawn
        self._returning = False
        self._until = float("-inf")
        self._reported = False

    def try_first[T](self, call: Callable[[], T]) -> T:
        """Call Redis unless it was away a moment ago. Raises StoreError; one that was only busy is not away."""
        if self.clock.now() < self._until:
            raise StoreError("redis was away a moment ago")
        try:
            answer = call()
        except StoreBusy:
            raise
        except StoreError as error:
            self._until = self.clock.now() + REST
            if not self._reported:
                self._reported = True
                _log.warning("Redis is away, going on from Dify's storage: %s", error)
            raise
        if self._reported:
            self._reported = False
            _log.warning("Redis is back")
        return answer

    @property
    def is_on(self) -> bool:
        """Whether Redis was away when it was asked last."""
        return self._reported

    def is_unknown(self, key: ThreadKey) -> bool:
        """Whether both stores said lately that they don't know the thread."""
        return key in self._unknown

    def unknown(self, key: ThreadKey) -> None:
        """Both said so."""
        self._unknown[key] = None

    def stray(self, key: ThreadKey) -> ThreadRecord | None:
        """What this process wrote of the thread while Redis was away, if Redis does not have it yet."""
        found = self._strays.get(key)
        return None if found is None else found.record

    def strayed(self, key: ThreadKey, record: ThreadRecord, home: Home) -> None:
        """Something was written elsewhere than at its home."""
        self._strays[key] = _Stray(record, home)
        if not self._returning:
            self._returning = True
            self._spawn(self._return)

    def at_home(self, key: ThreadKey) -> None:
        """Redis has all of the thread."""
        self._strays.pop(key, None)
        self._unknown.pop(key, None)

    def bring_home(self) -> None:
        """Give Redis what it missed; what it does not take now stays for the next time."""
        for key, stray in list(self._strays.items()):
            try:
                self.try_first(partial(stray.home.rejoin, key, stray.record))
            except StoreError:
                return
            if self._strays.get(key) is stray:
                self.at_home(key)

    def _return(self) -> None:
        try:
            while self._strays:
                self.clock.sleep(REST)
                self.bring_home()
        finally:
            self._returning = False
