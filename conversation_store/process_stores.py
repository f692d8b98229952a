"""The stores of one process: what lives as long as the process, and the store that each request gets."""

import logging

from cachetools import FIFOCache, LRUCache
from redis import Redis

from clock import Clock
from conversation_store.cached_store import CachedStore, RecordCache
from conversation_store.circuit_breaker import CircuitBreaker
from conversation_store.dify import Buckets, BucketState, DifyStorage, TimedStorage
from conversation_store.failover_store import FailoverStore
from conversation_store.process_memory import ProcessMemory
from conversation_store.redis import (
    PREFIX,
    Outage,
    ProcessLeases,
    RedisStore,
    SharedStops,
    SharedThreadQueue,
    connect,
    redis_errors,
)
from conversation_store.resilient_store import ResilientStore, hook_breaker
from conversation_store.store import ThreadStore
from errors import SettingsError

HOOKS = 10_000
_PROBE = "setup-probe"
REDIS_SERVERS = 8
"""Different `redis_url` values that one process keeps connections for."""

_log = logging.getLogger("slack_bridge.store")  # its parent's lines reach the daemon


class ProcessStores:
    """One per process. What `open` gives is cheap, and for one request only, because `session.storage` is.

    `holder` names the process among those that share a Redis.
    """

    def __init__(self, clock: Clock, holder: str = "") -> None:
        self._clock = clock
        self._holder = holder
        self._buckets = BucketState()
        self._cache = RecordCache(clock)
        self._memory = ProcessMemory(clock)
        self._breakers: LRUCache[str, CircuitBreaker] = LRUCache(HOOKS)
        self._redis: FIFOCache[str, tuple[Redis, Outage] | None] = FIFOCache(REDIS_SERVERS)
        self._presences: dict[str, ProcessLeases] = {}
        self._stops: dict[str, SharedStops] = {}

    def open(self, hook_id: str, storage: DifyStorage, *, days: float, redis_url: str = "") -> ResilientStore:
        """The store of a hook: Redis if there is a `redis_url`; Dify's storage if not, and while Redis is away."""
        store: ThreadStore = Buckets(self._buckets, storage, self._clock, days)
        if server := self._server(redis_url):
            client, outage = server
            store = FailoverStore(RedisStore(client, self._clock, days), store, outage)
        cached = CachedStore(store, self._cache)
        return ResilientStore(cached, self._memory, self._breaker(hook_id), self._clock, days)

    def has_redis(self, redis_url: str) -> bool:
        """Whether records are kept in a Redis, which several processes may share."""
        return self._server(redis_url) is not None

    def probe(self, storage: DifyStorage, redis_url: str = "") -> str:
        """Write to the storage that a hook uses, and return its name. Raises StoreError; its text has no secret."""
        if server := self._server(redis_url):
            with redis_errors():
                server[0].set(f"{PREFIX}:probe", b"1", ex=60)
            return "Redis"
        TimedStorage(storage, self._clock).set(_PROBE, b"1")
        return "Dify"

    def line(self, redis_url: str) -> SharedThreadQueue | None:
        """The order of turns between processes. None without Redis: then the order holds within a process only."""
        server = self._server(redis_url)
        return SharedThreadQueue(server[0], self._clock, server[1].breaker) if server else None

    def presence(self, redis_url: str) -> ProcessLeases | None:
        """Which processes live; None without Redis. To be called at each use: the first call starts our own lease."""
        server = self._server(redis_url)
        if server is None or not self._holder:
            return None
        if redis_url not in self._presences:
            self._presences[redis_url] = ProcessLeases(server[0], self._clock, self._holder)
        return self._presences[redis_url]

    def stops(self, redis_url: str) -> SharedStops | None:
        """What processes tell each other of answers that shall end; None without Redis."""
        server = self._server(redis_url)
        if server is None:
            return None
        if redis_url not in self._stops:
            self._stops[redis_url] = SharedStops(server[0], self._clock)
        return self._stops[redis_url]

    def is_away(self, redis_url: str) -> bool:
        """Whether Redis is away, so that nobody knows now what Redis holds."""
        server = self._server(redis_url)
        return server is not None and server[1].breaker.is_failing

    def _breaker(self, hook_id: str) -> CircuitBreaker:
        """Each hook has its own: another hook may have another storage, which works."""
        return self._breakers.setdefault(hook_id, hook_breaker(self._clock))

    def _server(self, url: str) -> tuple[Redis, Outage] | None:
        if url and url not in self._redis:
            try:
                self._redis[url] = connect(url, self._clock), Outage(self._clock)
            except SettingsError as error:
                _log.error("going on without Redis: %s", error)
                self._redis[url] = None
        return self._redis.get(url)
