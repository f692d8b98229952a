import logging

import pytest
from redis import Redis

from conversation_store.process_stores import REDIS_SERVERS, ProcessStores
from conversation_store.record import ThreadKey
from tests.fake_clock import FakeClock
from tests.support.fake_dify_storage import FakeDifyStorage
from tests.support.redis_server import RedisServer
from tests.support.store_contract import DAYS, unchanged, with_conversation


def test_requests_share_what_the_process_knows(
    storage: FakeDifyStorage, clock: FakeClock, key: ThreadKey
) -> None:
    stores = ProcessStores(clock)
    written = stores.open("hook", storage, days=DAYS).update(key, with_conversation)
    storage.calls.clear()
    assert stores.open("hook", storage, days=DAYS).get(key) == written
    assert storage.calls == []


def test_with_redis_the_record_is_there(
    shared_redis: RedisServer, redis_client: Redis, storage: FakeDifyStorage, clock: FakeClock, key: ThreadKey
) -> None:
    stores = ProcessStores(clock)
    store = stores.open("hook", storage, days=DAYS, redis_url=shared_redis.url)
    assert store.claim(key, "1.000001", unchanged) is not None
    assert "set" not in storage.calls
    elsewhere = ProcessStores(clock).open("hook", FakeDifyStorage(), days=DAYS, redis_url=shared_redis.url)
    assert elsewhere.claim(key, "1.000001", unchanged) is None


def test_thread_line_exists_only_with_redis(
    shared_redis: RedisServer, redis_client: Redis, clock: FakeClock, key: ThreadKey
) -> None:
    stores = ProcessStores(clock)
    assert stores.line("") is None
    line = stores.line(shared_redis.url)
    assert line is not None
    assert line.join(key, "a") == 0


def test_wrong_redis_url_is_logged_once_and_difys_storage_is_used(
    storage: FakeDifyStorage, clock: FakeClock, key: ThreadKey, caplog: pytest.LogCaptureFixture
) -> None:
    stores = ProcessStores(clock)
    with caplog.at_level(logging.ERROR):
        for _ in range(3):
            store = stores.open("hook", storage, days=DAYS, redis_url="http://user:secret@host")
            assert store.update(key, with_conversation) == store.get(key)
    assert len(caplog.records) == 1
    assert "redis_url" in caplog.text
    assert "secret" not in caplog.text


@pytest.mark.parametrize(
    ("redis_url", "has_redis"), [("redis://127.0.0.1/1", True), ("", False), ("nowhere", False)]
)
def test_records_are_in_redis_where_its_url_can_be_read(redis_url: str, has_redis: bool) -> None:
    assert ProcessStores(FakeClock()).has_redis(redis_url) is has_redis


def test_servers_are_bounded(storage: FakeDifyStorage, clock: FakeClock) -> None:
    stores = ProcessStores(clock)
    for number in range(REDIS_SERVERS * 2):
        stores.open("hook", storage, days=DAYS, redis_url=f"redis://127.0.0.1/{number}")
    assert len(stores._redis) == REDIS_SERVERS
