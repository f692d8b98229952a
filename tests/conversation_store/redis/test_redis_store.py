import logging
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from traceback import format_exception

import gevent
import pytest
from gevent.monkey import get_original
from redis import AuthenticationError, Redis, ResponseError
from redis import ConnectionError as RedisConnectionError

from clock import Clock
from conversation_store.record import OpenTurn, ThreadKey, ThreadRecord
from conversation_store.redis.outage import Outage
from conversation_store.redis.redis_client import CONNECTIONS, SHORTEST_LIMIT, connect, redis_errors
from conversation_store.redis.redis_store import OPEN_TURNS, RedisStore
from conversation_store.store import CLAIM_KEPT
from errors import SettingsError, StoreBusy, StoreError
from tests.fake_clock import FakeClock
from tests.support.redis_server import RedisServer
from tests.support.store_contract import DAYS, unchanged, with_conversation


@pytest.fixture
def store(redis_client: Redis, clock: FakeClock) -> RedisStore:
    return RedisStore(redis_client, clock, DAYS)


def test_redis_keys_expire(store: RedisStore, redis_client: Redis, clock: FakeClock, key: ThreadKey) -> None:
    store.claim(key, "1.000001", unchanged)
    kept = sorted(redis_client.pttl(name) / 1000 for name in redis_client.keys("*"))
    assert kept == pytest.approx([clock.wall(CLAIM_KEPT), clock.wall(DAYS * 86_400)], rel=0.02)


def test_press_is_forgotten_by_redis_after_the_days(
    store: RedisStore, redis_client: Redis, clock: FakeClock
) -> None:
    store.note_press("hook")
    [name] = redis_client.keys("*")
    assert redis_client.pttl(name) / 1000 == pytest.approx(clock.wall(DAYS * 86_400), rel=0.02)


def test_keys_carry_the_prefix_and_no_ids(store: RedisStore, redis_client: Redis, key: ThreadKey) -> None:
    store.claim(key, "1763881300.000200", unchanged)
    names = [str(name) for name in redis_client.keys("*")]
    assert all("slack-bridge:1:t:{" in name for name in names)
    assert not any(part in name for name in names for part in ("1763881300", "C1", "hook"))


def test_a_claim_is_exact_beyond_the_record_s_memory(store: RedisStore, key: ThreadKey) -> None:
    for number in range(30):
        store.claim(key, f"{number}.000001", unchanged)
    assert store.claim(key, "0.000001", unchanged) is None


def test_many_processes_claim_many_messages_once_each(
    shared_redis: RedisServer, redis_client: Redis, clock: FakeClock, key: ThreadKey
) -> None:
    stores = [RedisStore(connect(shared_redis.url, clock), clock, DAYS) for _ in range(4)]
    messages = [f"{number}.000001" for number in range(15)]
    claims = [gevent.spawn(store.claim, key, ts, unchanged) for ts in messages for store in stores]
    gevent.joinall(claims, raise_error=True)
    won = [claim.value for claim in claims if claim.value is not None]
    assert len(won) == len(messages)
    record = stores[0].get(key)
    assert record is not None
    assert sorted(record.handled) == sorted(messages)


def test_a_change_runs_again_when_another_process_came_between(store: RedisStore, key: ThreadKey) -> None:
    calls = []

    def change(record: ThreadRecord) -> ThreadRecord:
        calls.append(record)
        if len(calls) == 1:
            store.update(key, lambda record: record.with_follower("U2"))
        return record.with_follower("U1")

    assert store.update(key, change).followers == ("U2", "U1")
    assert len(calls) == 2


def test_update_is_store_busy_when_the_record_always_changes(store: RedisStore, key: ThreadKey) -> None:
    count = iter(range(10_000))

    def change(record: ThreadRecord) -> ThreadRecord:
        store.update(key, lambda record: record.with_follower(f"U{next(count)}"))
        return record.with_follower("U")

    with pytest.raises(StoreBusy, match="changed"):
        store.update(key, change)


@pytest.mark.parametrize("junk", [b"{", b"null", b"\xff", b"[1]"])
def test_a_broken_record_is_an_empty_one(
    store: RedisStore, redis_client: Redis, key: ThreadKey, junk: bytes
) -> None:
    store.update(key, with_conversation)
    redis_client.set(redis_client.keys("*")[0], junk)
    assert store.get(key) is None
    assert store.update(key, with_conversation) == store.get(key)


def test_open_turns_are_bounded(store: RedisStore, redis_client: Redis, key: ThreadKey) -> None:
    pipeline = redis_client.pipeline()
    store.note_in_flight(OpenTurn(key, "1.000001", "p1", 1.0))
    name = redis_client.keys("*")[0]
    for number in range(OPEN_TURNS):
        pipeline.hset(name, f"x{number}", "{")
    pipeline.execute()
    store.note_in_flight(OpenTurn(key, "2.000001", "p1", 2.0))
    assert [turn.ts for turn in store.in_flight("hook")] == ["1.000001"]


@pytest.mark.parametrize("away", ["stop", "freeze"])
def test_redis_away_is_a_store_error_soon(
    own_redis: RedisServer, clock: FakeClock, key: ThreadKey, away: str
) -> None:
    store = RedisStore(connect(own_redis.url, clock), clock, DAYS)
    store.update(key, with_conversation)
    getattr(own_redis, away)()
    calls: list[Callable[[], object]] = [
        lambda: store.get(key),
        lambda: store.claim(key, "1.000001", unchanged),
    ]
    for call in calls:
        with pytest.raises(StoreError, match="redis"):
            call()
    if away == "freeze":
        own_redis.thaw()


def test_a_restarted_redis_is_used_at_once(own_redis: RedisServer, clock: FakeClock, key: ThreadKey) -> None:
    store = RedisStore(connect(own_redis.url, clock), clock, DAYS)
    store.update(key, with_conversation)
    own_redis.stop()
    own_redis.start()
    assert store.claim(key, "1.000001", unchanged) is not None


@pytest.mark.parametrize(
    "url",
    [
        "localhost:6379",
        "http://localhost",
        "redis://localhost:port",
        "redis://localhost/0?ssl_cert_reqs=none",
        "rediss://localhost/0?ssl_cert_reqs=perhaps",
        "redis://localhost/0?protocol=9",
    ],
)
def test_no_redis_url_names_the_setting(clock: FakeClock, url: str) -> None:
    with pytest.raises(SettingsError, match="redis_url"):
        connect(url, clock)


def test_whatever_the_client_raises_is_a_store_error() -> None:
    with pytest.raises(StoreError, match="TypeError"), redis_errors():
        raise TypeError("unexpected keyword argument")


SECRET = "s3cret-of-redis"


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (ResponseError(f"unknown command 'AUTH', with args beginning with: '{SECRET}'"), "ResponseError"),
        (ResponseError(f"MISCONF {SECRET}"), "ResponseError MISCONF"),
        (ResponseError(f"{SECRET}: no such user"), "ResponseError"),
        (ResponseError(""), "ResponseError"),
        (AuthenticationError(SECRET, status_code="WRONGPASS"), "AuthenticationError WRONGPASS"),
        (RedisConnectionError(f"ERR {SECRET}"), "ConnectionError"),
        (ValueError(SECRET.upper()), "ValueError"),
    ],
)
def test_of_an_error_only_its_type_and_code_are_told(error: Exception, told: str) -> None:
    with pytest.raises(StoreError) as raised, redis_errors():
        raise error
    assert str(raised.value) == f"redis: {told}"
    assert SECRET not in "".join(format_exception(raised.value))


@pytest.mark.parametrize("unknown", ["AUTH", "HELLO"])
def test_a_server_that_quotes_what_it_does_not_know_brings_no_password_into_the_log(
    unknown: str, tmp_path: Path, clock: FakeClock, key: ThreadKey, caplog: pytest.LogCaptureFixture
) -> None:
    server = RedisServer(tmp_path, "--rename-command", unknown, "")
    server.start()
    protocol = "?protocol=3" if unknown == "HELLO" else ""
    store = RedisStore(connect(server.url_with(SECRET) + protocol, clock), clock, DAYS)
    try:
        with caplog.at_level(logging.INFO), pytest.raises(StoreError):
            Outage(clock).breaker.call(lambda: store.get(key))
    finally:
        server.stop()
    assert "Redis is away" in caplog.text
    assert "ERR" in caplog.text
    assert SECRET not in caplog.text


def test_a_server_that_does_not_know_hello_serves(tmp_path: Path, clock: FakeClock, key: ThreadKey) -> None:
    server = RedisServer(tmp_path, "--requirepass", SECRET, "--rename-command", "HELLO", "")
    server.start()
    store = RedisStore(connect(server.url_with(SECRET), clock), clock, DAYS)
    try:
        assert store.claim(key, "1.000001", unchanged) is not None
        assert store.get(key) is not None
    finally:
        server.stop()


def test_all_connections_in_use_is_busy_and_not_away(
    redis_client: Redis, store: RedisStore, key: ThreadKey
) -> None:
    pool = redis_client.connection_pool
    taken = [pool.get_connection() for _ in range(CONNECTIONS)]
    with pytest.raises(StoreBusy):
        store.get(key)
    for connection in taken:
        pool.release(connection)
    assert store.get(key) is None


def test_more_turns_at_once_than_connections_find_redis(
    shared_redis: RedisServer, redis_client: Redis, clock: FakeClock, key: ThreadKey
) -> None:
    store = RedisStore(connect(shared_redis.url, Clock()), clock, DAYS)
    claims = [
        gevent.spawn(store.claim, replace(key, thread=str(number)), "1.000001", unchanged)
        for number in range(3 * CONNECTIONS)
    ]
    gevent.joinall(claims, raise_error=True)
    assert all(claim.value is not None for claim in claims)


def test_answer_that_waited_for_a_busy_process_is_read(store: RedisStore, key: ThreadKey) -> None:
    """The time-out of every open call has passed when the process comes to look, and so has its answer come."""
    store.update(key, with_conversation)
    asking = [gevent.spawn(store.get, key) for _ in range(20)]
    gevent.sleep(0)
    get_original("time", "sleep")(2 * SHORTEST_LIMIT)
    gevent.joinall(asking, raise_error=True)
