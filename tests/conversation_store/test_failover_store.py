import logging
from collections.abc import Callable
from dataclasses import replace
from functools import partial

import pytest

from conversation_store.circuit_breaker import REST
from conversation_store.dify.buckets import Buckets, BucketState
from conversation_store.failover_store import FailoverStore
from conversation_store.record import InFlight, OpenTurn, ThreadKey, ThreadRecord
from conversation_store.redis.outage import UNKNOWN_FOR, Outage
from conversation_store.redis.redis_client import connect
from conversation_store.redis.redis_store import RedisStore
from errors import StoreBusy, StoreError
from tests.fake_clock import FakeClock
from tests.support.fake_dify_storage import FakeDifyStorage
from tests.support.redis_server import RedisServer
from tests.support.store_contract import (
    CONVERSATION,
    DAYS,
    unchanged,
    with_conversation,
)
from tests.support.stores import failover


def turn(ts: str) -> InFlight:
    return InFlight(ts, 1.0, "p1", "stream", "2.000001", "C1", "1.000001")


@pytest.fixture
def store(own_redis: RedisServer, storage: FakeDifyStorage, clock: FakeClock) -> FailoverStore:
    return failover(own_redis.url, storage, clock)


@pytest.fixture
def other_node(own_redis: RedisServer, storage: FakeDifyStorage, clock: FakeClock) -> FailoverStore:
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


def test_difys_storage_is_written_only_when_the_thread_changed(
    store: FailoverStore, storage: FakeDifyStorage, key: ThreadKey
) -> None:
    store.claim(key, "1.000001", unchanged)
    assert storage.calls == ["get"]  # of a new thread: whether it is new
    store.update(key, with_conversation)
    assert storage.calls[1:] == ["get", "set"]
    store.update(key, lambda record: record.with_in_flight(turn("1.000001")))
    assert storage.calls[3:] == []
    store.update(key, lambda record: record.without_in_flight("1.000001").with_answer("2.000001"))
    assert storage.calls[3:] == ["get", "set"]
    store.claim(key, "3.000001", unchanged)
    assert storage.calls[5:] == []


def test_unknown_thread_is_not_asked_for_again_at_once(
    store: FailoverStore, storage: FakeDifyStorage, clock: FakeClock, key: ThreadKey
) -> None:
    for _ in range(3):
        assert store.get(key) is None
    store.claim(key, "1.000001", unchanged)
    assert storage.calls == ["get"]
    clock.advance(UNKNOWN_FOR)
    assert store.get(replace(key, thread="another")) is None
    assert storage.calls == ["get", "get"]


def test_an_answer_that_is_complete_is_not_found_open_when_redis_goes(
    store: FailoverStore, own_redis: RedisServer, key: ThreadKey
) -> None:
    store.claim(key, "1.000001", lambda record: record.with_open(turn("1.000001")))
    store.update(key, lambda record: with_conversation(record).with_in_flight(turn("1.000001")))
    store.update(key, lambda record: record.without_in_flight("1.000001").with_answer("2.000001"))
    own_redis.stop()
    assert store.claim(key, "1.000001", unchanged) is None
    claimed = store.claim(key, "3.000001", unchanged)
    assert claimed is not None
    assert (claimed.open, claimed.last_answer_ts, claimed.conversation_id) == ((), "2.000001", CONVERSATION)


def test_a_turn_that_redis_saw_begin_and_not_end_has_ended(
    store: FailoverStore, other_node: FailoverStore, own_redis: RedisServer, clock: FakeClock, key: ThreadKey
) -> None:
    store.claim(key, "1.000001", lambda record: record.with_open(turn("1.000001")))
    own_redis.freeze()
    clock.advance(1)
    store.update(key, lambda record: with_conversation(record).with_in_flight(turn("1.000001")))
    store.update(key, lambda record: record.without_in_flight("1.000001").with_answer("2.000001"))
    own_redis.thaw()
    clock.advance(REST)
    store.outage.send()
    record = other_node.get(key)
    assert record is not None
    assert (record.open, record.handled, record.conversation_id) == ((), ("1.000001",), CONVERSATION)


def test_a_turn_that_runs_is_not_copied_where_nobody_may_end_it(
    store: FailoverStore, own_redis: RedisServer, key: ThreadKey
) -> None:
    store.claim(key, "1.000001", unchanged)
    store.claim(key, "1.500001", unchanged)
    store.update(key, lambda record: with_conversation(record).with_in_flight(turn("1.000001")))
    record = store.get(key)
    assert record is not None
    assert (record.open, record.handled) == ((turn("1.000001"),), ("1.000001", "1.500001"))
    own_redis.stop()
    mirrored = store.get(key)
    assert mirrored is not None
    assert (mirrored.open, mirrored.handled) == ((), ("1.500001",))


def test_a_redis_that_comes_back_empty_knows_everything_again(
    store: FailoverStore, own_redis: RedisServer, clock: FakeClock, key: ThreadKey
) -> None:
    store.claim(key, "1.000001", lambda record: record.with_follower("U1"))
    store.update(key, lambda record: with_conversation(record).with_answer("2.000001"))
    own_redis.stop()
    own_redis.start()
    record = store.get(key)
    assert record is not None
    assert (record.conversation_id, record.followers) == (CONVERSATION, ("U1",))
    assert store.claim(key, "1.000001", unchanged) is None
    clock.advance(1)
    claimed = store.claim(key, "3.000001", unchanged)
    assert claimed is not None
    assert (claimed.conversation_id, claimed.handled) == (CONVERSATION, ("1.000001", "3.000001"))
    assert store.first.get(key) == claimed


def test_the_other_node_learns_what_was_written_in_the_outage(
    store: FailoverStore, other_node: FailoverStore, own_redis: RedisServer, clock: FakeClock, key: ThreadKey
) -> None:
    store.claim(key, "1.000001", lambda record: record.with_follower("U1"))
    own_redis.freeze()
    clock.advance(1)
    store.claim(key, "2.000001", lambda record: record.with_follower("U2"))
    store.update(key, with_conversation)
    own_redis.thaw()
    store.outage.send()
    assert (other_node.get(key) or ThreadRecord()).conversation_id == ""  # Redis is left alone for a moment
    clock.advance(REST)
    store.outage.send()
    assert other_node.claim(key, "2.000001", unchanged) is None
    record = other_node.get(key)
    assert record is not None
    assert (record.conversation_id, record.followers) == (CONVERSATION, ("U1", "U2"))


def test_later_write_of_the_other_node_stays_after_an_outage(
    store: FailoverStore, other_node: FailoverStore, own_redis: RedisServer, clock: FakeClock, key: ThreadKey
) -> None:
    store.claim(key, "1.000001", unchanged)
    own_redis.freeze()
    clock.advance(1)
    store.update(key, with_conversation)
    own_redis.thaw()
    clock.advance(REST)
    other_node.claim(key, "2.000001", lambda record: record.with_follower("U2").with_open(turn("2.000001")))
    store.outage.send()
    record = other_node.get(key)
    assert record is not None
    assert (record.conversation_id, record.followers) == (CONVERSATION, ("U2",))
    assert record.open == (turn("2.000001"),)


def test_unsent_records_are_sent_by_one_greenlet(
    own_redis: RedisServer, storage: FakeDifyStorage, clock: FakeClock, key: ThreadKey
) -> None:
    returns: list[Callable[[], None]] = []
    redis = RedisStore(connect(own_redis.url, clock), clock, DAYS)
    store = FailoverStore(
        redis, Buckets(BucketState(), storage, clock, DAYS), Outage(clock, spawn=returns.append)
    )
    own_redis.stop()
    store.update(key, with_conversation)
    store.update(replace(key, thread="another"), with_conversation)
    own_redis.start()
    [comes_back] = returns
    comes_back()
    assert clock.slept == [REST]
    assert redis.get(key) is not None
    assert redis.get(replace(key, thread="another")) is not None
    own_redis.stop()
    clock.advance(REST)
    store.update(key, with_conversation)
    assert len(returns) == 2


def test_busy_thread_does_not_count_as_redis_away(
    store: FailoverStore, storage: FakeDifyStorage, key: ThreadKey, caplog: pytest.LogCaptureFixture
) -> None:
    count = iter(range(10_000))
    store.update(key, with_conversation)
    storage.calls.clear()

    def change(record: ThreadRecord) -> ThreadRecord:
        store.first.update(key, lambda record: record.with_follower(f"U{next(count)}"))
        return record.with_follower("U")

    for write in (store.update, partial(store.claim, ts="1.000001")):
        with pytest.raises(StoreBusy):
            write(key, change=change)
    assert store.claim(replace(key, thread="another"), "1.000001", unchanged) is not None
    assert storage.calls == ["get"]
    assert "away" not in caplog.text


def test_update_works_with_redis_while_difys_storage_is_broken(
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


def test_outage_and_return_of_redis_are_logged_once(
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


@pytest.mark.parametrize("first_home", [0, 1])
def test_unsent_records_of_two_nodes_are_merged_in_any_order(
    store: FailoverStore,
    other_node: FailoverStore,
    own_redis: RedisServer,
    clock: FakeClock,
    key: ThreadKey,
    first_home: int,
) -> None:
    store.claim(key, "0.000001", unchanged)
    own_redis.freeze()
    for number, node in enumerate((store, other_node, store)):
        clock.advance(1)
        node.claim(key, f"{number}.500001", lambda record, at=number: record.with_open(turn(f"{at}.500001")))  # type: ignore[misc]
    clock.advance(1)
    store.update(key, lambda record: record.without_in_flight("0.500001").without_in_flight("2.500001"))
    store.update(key, with_conversation)
    own_redis.thaw()
    clock.advance(REST)
    nodes = [store, other_node]
    nodes[first_home].outage.send()
    nodes[1 - first_home].outage.send()
    record = store.first.get(key)
    assert record is not None
    assert record.conversation_id == CONVERSATION
    assert [one.ts for one in record.open] == ["1.500001"]


def test_press_is_known_when_redis_goes_and_when_redis_comes_back_empty(
    store: FailoverStore, own_redis: RedisServer, clock: FakeClock
) -> None:
    store.note_press("hook")
    own_redis.stop()
    assert store.has_seen_press("hook")
    store.note_press("hook2")
    own_redis.start()
    clock.advance(REST)
    assert store.has_seen_press("hook")
    assert store.has_seen_press("hook2")
