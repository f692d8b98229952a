"""Every store and every layer of stores keeps the same contract."""

from collections.abc import Callable

import pytest
from redis import Redis

from conversation_store.process_stores import ProcessStores
from conversation_store.redis.redis_store import RedisStore
from conversation_store.store import ThreadStore
from tests.fake_clock import FakeClock
from tests.support.fake_dify_storage import FakeDifyStorage
from tests.support.redis_server import RedisServer
from tests.support.store_contract import DAYS, StoreContract, ThreadContract
from tests.support.stores import buckets, cached, failover, resilient

NO_REDIS = "redis://127.0.0.1:1/0"


class TestBuckets(StoreContract):
    @pytest.fixture
    def open_store(self, storage: FakeDifyStorage, clock: FakeClock) -> Callable[[], ThreadStore]:
        storage.latency = 0.0001
        return lambda: buckets(storage, clock)


class TestRedisStore(StoreContract):
    @pytest.fixture
    def open_store(self, redis_client: Redis, clock: FakeClock) -> Callable[[], ThreadStore]:
        return lambda: RedisStore(redis_client, clock, DAYS)


class TestCachedStore(StoreContract):
    @pytest.fixture
    def open_store(self, storage: FakeDifyStorage, clock: FakeClock) -> Callable[[], ThreadStore]:
        return lambda: cached(storage, clock)


class TestFailoverStoreWithRedis(StoreContract):
    @pytest.fixture
    def open_store(
        self, shared_redis: RedisServer, redis_client: Redis, storage: FakeDifyStorage, clock: FakeClock
    ) -> Callable[[], ThreadStore]:
        return lambda: failover(shared_redis.url, storage, clock)


class TestFailoverStoreWithoutRedis(StoreContract):
    @pytest.fixture
    def open_store(self, storage: FakeDifyStorage, clock: FakeClock) -> Callable[[], ThreadStore]:
        store = failover(NO_REDIS, storage, clock)
        return lambda: store


class TestResilientStore(StoreContract):
    @pytest.fixture
    def open_store(self, storage: FakeDifyStorage, clock: FakeClock) -> Callable[[], ThreadStore]:
        return lambda: resilient(storage, clock)


class TestMemory(ThreadContract):
    """A ResilientStore within one process, on a storage that never works: records and claims are kept in memory."""

    @pytest.fixture
    def open_store(self, storage: FakeDifyStorage, clock: FakeClock) -> Callable[[], ThreadStore]:
        storage.error = Exception("connection refused")
        store = resilient(storage, clock)
        return lambda: store


class TestAllLayers(StoreContract):
    @pytest.fixture
    def open_store(self, storage: FakeDifyStorage, clock: FakeClock) -> Callable[[], ThreadStore]:
        return lambda: ProcessStores(clock).open("hook", storage, days=DAYS)


class TestAllLayersWithRedis(StoreContract):
    @pytest.fixture
    def open_store(
        self, shared_redis: RedisServer, redis_client: Redis, storage: FakeDifyStorage, clock: FakeClock
    ) -> Callable[[], ThreadStore]:
        url = shared_redis.url
        return lambda: ProcessStores(clock).open("hook", storage, days=DAYS, redis_url=url)
