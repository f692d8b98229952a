"""What every ThreadStore must do. A test class for a store inherits a contract and gives the fixture `open_store`."""

from collections.abc import Callable
from dataclasses import replace

import gevent
import pytest

from conversation_store.record import (
    DAY,
    DM_SILENCE,
    HANDLED_KEPT,
    REPLAY_SECONDS,
    InFlight,
    OpenTurn,
    ThreadKey,
    ThreadRecord,
)
from conversation_store.store import ThreadStore, Verdict
from tests.fake_clock import FakeClock

DAYS = 30.0
CONVERSATION = "bf9e5caf-2fc7-4812-9e9d-b5b6962e6c1e"


def unchanged(record: ThreadRecord) -> ThreadRecord:
    return record


def with_conversation(record: ThreadRecord) -> ThreadRecord:
    return record.with_conversation(CONVERSATION)


class ThreadContract:
    """Checks records and claims. `open_store()` opens one more store on the same storage, as another process would."""

    @pytest.fixture
    def open_store(self) -> Callable[[], ThreadStore]:
        raise NotImplementedError

    @pytest.fixture
    def store(self, open_store: Callable[[], ThreadStore]) -> ThreadStore:
        return open_store()

    def test_unknown_thread_has_no_record(self, store: ThreadStore, key: ThreadKey) -> None:
        assert store.get(key) is None
        assert store.get(key, fresh=True) is None

    def test_record_is_read_as_it_was_written(
        self, store: ThreadStore, key: ThreadKey, clock: FakeClock
    ) -> None:
        note = InFlight("1763881300.000200", clock.epoch(), "p1", "stream", "1763881301.5", "C1", key.thread)
        change = with_conversation(ThreadRecord()).with_handled("1763881300.000200").with_follower("U1")
        change = change.with_in_flight(note).with_answer("1763881302.000300")
        written = store.update(key, lambda _: change)
        assert written == replace(change, updated=clock.epoch())
        assert store.get(key, fresh=True) == written
        assert store.get(key) == written

    def test_updates_build_on_each_other(self, store: ThreadStore, key: ThreadKey) -> None:
        store.update(key, with_conversation)
        store.update(key, lambda record: record.with_follower("U1"))
        record = store.get(key)
        assert record is not None
        assert (record.conversation_id, record.followers) == (CONVERSATION, ("U1",))

    @pytest.mark.parametrize("part", ["hook_id", "app_id", "team_id", "channel", "thread"])
    def test_record_is_of_one_thread_alone(self, store: ThreadStore, key: ThreadKey, part: str) -> None:
        store.update(key, with_conversation)
        assert store.get(replace(key, **{part: "other"})) is None

    def test_message_is_claimed_once(
        self, store: ThreadStore, open_store: Callable[[], ThreadStore], key: ThreadKey
    ) -> None:
        first = store.claim(key, "1763881300.000200", with_conversation)
        assert first is not None
        assert (first.handled, first.conversation_id) == (("1763881300.000200",), CONVERSATION)
        assert store.claim(key, "1763881300.000200", unchanged) is None
        assert open_store().claim(key, "1763881300.000200", unchanged) is None
        assert store.claim(key, "1763881300.000201", unchanged) is not None

    def test_message_behind_all_remembered_ones_is_not_claimed_while_it_may_be_a_replay(
        self, store: ThreadStore, open_store: Callable[[], ThreadStore], key: ThreadKey, clock: FakeClock
    ) -> None:
        second = int(clock.epoch())
        times = [f"{second - 60 + number}.000100" for number in range(HANDLED_KEPT + 2)]
        for ts in times:
            assert store.claim(key, ts, unchanged) is not None
        for ts in times:
            assert open_store().claim(key, ts, unchanged) is None
        assert open_store().claim(key, f"{second - 30}.000200", unchanged) is not None  # among the remembered
        clock.advance(REPLAY_SECONDS)
        assert open_store().claim(key, f"{second - 70}.000100", unchanged) is not None

    def test_late_message_is_claimed_in_a_thread_of_few(
        self, store: ThreadStore, key: ThreadKey, clock: FakeClock
    ) -> None:
        second = int(clock.epoch())
        for number in range(HANDLED_KEPT - 1):
            store.claim(key, f"{second - number}.000100", unchanged)
        assert store.claim(key, f"{second - 100}.000100", unchanged) is not None

    def test_refused_claim_changes_nothing(self, store: ThreadStore, key: ThreadKey) -> None:
        before = store.claim(key, "1763881300.000200", unchanged)
        store.claim(key, "1763881300.000200", with_conversation)
        assert store.get(key, fresh=True) == before

    def test_simultaneous_claims_have_one_winner(self, store: ThreadStore, key: ThreadKey) -> None:
        claims = [gevent.spawn(store.claim, key, "1763881300.000200", unchanged) for _ in range(20)]
        gevent.joinall(claims, raise_error=True)
        assert sum(claim.value is not None for claim in claims) == 1

    def test_simultaneous_updates_are_all_kept(self, store: ThreadStore, key: ThreadKey) -> None:
        def follow(user: str) -> None:
            store.update(key, lambda record: record.with_follower(user))

        gevent.joinall([gevent.spawn(follow, f"U{number}") for number in range(10)], raise_error=True)
        record = store.get(key)
        assert record is not None
        assert sorted(record.followers) == [f"U{number}" for number in range(10)]

    def test_update_of_another_process_is_read(
        self, store: ThreadStore, open_store: Callable[[], ThreadStore], key: ThreadKey
    ) -> None:
        other = open_store()
        store.update(key, with_conversation)
        other.update(key, lambda record: record.with_follower("U2"))
        record = store.get(key, fresh=True)
        assert record is not None
        assert (record.conversation_id, record.followers) == (CONVERSATION, ("U2",))

    def test_forgotten_thread_is_unknown(self, store: ThreadStore, key: ThreadKey) -> None:
        store.update(key, with_conversation)
        store.forget(key)
        store.forget(key)
        assert store.get(key) is None
        assert store.get(key, fresh=True) is None

    def test_record_expires_after_its_days(
        self, store: ThreadStore, key: ThreadKey, clock: FakeClock
    ) -> None:
        store.update(key, with_conversation)
        clock.advance(DAYS * DAY - 1)
        assert store.get(key, fresh=True) is not None
        clock.advance(1)
        assert store.get(key, fresh=True) is None
        assert store.update(key, lambda record: record.with_follower("U1")).conversation_id == ""

    def test_write_begins_the_days_anew(self, store: ThreadStore, key: ThreadKey, clock: FakeClock) -> None:
        store.update(key, with_conversation)
        clock.advance(DAYS * DAY - 1)
        store.update(key, unchanged)
        clock.advance(DAYS * DAY - 1)
        assert store.get(key, fresh=True) is not None

    def test_silent_dm_begins_a_new_conversation(
        self, store: ThreadStore, key: ThreadKey, clock: FakeClock
    ) -> None:
        key = replace(key, channel="D1", thread="")
        store.claim(key, "1763881300.000200", lambda record: with_conversation(record).with_follower("U1"))
        clock.advance(DM_SILENCE - 1)
        record = store.get(key, fresh=True)
        assert record is not None
        assert record.conversation_id == CONVERSATION
        clock.advance(1)
        claimed = store.claim(key, "1763910101.000200", unchanged)
        assert claimed is not None
        assert claimed.conversation_id == ""
        assert claimed.followers == ("U1",)
        assert claimed.handled == ("1763881300.000200", "1763910101.000200")

    def test_record_keeps_the_latest_handled_messages(self, store: ThreadStore, key: ThreadKey) -> None:
        for number in range(HANDLED_KEPT + 5):
            store.claim(key, f"17638813{number:02d}.000200", unchanged)
        record = store.get(key)
        assert record is not None
        assert record.handled == tuple(
            f"17638813{number:02d}.000200" for number in range(5, HANDLED_KEPT + 5)
        )


class StoreContract(ThreadContract):
    """Checks the same, and the presses and the open turns of each hook."""

    def test_press_is_known_to_every_process_and_for_its_hook_alone(
        self, store: ThreadStore, open_store: Callable[[], ThreadStore]
    ) -> None:
        assert not store.has_seen_press("hook")
        store.note_press("hook")
        store.note_press("hook")
        assert store.has_seen_press("hook")
        assert open_store().has_seen_press("hook")
        assert not store.has_seen_press("hook2")

    def test_press_leaves_the_threads_of_its_hook_alone(self, store: ThreadStore, key: ThreadKey) -> None:
        written = store.update(key, with_conversation)
        store.note_press(key.hook_id)
        assert store.get(key, fresh=True) == written

    def test_open_turns_are_listed_until_cleared(
        self, store: ThreadStore, open_store: Callable[[], ThreadStore], key: ThreadKey, clock: FakeClock
    ) -> None:
        one = OpenTurn(key, "1763881300.000200", "p1", clock.epoch())
        two = OpenTurn(replace(key, channel="C2"), "1763881300.000300", "p1", clock.epoch() + 1)
        elsewhere = OpenTurn(replace(key, hook_id="hook2"), "1763881300.000400", "p1", clock.epoch())
        for turn in (one, two, elsewhere):
            store.note_in_flight(turn)
        assert store.in_flight("hook") == (one, two)
        assert open_store().in_flight("hook") == (one, two)
        store.clear_in_flight(one)
        assert store.in_flight("hook") == (two,)
        assert store.in_flight("hook2") == (elsewhere,)
        assert store.in_flight("hook3") == ()

    def test_turn_that_is_noted_after_its_end_is_listed_again(
        self, store: ThreadStore, key: ThreadKey, clock: FakeClock
    ) -> None:
        """The claim of its message was given back, and made again."""
        turn = OpenTurn(key, "1763881300.000200", "p1", clock.epoch())
        for _ in range(2):
            store.note_in_flight(turn)
            assert store.in_flight("hook") == (turn,)
            store.clear_in_flight(turn)
            assert store.in_flight("hook") == ()

    @pytest.mark.parametrize("is_noted", [True, False])
    @pytest.mark.parametrize("is_early", [True, False])
    def test_turn_is_listed_only_once_its_verdict_says_so(
        self, store: ThreadStore, key: ThreadKey, clock: FakeClock, is_noted: bool, is_early: bool
    ) -> None:
        turn, verdict = OpenTurn(key, "1763881300.000200", "p1", clock.epoch()), Verdict()
        if is_early:
            verdict.give(is_noted=is_noted)
        noting = gevent.spawn(store.note_in_flight, turn, verdict)
        noting.join(timeout=0.05)
        if not is_early:
            assert not noting.ready()
            verdict.give(is_noted=is_noted)
        verdict.give(is_noted=not is_noted)  # too late
        noting.get(timeout=5)
        assert store.in_flight("hook") == ((turn,) if is_noted else ())

    def test_turn_of_a_dead_process_is_cleared_by_another_process(
        self, store: ThreadStore, open_store: Callable[[], ThreadStore], key: ThreadKey, clock: FakeClock
    ) -> None:
        dead = OpenTurn(key, "1763881300.000200", "p1", clock.epoch())
        mine = OpenTurn(key, "1763881400.000200", "p2", clock.epoch() + 60)
        store.note_in_flight(dead)
        sweeper = open_store()
        sweeper.clear_in_flight(dead)
        sweeper.note_in_flight(mine)
        assert open_store().in_flight("hook") == (mine,)
