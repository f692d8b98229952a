import logging
from collections.abc import Callable

import pytest

from conversation_store.buckets import Buckets, BucketState
from conversation_store.failover import REST, FailoverStore, Outage
from conversation_store.record import OpenTurn, ThreadKey
from conversation_store.redis_client import connect
from conversation_store.redis_store import RedisStore
from conversation_store.store import ThreadStore
from errors import StoreError
from tests.conversation_store.fake_dify_storage import FakeDifyStorage
from tests.conversation_store.redis_server import RedisServer
from tests.conversation_store.store_contract import (
    CONVERSATION,
    DAYS,
    StoreContract,
    unchanged,
    with_conversation,
)
from tests.fake_clock import FakeClock


def failover(url: str, storage: FakeDifyStorage, clock: FakeClock) -> FailoverStore:
    redis = RedisStore(connect(url, clock), clock, DAYS)
    return FailoverStore(redis, Buckets(BucketState(), storage, clock, DAYS), Outage(clock))


class TestFailoverWithRedis(StoreContract):
    @pytest.fixture
    def open_store(
        self, shared_redis: RedisServer, redis_client: object, storage: FakeDifyStorage, clock: FakeClock
    ) -> Callable[[], ThreadStore]:
        return lambda: failover(shared_redis.url, storage, clock)


class TestFailoverWithoutRedis(StoreContract):
    @pytest.fixture
    def open_store(self, storage: FakeDifyStorage, clock: FakeClock) -> Callable[[], ThreadStore]:
        store = failover("redis://127.0.0.1:1/0", storage, clock)
        return lambda: store


@pytest.fixture
def store(own_redis: RedisServer, storage: FakeDifyStorage, clock: FakeClock) -> FailoverStore:
    return failover(own_redis.url, storage, clock)


def test_the_conversation_goes_on_and_comes_back(
    store: FailoverStore, own_redis: RedisServer, clock: FakeClock, key: ThreadKey
) -> None:
    store.claim(key, "1.000001", unchanged)
    store.update(key, lambda record: with_conversation(record).with_follower("U1"))
    own_redis.freeze()
    claimed = store.claim(key, "2.000001", unchanged)
    assert claimed is not None
    assert claimed.conversation_id == CONVERSATION
    clock.advance(1)
    store.update(key, lambda record: record.with_conversation("another"))
    own_redis.thaw()
    clock.advance(REST)
    record = store.get(key)
    assert record is not None
    assert (record.conversation_id, record.followers) == ("another", ("U1",))
    assert store.claim(key, "2.000001", unchanged) is None
    assert store.claim(key, "3.000001", unchanged) is not None
    alone = store.first.get(key)
    assert alone is not None
    assert alone.conversation_id == "another"
    assert set(alone.handled) == {"1.000001", "2.000001", "3.000001"}


def test_difys_storage_is_written_only_for_news(
    store: FailoverStore, storage: FakeDifyStorage, key: ThreadKey
) -> None:
    store.claim(key, "1.000001", unchanged)
    assert storage.calls == []
    store.update(key, with_conversation)
    assert storage.calls == ["get", "set"]
    store.update(key, lambda record: record.without_in_flight("1.000001").with_answer("2.000001"))
    assert storage.calls == ["get", "set"]


def test_a_broken_mirror_is_no_concern_while_redis_works(
    store: FailoverStore, storage: FakeDifyStorage, key: ThreadKey
) -> None:
    storage.error = Exception("disk full")
    assert store.update(key, with_conversation) == store.get(key)


def test_both_away_is_a_store_error(
    store: FailoverStore, own_redis: RedisServer, storage: FakeDifyStorage, key: ThreadKey
) -> None:
    own_redis.stop()
    storage.error = Exception("disk full")
    with pytest.raises(StoreError):
        store.get(key)
    with pytest.raises(StoreError):
        store.claim(key, "1.000001", unchanged)


def test_forgotten_while_redis_is_away_is_forgotten_after(
    store: FailoverStore, own_redis: RedisServer, clock: FakeClock, key: ThreadKey
) -> None:
    store.update(key, with_conversation)
    own_redis.freeze()
    clock.advance(1)
    store.forget(key)
    own_redis.thaw()
    clock.advance(REST)
    record = store.get(key)
    assert record is None or record.conversation_id == ""


def test_it_is_said_once_and_redis_is_not_asked_all_the_time(
    store: FailoverStore,
    own_redis: RedisServer,
    clock: FakeClock,
    key: ThreadKey,
    caplog: pytest.LogCaptureFixture,
) -> None:
    with caplog.at_level(logging.WARNING):
        own_redis.stop()
        for _ in range(3):
            store.update(key, unchanged)
            clock.advance(REST)
        own_redis.start()
        for _ in range(3):
            store.update(key, unchanged)
    assert [record.message.split(",")[0] for record in caplog.records] == ["Redis is away", "Redis is back"]


def test_open_turns_of_both_are_found(
    store: FailoverStore, own_redis: RedisServer, clock: FakeClock, key: ThreadKey
) -> None:
    one, two = (OpenTurn(key, f"{number}.000001", "p1", clock.epoch()) for number in (1, 2))
    store.note_in_flight(one)
    own_redis.freeze()
    store.note_in_flight(two)
    own_redis.thaw()
    clock.advance(REST)
    assert set(store.in_flight("hook")) == {one, two}
    store.clear_in_flight(one)
    store.clear_in_flight(two)
    assert store.in_flight("hook") == ()
