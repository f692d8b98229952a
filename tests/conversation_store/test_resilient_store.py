import logging

import gevent
import pytest

from conversation_store.cached_store import FRESH_SECONDS
from conversation_store.circuit_breaker import REST
from conversation_store.record import HANDLED_KEPT, InFlight, OpenTurn, ThreadKey, ThreadRecord
from conversation_store.resilient_store import FAILURES, ResilientStore
from errors import StoreBusy, StoreError
from tests.fake_clock import FakeClock
from tests.support.fake_dify_storage import FakeDifyStorage
from tests.support.store_contract import (
    CONVERSATION,
    unchanged,
    with_conversation,
)
from tests.support.stores import resilient


def broken(storage: FakeDifyStorage) -> None:
    storage.error = Exception("connection refused")


def mended(storage: FakeDifyStorage, clock: FakeClock) -> None:
    storage.error = None
    clock.advance(REST)


@pytest.fixture
def store(storage: FakeDifyStorage, clock: FakeClock) -> ResilientStore:
    return resilient(storage, clock)


def test_the_conversation_goes_on_while_the_storage_is_away_and_after(
    store: ResilientStore, storage: FakeDifyStorage, clock: FakeClock, key: ThreadKey
) -> None:
    store.claim(key, "1.000001", unchanged)
    store.update(key, with_conversation)
    broken(storage)
    claimed = store.claim(key, "2.000001", unchanged)
    assert claimed is not None
    assert claimed.conversation_id == CONVERSATION
    store.update(key, lambda record: record.with_follower("U1"))
    mended(storage, clock)
    store.claim(key, "3.000001", unchanged)
    stored = resilient(storage, clock).get(key)
    assert stored is not None
    assert stored.handled == ("1.000001", "2.000001", "3.000001")
    assert (stored.conversation_id, stored.followers) == (CONVERSATION, ("U1",))


def test_a_message_taken_in_memory_stays_taken(
    store: ResilientStore, storage: FakeDifyStorage, clock: FakeClock, key: ThreadKey
) -> None:
    broken(storage)
    assert store.claim(key, "1.000001", unchanged) is not None
    mended(storage, clock)
    assert store.claim(key, "1.000001", unchanged) is None


def test_a_message_taken_long_ago_stays_taken(store: ResilientStore, key: ThreadKey) -> None:
    """Longer than the record remembers."""
    for number in range(HANDLED_KEPT + 10):
        assert store.claim(key, f"{number}.000001", unchanged) is not None
    assert store.claim(key, "0.000001", unchanged) is None


@pytest.mark.parametrize("is_broken", [False, True])
def test_claim_that_is_given_back_can_be_made_again(
    store: ResilientStore, storage: FakeDifyStorage, key: ThreadKey, is_broken: bool
) -> None:
    storage.error = Exception("connection refused") if is_broken else None
    assert store.claim(key, "1.000001", opened) is not None
    store.give_back(key, "1.000001", "p1")
    assert store.claim(key, "1.000001", opened) is not None
    assert store.claim(key, "1.000001", opened) is None


def test_claim_of_another_process_is_not_given_back(
    store: ResilientStore, storage: FakeDifyStorage, clock: FakeClock, key: ThreadKey
) -> None:
    resilient(storage, clock).claim(key, "1.000001", opened)
    store.give_back(key, "1.000001", "p2")
    assert store.claim(key, "1.000001", opened) is None


def opened(record: ThreadRecord) -> ThreadRecord:
    """The process p1 has the turn."""
    return record.with_open(InFlight("1.000001", 0.0, "p1"))


def give_back_in_vain(
    store: ResilientStore, storage: FakeDifyStorage, key: ThreadKey, holder: str = "p1"
) -> None:
    """Make a claim for p1, and give a claim of `holder` back while the storage fails."""
    assert store.claim(key, "1.000001", opened) is not None
    storage.error = Exception("connection refused")
    store.give_back(key, "1.000001", holder)
    storage.error = None


def test_claim_whose_return_cannot_be_stored_stays(
    store: ResilientStore, storage: FakeDifyStorage, clock: FakeClock, key: ThreadKey
) -> None:
    give_back_in_vain(store, storage, key)
    assert resilient(storage, clock).claim(key, "1.000001", unchanged) is None


def test_claim_whose_return_cannot_be_stored_is_claimed_again_by_the_same_process_once(
    store: ResilientStore, storage: FakeDifyStorage, clock: FakeClock, key: ThreadKey
) -> None:
    give_back_in_vain(store, storage, key)
    claimed = store.claim(key, "1.000001", opened)
    assert claimed is not None
    assert claimed.handled == ("1.000001",)
    assert store.claim(key, "1.000001", opened) is None
    assert resilient(storage, clock).claim(key, "1.000001", unchanged) is None


def test_claim_that_the_storage_shows_again_after_its_return_is_claimed_by_the_same_process_once(
    store: ResilientStore, storage: FakeDifyStorage, clock: FakeClock, key: ThreadKey
) -> None:
    """A slow write of the claim came late, or Dify's cache has not seen the return."""
    assert store.claim(key, "1.000001", opened) is not None
    claimed = dict(storage.values)
    store.give_back(key, "1.000001", "p1")
    storage.values = claimed
    assert resilient(storage, clock).claim(key, "1.000001", unchanged) is None
    clock.advance(FRESH_SECONDS)
    assert store.claim(key, "1.000001", opened) is not None
    assert store.claim(key, "1.000001", opened) is None


def test_claim_whose_return_is_stored_late_can_be_made_again_while_the_storage_fails_once_more(
    store: ResilientStore, storage: FakeDifyStorage, clock: FakeClock, key: ThreadKey
) -> None:
    """What a process could not store is stored over what stands there, which has the claim."""
    give_back_in_vain(store, storage, key)
    store.clear_in_flight(OpenTurn(key, "1.000001", "p1", 0.0))
    assert resilient(storage, clock).claim(key, "1.000001", unchanged) is not None
    broken(storage)
    claimed = store.claim(key, "1.000001", opened)
    assert claimed is not None
    assert claimed.handled == ("1.000001",)
    assert store.claim(key, "1.000001", opened) is None


@pytest.mark.parametrize("fails", [False, True])
def test_claim_that_was_given_back_counts_nowhere_in_its_process(
    store: ResilientStore, storage: FakeDifyStorage, key: ThreadKey, fails: bool
) -> None:
    """A sweep would take the turn for an orphan otherwise, although Slack sends the message again."""
    give_back_in_vain(store, storage, key)
    storage.error = Exception("connection refused") if fails else None
    record = store.get(key, fresh=True)
    assert record is None or not (record.open or record.handled)


@pytest.mark.parametrize("holder", ["p1", "p2"])
def test_claim_whose_return_cannot_be_stored_stays_when_the_turn_has_ended_or_is_another_process_s(
    store: ResilientStore, storage: FakeDifyStorage, clock: FakeClock, key: ThreadKey, holder: str
) -> None:
    other = resilient(storage, clock)
    give_back_in_vain(store, storage, key, holder)
    if holder == "p1":
        other.update(key, lambda record: record.without_in_flight("1.000001"))
    assert store.claim(key, "1.000001", opened) is None


def test_one_of_two_wins_though_the_storage_breaks_between_them(
    store: ResilientStore, storage: FakeDifyStorage, key: ThreadKey
) -> None:
    storage.latency = 0.01
    first = gevent.spawn(store.claim, key, "1.000001", unchanged)
    gevent.sleep(0.005)
    broken(storage)
    second = gevent.spawn(store.claim, key, "1.000001", unchanged)
    gevent.joinall([first, second], raise_error=True)
    assert [first.value is None, second.value is None].count(False) == 1


def test_a_reset_in_memory_is_not_undone_by_what_is_stored(
    store: ResilientStore, storage: FakeDifyStorage, clock: FakeClock, key: ThreadKey
) -> None:
    store.update(key, with_conversation)
    broken(storage)
    clock.advance(1)
    store.update(key, lambda record: record.with_conversation(""))
    mended(storage, clock)
    record = store.get(key, fresh=True)
    assert record is not None
    assert record.conversation_id == ""


def test_record_begun_while_broken_takes_the_stored_conversation(
    store: ResilientStore, storage: FakeDifyStorage, clock: FakeClock, key: ThreadKey
) -> None:
    resilient(storage, clock).update(key, with_conversation)
    broken(storage)
    clock.advance(1)
    store.claim(key, "1.000001", unchanged)
    mended(storage, clock)
    record = store.update(key, unchanged)
    assert (record.conversation_id, record.handled) == (CONVERSATION, ("1.000001",))


def test_claims_go_on_from_memory_while_the_storage_is_full(
    store: ResilientStore, storage: FakeDifyStorage, key: ThreadKey
) -> None:
    storage.quota = 0
    for number in range(10):
        assert store.claim(key, f"{number}.000001", with_conversation) is not None
    record = store.get(key)
    assert record is not None
    assert record.conversation_id == CONVERSATION


def test_a_broken_storage_is_left_alone_for_a_while(
    store: ResilientStore, storage: FakeDifyStorage, clock: FakeClock, key: ThreadKey
) -> None:
    broken(storage)
    for _ in range(FAILURES + 5):
        store.get(key, fresh=True)
    assert len(storage.calls) == FAILURES
    mended(storage, clock)
    store.get(key, fresh=True)
    assert len(storage.calls) == FAILURES + 1


def test_failure_and_recovery_are_logged_once(
    store: ResilientStore,
    storage: FakeDifyStorage,
    clock: FakeClock,
    key: ThreadKey,
    caplog: pytest.LogCaptureFixture,
) -> None:
    with caplog.at_level(logging.WARNING):
        broken(storage)
        for _ in range(5):
            store.update(key, unchanged)
        mended(storage, clock)
        for _ in range(5):
            store.update(key, unchanged)
    assert [record.message.split(",")[0] for record in caplog.records] == [
        "conversation store fails",
        "conversation store works again",
    ]


def test_open_turns_are_not_noted_or_listed_while_broken(
    store: ResilientStore, storage: FakeDifyStorage, key: ThreadKey
) -> None:
    broken(storage)
    turn = OpenTurn(key, "1.000001", "p1", 1.0)
    store.note_in_flight(turn)
    store.clear_in_flight(turn)
    with pytest.raises(StoreError):
        store.in_flight("hook")  # not to be taken for "nothing is open"


def test_forgotten_while_broken_is_forgotten_after(
    store: ResilientStore, storage: FakeDifyStorage, clock: FakeClock, key: ThreadKey
) -> None:
    store.update(key, with_conversation)
    broken(storage)
    clock.advance(1)
    store.forget(key)
    mended(storage, clock)
    assert (store.get(key) or ThreadRecord()).conversation_id == ""


def is_followed(record: ThreadRecord) -> bool:
    return "U1" in record.followers


def test_get_or_raise_raises_while_broken_and_nothing_is_remembered(
    store: ResilientStore, storage: FakeDifyStorage, clock: FakeClock, key: ThreadKey
) -> None:
    assert store.get_or_raise(key, is_followed) is None
    resilient(storage, clock).update(key, lambda record: record.with_follower("U1"))
    broken(storage)
    clock.advance(FRESH_SECONDS)
    for _ in range(FAILURES + 1):
        with pytest.raises(StoreError):
            store.get_or_raise(key, is_followed)
    mended(storage, clock)
    record = store.get_or_raise(key, is_followed)
    assert record is not None
    assert is_followed(record)


def test_get_or_raise_gives_the_remembered_record_when_it_is_enough(
    store: ResilientStore, storage: FakeDifyStorage, clock: FakeClock, key: ThreadKey
) -> None:
    broken(storage)
    store.claim(key, "1.000001", lambda record: record.with_follower("U2"))
    with pytest.raises(StoreError):
        store.get_or_raise(key, is_followed)
    store.update(key, lambda record: record.with_follower("U1"))
    record = store.get_or_raise(key, is_followed)
    assert record is not None
    assert record.followers == ("U2", "U1")


def test_press_cannot_be_asked_for_or_noted_while_broken(
    store: ResilientStore, storage: FakeDifyStorage
) -> None:
    broken(storage)
    with pytest.raises(StoreError):
        store.has_seen_press("hook")
    with pytest.raises(StoreError):
        store.note_press("hook")


def open_turn(store: ResilientStore, key: ThreadKey, clock: FakeClock) -> OpenTurn:
    """Taken, and noted in the hook's list."""
    turn = OpenTurn(key, "1.000001", "p1", clock.epoch())
    note = InFlight(turn.ts, turn.started, turn.holder)
    store.claim(key, turn.ts, lambda record: record.with_open(note))
    store.note_in_flight(turn)
    return turn


def end(store: ResilientStore, turn: OpenTurn) -> None:
    store.update(turn.key, lambda record: record.without_in_flight(turn.ts))


def test_an_end_that_was_not_saved_is_saved_before_the_turn_leaves_the_list(
    store: ResilientStore, storage: FakeDifyStorage, clock: FakeClock, key: ThreadKey
) -> None:
    turn = open_turn(store, key, clock)
    broken(storage)
    end(store, turn)
    storage.error = None
    store.clear_in_flight(turn)
    another_process = resilient(storage, clock)
    record = another_process.get(key)
    assert record is not None
    assert record.open == ()
    assert not store.has_unsaved("hook")
    assert store.in_flight("hook") == ()


def test_a_turn_whose_end_is_not_saved_stays_in_the_list_until_it_is(
    store: ResilientStore, storage: FakeDifyStorage, clock: FakeClock, key: ThreadKey
) -> None:
    turn = open_turn(store, key, clock)
    broken(storage)
    end(store, turn)
    store.clear_in_flight(turn)
    assert store.has_unsaved("hook")
    assert not store.has_unsaved("hook2")
    mended(storage, clock)
    another_process = resilient(storage, clock)
    assert another_process.in_flight("hook") == (turn,)
    assert store.in_flight("hook") == (turn,)  # and saves what is owed
    assert not store.has_unsaved("hook")
    record = another_process.get(key, fresh=True)
    assert record is not None
    assert record.open == ()


def test_unsaved_records_are_saved_for_their_own_hook_alone(
    store: ResilientStore, storage: FakeDifyStorage, clock: FakeClock, key: ThreadKey
) -> None:
    """Another hook may be of another workspace, with a storage of its own."""
    broken(storage)
    store.update(key, with_conversation)
    mended(storage, clock)
    store.in_flight("hook2")
    assert store.has_unsaved("hook")
    assert resilient(storage, clock).get(key) is None


def test_a_busy_store_is_not_broken(
    store: ResilientStore, storage: FakeDifyStorage, key: ThreadKey, caplog: pytest.LogCaptureFixture
) -> None:
    def busy() -> None:
        raise StoreBusy("too many")

    for _ in range(FAILURES + 1):
        with pytest.raises(StoreBusy):
            store.breaker.call(busy)
    assert store.update(key, with_conversation) == resilient(storage, store.clock).get(key)  # type: ignore[arg-type]
    assert caplog.text == ""
