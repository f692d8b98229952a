"""Whether Redis is away, and what this process wrote elsewhere meanwhile, until Redis has it too."""

from collections.abc import Callable
from functools import partial
from typing import Any

import gevent
from cachetools import LRUCache, TTLCache

from clock import Clock
from conversation_store.circuit_breaker import REST, CircuitBreaker
from conversation_store.record import ThreadKey, ThreadRecord
from conversation_store.redis.redis_store import RedisStore
from errors import StoreError

UNSENT = 10_000
UNKNOWN = 10_000
UNKNOWN_FOR = 5.0
"""Seconds in which the stores are not asked again for a thread that both do not know."""


class Outage:
    """The half of the failover that lives as long as the process; one per Redis server.

    A record that was written elsewhere is sent as soon as Redis is back, not only when somebody uses the thread: until
    then other processes read what was true before the outage.
    """

    def __init__(self, clock: Clock, spawn: Callable[..., Any] = gevent.spawn) -> None:
        self.clock = clock
        self.breaker = CircuitBreaker(
            clock,
            failures=1,
            failing="Redis is away, going on from Dify's storage",
            recovered="Redis is back",
        )
        self.unknown: TTLCache[ThreadKey, None] = TTLCache(UNKNOWN, UNKNOWN_FOR, timer=clock.now)
        """The threads that both stores did not know lately."""
        self._unsent: LRUCache[ThreadKey, tuple[ThreadRecord, RedisStore]] = LRUCache(UNSENT)
        self._spawn = spawn
        self._sending = False

    def unsent(self, key: ThreadKey) -> ThreadRecord | None:
        """What this process wrote elsewhere and Redis does not have yet."""
        record, _ = self._unsent.get(key, (None, None))
        return record

    def note_unsent(self, key: ThreadKey, record: ThreadRecord, redis: RedisStore) -> None:
        """The record was written elsewhere, and `redis` is to have it."""
        self._unsent[key] = record, redis
        if not self._sending:
            self._sending = True
            self._spawn(self._send_until_empty)

    def note_complete(self, key: ThreadKey) -> None:
        """Redis has all of the thread."""
        self._unsent.pop(key, None)
        self.unknown.pop(key, None)

    def send(self) -> None:
        """Give Redis what it missed. What Redis does not take now stays for the next time."""
        for key, (record, redis) in list(self._unsent.items()):
            try:
                self.breaker.call(partial(redis.merge_in, key, record))
            except StoreError:
                return
            if self.unsent(key) is record:
                self.note_complete(key)

    def _send_until_empty(self) -> None:
        try:
            while self._unsent:
                self.clock.sleep(REST)
                self.send()
        finally:
            self._sending = False
