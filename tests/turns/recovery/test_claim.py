"""Who goes on with a turn that waits, when several processes may: the thread's record decides."""

from dataclasses import dataclass, field, replace

from conversation_store.dify.buckets import Buckets, BucketState
from conversation_store.record import HANDLED_KEPT, WAITING_KEPT, ThreadKey, ThreadRecord
from message import Message
from tests.fake_clock import FakeClock
from tests.support.fake_dify_storage import FakeDifyStorage
from turns.recovery.claim import Claim

KEY = ThreadKey("hook", "app", "T1", "C1", "1.000001")
TS = "2.000002"


@dataclass
class Processes:
    """Each with a memory of its own before one storage."""

    clock: FakeClock = field(default_factory=FakeClock)
    storage: FakeDifyStorage = field(default_factory=FakeDifyStorage)

    def taking(self, holder: str, ts: str = TS) -> Claim:
        message = Message(team_id="T1", channel="C1", ts=ts, source="app_mention", user="U1", text="hi")
        return Claim(Buckets(BucketState(), self.storage, self.clock, 30), KEY, message, holder, self.clock)

    def record(self) -> ThreadRecord:
        return self.taking("reader").store.get(KEY) or ThreadRecord()


def test_a_leg_is_taken_by_one_process() -> None:
    processes = Processes()
    assert processes.taking("a").claim() is not None
    assert processes.taking("b").go_on(1) is not None
    assert processes.taking("a").go_on(1) is None
    assert processes.taking("c").go_on(1) is None
    [turn] = processes.record().open
    assert (turn.ts, turn.holder, turn.leg) == (TS, "b", 1)


def test_the_next_leg_is_free_and_an_earlier_one_is_gone() -> None:
    processes = Processes()
    processes.taking("a").claim()
    assert processes.taking("b").go_on(2) is not None
    assert processes.taking("a").go_on(1) is None
    assert processes.taking("a").go_on(3) is not None


def test_who_took_a_leg_may_try_it_again() -> None:
    """Its request could not begin; within a process the claims see to it that only one does."""
    processes = Processes()
    processes.taking("a").claim()
    assert processes.taking("b").go_on(1) is not None
    assert processes.taking("b").go_on(1) is not None


def test_a_turn_that_has_ended_goes_on_nowhere() -> None:
    processes = Processes()
    taking = processes.taking("a")
    taking.claim()
    taking.store.update(KEY, lambda record: record.without_in_flight(TS))
    assert processes.taking("b").go_on(1) is None
    assert processes.record().open == ()


def test_an_answer_that_is_whole_goes_on_nowhere_while_its_stream_is_open() -> None:
    processes = Processes()
    taking = processes.taking("a")
    taking.claim()
    [turn] = processes.record().open
    taking.store.update(KEY, lambda record: record.with_in_flight(replace(turn, streams=("2.000002",))))
    assert processes.taking("b").go_on(1) is None


def test_a_lost_record_costs_nobody_the_answer() -> None:
    processes = Processes()
    assert processes.taking("b").go_on(3) is not None
    [turn] = processes.record().open
    assert (turn.holder, turn.leg) == ("b", 3)
    assert processes.taking("c").go_on(3) is None


def test_a_turn_pushed_out_of_the_record_by_a_flood_goes_on() -> None:
    processes = Processes()
    processes.taking("a", KEY.thread).claim()
    processes.taking("a").claim()
    for number in range(HANDLED_KEPT + WAITING_KEPT):
        processes.taking("a", f"3.{number:06d}").claim()
    assert processes.record().open_turn(TS) is None
    assert processes.taking("b").go_on(1) is not None


def test_what_is_visible_keeps_the_other_turns_legs() -> None:
    processes = Processes()
    processes.taking("a").claim()
    processes.taking("a", "3.000003").claim()
    assert processes.taking("b", "3.000003").go_on(4) is not None
    assert [(turn.ts, turn.leg) for turn in processes.record().open] == [(TS, 0), ("3.000003", 4)]
