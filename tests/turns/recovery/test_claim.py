"""When several processes may go on with a waiting turn, the thread's record decides which one does."""

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
    """Several processes with one storage; each process has its own memory."""

    clock: FakeClock = field(default_factory=FakeClock)
    storage: FakeDifyStorage = field(default_factory=FakeDifyStorage)

    def claim_of(self, holder: str, ts: str = TS) -> Claim:
        message = Message(team_id="T1", channel="C1", ts=ts, source="app_mention", user="U1", text="hi")
        return Claim(Buckets(BucketState(), self.storage, self.clock, 30), KEY, message, holder, self.clock)

    def record(self) -> ThreadRecord:
        return self.claim_of("reader").store.get(KEY) or ThreadRecord()


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
