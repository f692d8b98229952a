"""When several processes may go on with a waiting turn, the thread's record decides which one does."""

from dataclasses import dataclass, field, replace
from typing import Any, cast

import pytest

from conversation_store.dify.buckets import Buckets, BucketState
from conversation_store.record import HANDLED_KEPT, WAITING_KEPT, OpenTurn, ThreadKey, ThreadRecord
from conversation_store.store import Change, Verdict
from message import Message
from tests.fake_clock import FakeClock
from tests.support.fake_dify_storage import FakeDifyStorage
from turns.recovery.claim import Claim

KEY = ThreadKey("hook", "app", "T1", "C1", "1.000001")
TS = "2.000002"


class NotingStorage(FakeDifyStorage):
    """Notes each call with the first letters of its key, when the call begins and when it ends."""

    def __init__(self) -> None:
        super().__init__()
        self.noted: list[str] = []
        self.refuses = ""

    def get(self, key: str) -> bytes:
        self._note("get", key)
        try:
            return super().get(key)
        finally:
            self._note("got", key)

    def set(self, key: str, val: bytes) -> None:
        self._note("set", key)
        super().set(key, val)
        self._note("done", key)

    def _note(self, name: str, key: str) -> None:
        self.noted.append(f"{name} {key[:2]}")
        if self.refuses and key.startswith(self.refuses):
            raise OSError(key)


@dataclass
class Processes:
    """Several processes with one storage; each process has its own memory."""

    clock: FakeClock = field(default_factory=FakeClock)
    storage: NotingStorage = field(default_factory=NotingStorage)

    def claim_of(self, holder: str, ts: str = TS) -> Claim:
        message = Message(team_id="T1", channel="C1", ts=ts, source="app_mention", user="U1", text="hi")
        return Claim(Buckets(BucketState(), self.storage, self.clock, 30), KEY, message, holder, self.clock)

    def listed(self) -> list[tuple[str, str, bool]]:
        """What a process of its own finds on the hook's list: the message, the holder, whether it is in doubt."""
        found = self.claim_of("reader").store.in_flight("hook")
        return [(turn.ts, turn.holder, turn.in_doubt) for turn in found]

    def record(self) -> ThreadRecord:
        return self.claim_of("reader").store.get(KEY) or ThreadRecord()


@pytest.mark.parametrize("in_doubt", [False, True])
def test_claimed_message_is_listed_when_the_claim_returns(in_doubt: bool) -> None:
    processes = Processes()
    assert processes.claim_of("a").claim(in_doubt=in_doubt) is not None
    assert processes.listed() == [(TS, "a", in_doubt)]


def test_message_that_was_claimed_before_is_not_listed_at_any_moment() -> None:
    """A turn in doubt gives way to a turn that it finds on the list."""
    processes = Processes()
    processes.claim_of("a").claim(in_doubt=True)
    processes.storage.noted.clear()
    assert processes.claim_of("b").claim() is None
    assert set(processes.storage.noted) == {"get t1", "got t1", "get f1", "got f1"}
    assert processes.listed() == [(TS, "a", True)]


def test_list_is_read_and_written_beside_the_record() -> None:
    """So the ack waits for two calls of the storage, one after the other, and not for four."""
    processes = Processes()
    processes.claim_of("a").claim()
    assert set(processes.storage.noted[:2]) == {"get t1", "get f1"}
    assert set(processes.storage.noted[2:6]) == {"got t1", "got f1", "set t1", "set f1"}
    assert set(processes.storage.noted[6:]) == {"done t1", "done f1"}
    assert processes.storage.noted.index("got t1") < processes.storage.noted.index("set f1")


def test_message_is_claimed_when_the_list_cannot_be_written() -> None:
    processes = Processes()
    processes.storage.refuses = "f1"
    assert processes.claim_of("a").claim() is not None
    assert [turn.holder for turn in processes.record().open] == ["a"]


@dataclass
class Overtaken:
    """A store in which another process claims the message between each read and write of ours, as Redis shows it."""

    inner: Buckets

    def claim(self, _key: ThreadKey, _ts: str, change: Change) -> None:
        change(ThreadRecord())

    def note_in_flight(self, turn: OpenTurn, verdict: Verdict | None) -> None:
        self.inner.note_in_flight(turn, verdict)

    def clear_in_flight(self, turn: OpenTurn) -> None:
        self.inner.clear_in_flight(turn)


def test_message_that_another_process_claimed_after_our_read_is_taken_off_the_list() -> None:
    processes = Processes()
    claim = processes.claim_of("a")
    store = Overtaken(cast("Buckets", claim.store))
    assert replace(claim, store=cast("Any", store)).claim() is None
    assert store.inner.in_flight("hook") == ()


def test_continuation_is_claimed_by_one_process() -> None:
    processes = Processes()
    assert processes.claim_of("a").claim() is not None
    assert processes.claim_of("b").go_on(1) is not None
    assert processes.claim_of("a").go_on(1) is None
    assert processes.claim_of("c").go_on(1) is None
    [turn] = processes.record().open
    assert (turn.ts, turn.holder, turn.leg) == (TS, "b", 1)


def test_later_continuation_is_free_and_an_earlier_one_is_refused() -> None:
    processes = Processes()
    processes.claim_of("a").claim()
    assert processes.claim_of("b").go_on(2) is not None
    assert processes.claim_of("a").go_on(1) is None
    assert processes.claim_of("a").go_on(3) is not None


def test_process_that_claimed_a_continuation_may_claim_it_again() -> None:
    """Its first request could not begin. Within a process, the claims let only one request begin."""
    processes = Processes()
    processes.claim_of("a").claim()
    assert processes.claim_of("b").go_on(1) is not None
    assert processes.claim_of("b").go_on(1) is not None


def test_ended_turn_does_not_go_on() -> None:
    processes = Processes()
    claim = processes.claim_of("a")
    claim.claim()
    claim.store.update(KEY, lambda record: record.without_in_flight(TS))
    assert processes.claim_of("b").go_on(1) is None
    assert processes.record().open == ()


def test_whole_answer_does_not_go_on_while_its_stream_is_open() -> None:
    processes = Processes()
    claim = processes.claim_of("a")
    claim.claim()
    [turn] = processes.record().open
    claim.store.update(KEY, lambda record: record.with_in_flight(replace(turn, streams=("2.000002",))))
    assert processes.claim_of("b").go_on(1) is None


def test_turn_goes_on_when_its_record_is_lost() -> None:
    processes = Processes()
    assert processes.claim_of("b").go_on(3) is not None
    [turn] = processes.record().open
    assert (turn.holder, turn.leg) == ("b", 3)
    assert processes.claim_of("c").go_on(3) is None


def test_turn_goes_on_when_a_flood_pushed_it_out_of_the_record() -> None:
    processes = Processes()
    processes.claim_of("a", KEY.thread).claim()
    processes.claim_of("a").claim()
    for number in range(HANDLED_KEPT + WAITING_KEPT):
        processes.claim_of("a", f"3.{number:06d}").claim()
    assert processes.record().open_turn(TS) is None
    assert processes.claim_of("b").go_on(1) is not None


def test_first_visible_message_keeps_the_continuations_of_other_turns() -> None:
    processes = Processes()
    processes.claim_of("a").claim()
    processes.claim_of("a", "3.000003").claim()
    assert processes.claim_of("b", "3.000003").go_on(4) is not None
    assert [(turn.ts, turn.leg) for turn in processes.record().open] == [(TS, 0), ("3.000003", 4)]


def test_app_in_a_person_s_name_makes_no_follower_of_the_person() -> None:
    processes = Processes()
    claim = processes.claim_of("a")
    replace(claim, message=replace(claim.message, bot_id="B1")).claim()
    assert processes.record().followers == ("B1",)
