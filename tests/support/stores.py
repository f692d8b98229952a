"""Makes stores for the tests of several modules. Each call makes the store that another process would have."""

from conversation_store.cached_store import CachedStore, RecordCache
from conversation_store.dify.buckets import Buckets, BucketState
from conversation_store.failover_store import FailoverStore
from conversation_store.process_memory import ProcessMemory
from conversation_store.redis.outage import Outage
from conversation_store.redis.redis_client import connect
from conversation_store.redis.redis_store import RedisStore
from conversation_store.resilient_store import ResilientStore, hook_breaker
from tests.fake_clock import FakeClock
from tests.support.fake_dify_storage import FakeDifyStorage
from tests.support.store_contract import DAYS


def buckets(storage: FakeDifyStorage, clock: FakeClock) -> Buckets:
    return Buckets(BucketState(), storage, clock, DAYS)


def cached(storage: FakeDifyStorage, clock: FakeClock) -> CachedStore:
    return CachedStore(buckets(storage, clock), RecordCache(clock))


def resilient(storage: FakeDifyStorage, clock: FakeClock) -> ResilientStore:
    return ResilientStore(cached(storage, clock), ProcessMemory(clock), hook_breaker(clock), clock, DAYS)


def failover(url: str, storage: FakeDifyStorage, clock: FakeClock) -> FailoverStore:
    """A store that sends to Redis what Redis missed only when the test calls `outage.send`."""
    redis = RedisStore(connect(url, clock), clock, DAYS)
    outage = Outage(clock, spawn=lambda _: None)
    return FailoverStore(redis, buckets(storage, clock), outage)
