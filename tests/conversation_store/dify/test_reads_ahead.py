import gevent
import pytest

from clock import Clock
from conversation_store.dify.buckets import Buckets, BucketState
from conversation_store.dify.reads_ahead import GOOD_SECONDS
from conversation_store.record import OpenTurn, ThreadKey
from conversation_store.store import Verdict
from errors import StoreError
from tests.fake_clock import FakeClock
from tests.support.fake_dify_storage import FakeDifyStorage
from tests.support.store_contract import DAYS, unchanged, with_conversation

TS = "1.000001"
MADE = 0.01  # wall seconds in which the reads are made


@pytest.fixture
def state() -> BucketState:
    return BucketState()


@pytest.fixture
def events(state: BucketState, storage: FakeDifyStorage, clock: FakeClock) -> Buckets:
    """The store of Slack's request."""
    return Buckets(state, storage, clock, DAYS)


@pytest.fixture
def turn(state: BucketState, storage: FakeDifyStorage, clock: FakeClock) -> Buckets:
    """The store of the turn's request."""
    return Buckets(state, storage, clock, DAYS)


def calls_of_claim(turn: Buckets, storage: FakeDifyStorage, key: ThreadKey, ts: str = TS) -> list[str]:
    """Claim the message, and return the storage calls of the claim."""
    storage.calls.clear()
    turn.claim(key, ts, unchanged)
    return storage.calls


def test_claim_during_its_hand_off_reads_no_more(
    events: Buckets, turn: Buckets, storage: FakeDifyStorage, clock: FakeClock, key: ThreadKey
) -> None:
    turn.update(key, with_conversation)
    storage.calls.clear()
    noted = OpenTurn(key, TS, "p1", clock.epoch())
    with events.reading_ahead(key, TS):
        gevent.sleep(MADE)
        assert storage.calls == ["get", "get"]
        claimed = turn.claim(key, TS, unchanged)
        turn.note_in_flight(noted)
    assert storage.calls == ["get", "get", "set", "set"]
    assert claimed is not None
    assert claimed.conversation_id
    assert turn.claim(key, TS, unchanged) is None
    assert turn.in_flight(key.hook_id) == (noted,)


def test_claim_that_comes_during_the_reads_waits_for_them(
    events: Buckets, turn: Buckets, storage: FakeDifyStorage, clock: FakeClock, key: ThreadKey
) -> None:
    storage.latency, is_free = MADE, Verdict()
    with events.reading_ahead(key, TS):
        gevent.sleep(MADE / 2)
        noting = gevent.spawn(turn.note_in_flight, OpenTurn(key, TS, "p1", clock.epoch()), is_free)
        assert turn.claim(key, TS, unchanged) is not None
        is_free.give(is_noted=True)
        noting.get(timeout=5)
    assert storage.calls == ["get", "get", "set", "set"]


def test_claim_reads_once_more_what_was_written_meanwhile(
    events: Buckets, turn: Buckets, storage: FakeDifyStorage, key: ThreadKey
) -> None:
    with events.reading_ahead(key, TS):
        gevent.sleep(MADE)
        turn.claim(key, "2.000001", with_conversation)
        claimed = turn.claim(key, TS, unchanged)
    assert claimed is not None
    assert claimed.conversation_id
    assert "2.000001" in claimed.handled


def test_claim_reads_once_more_what_is_old(
    events: Buckets, turn: Buckets, storage: FakeDifyStorage, clock: FakeClock, key: ThreadKey
) -> None:
    other_process = Buckets(BucketState(), storage, clock, DAYS)
    with events.reading_ahead(key, TS):
        gevent.sleep(MADE)
        other_process.claim(key, TS, unchanged)
        clock.advance(clock.stretched(GOOD_SECONDS, at_least=GOOD_SECONDS) * 1.1)
        assert turn.claim(key, TS, unchanged) is None


def test_value_counts_for_its_wall_seconds_where_the_clock_is_scaled(
    state: BucketState, storage: FakeDifyStorage, key: ThreadKey
) -> None:
    store = Buckets(state, storage, Clock(0.01), DAYS)
    with store.reading_ahead(key, TS):
        gevent.sleep(GOOD_SECONDS / 5)
        assert calls_of_claim(store, storage, key) == ["set"]


def test_claim_of_another_message_reads_for_itself(
    events: Buckets, turn: Buckets, storage: FakeDifyStorage, key: ThreadKey
) -> None:
    with events.reading_ahead(key, TS):
        gevent.sleep(MADE)
        assert calls_of_claim(turn, storage, key, "2.000001") == ["get", "set"]


def test_claim_after_the_hand_off_reads_for_itself(
    events: Buckets, turn: Buckets, storage: FakeDifyStorage, key: ThreadKey
) -> None:
    with events.reading_ahead(key, TS):
        gevent.sleep(MADE)
    assert calls_of_claim(turn, storage, key) == ["get", "set"]


def test_value_serves_one_claim(
    events: Buckets, turn: Buckets, storage: FakeDifyStorage, key: ThreadKey
) -> None:
    with events.reading_ahead(key, TS):
        gevent.sleep(MADE)
        storage.error = Exception("session not found")
        with pytest.raises(StoreError):
            turn.claim(key, TS, unchanged)  # its write fails, and may have happened
        storage.error = None
        assert calls_of_claim(turn, storage, key) == ["get", "set"]


def test_error_of_the_read_is_the_claims_error(
    events: Buckets, turn: Buckets, storage: FakeDifyStorage, key: ThreadKey
) -> None:
    storage.error = Exception("session not found")
    with events.reading_ahead(key, TS):
        gevent.sleep(MADE)
        storage.error = None
        storage.calls.clear()
        with pytest.raises(StoreError, match="session not found"):
            turn.claim(key, TS, unchanged)
        assert storage.calls == []
        assert turn.claim(key, TS, unchanged) is not None


def test_reads_that_hang_end_with_the_hand_off(
    events: Buckets, turn: Buckets, storage: FakeDifyStorage, key: ThreadKey
) -> None:
    storage.silent = {"get"}
    with events.reading_ahead(key, TS):
        gevent.sleep(MADE)
    storage.silent = set()
    with gevent.Timeout(1):
        assert turn.claim(key, TS, unchanged) is not None


def test_hand_off_that_ends_at_once_reads_nothing(
    events: Buckets, storage: FakeDifyStorage, key: ThreadKey
) -> None:
    with events.reading_ahead(key, TS):
        pass
    gevent.sleep(MADE)
    assert storage.calls == []
