from dataclasses import dataclass, field

import pytest

from conversation_store.record import ThreadRecord
from handoff.capacity import Capacity
from handoff.claims import Claims
from handoff.receiver import SURE_SECONDS, Accepted, Receiver, Refused
from handoff.signer import Signer
from job import Job, SweepJob
from message import Message
from tests.fake_clock import FakeClock

SEAL = Signer(("secret",), "hook")
MESSAGE = Message(
    team_id="T1", channel="C1", ts="1700000000.000100", source="app_mention", user="U1", text="hi"
)


@dataclass
class Record:
    """The thread's record: takes each message once."""

    handled: set[str] = field(default_factory=set)
    legs: dict[str, str] = field(default_factory=dict)
    broken: bool = False

    def claim(self, assignment: Job) -> ThreadRecord | None:
        if self.broken:
            raise RuntimeError("broken")
        if assignment.ticket in self.handled:
            return None
        self.handled.add(assignment.ticket)
        return ThreadRecord(conversation_id="c1")

    def go_on(self, assignment: Job, holder: str) -> ThreadRecord | None:
        taken = self.legs.setdefault(f"{assignment.ticket}#{assignment.leg}", holder)
        return ThreadRecord(conversation_id="c1") if taken == holder else None


def sealed(leg: int = 0, seal: Signer = SEAL) -> bytes:
    return seal.close(Job(MESSAGE, "http://h/e/hook/slack/events", 1.0, leg).to_dict())


def reception(
    record: Record,
    *,
    gate: Capacity | None = None,
    claims: Claims | None = None,
    clock: FakeClock | None = None,
    holder: str = "here",
) -> Receiver:
    claims = claims or Claims(FakeClock())
    return Receiver(
        "hook",
        SEAL,
        gate or Capacity(),
        claims,
        clock or FakeClock(),
        record.claim,
        lambda leg: record.go_on(leg, holder),
        "r1",
    )


def began(answer: Accepted | Refused) -> bool:
    if isinstance(answer, Accepted):
        answer.keep()
    return isinstance(answer, Accepted)


def test_a_sealed_turn_is_accepted_with_its_record() -> None:
    gate = Capacity()
    accepted = reception(Record(), gate=gate).receive(sealed())
    assert isinstance(accepted, Accepted)
    assert isinstance(accepted.assignment, Job)
    assert accepted.assignment.message == MESSAGE
    assert accepted.request == "r1"
    assert accepted.record.conversation_id == "c1"
    assert gate.open == 1
    accepted.leave()
    assert gate.open == 0


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[" * 100_000,
        b"\xff\xfe",
        b"x" * (2 << 20),
        sealed(seal=Signer(("secret",), "other hook")),
        sealed(seal=Signer(("other",), "hook")),
        sealed()[:-3],
        SEAL.close({"message": 1}),
        SEAL.close({}),
        SEAL.close({"message": {"ts": []}, "hook_url": "", "received": 0, "leg": 0}),
    ],
)
def test_whatever_is_not_sealed_by_us_is_401(body: bytes) -> None:
    record, gate = Record(), Capacity()
    assert reception(record, gate=gate).receive(body) == Refused(401)
    assert (record.handled, gate.open) == (set(), 0)


def test_the_same_seal_played_twice_is_one_turn() -> None:
    whole = reception(Record())
    body = sealed()
    assert began(whole.receive(body))
    assert whole.receive(body) == Refused(409)


def test_taken_by_another_process() -> None:
    record, gate = Record(), Capacity()
    assert isinstance(reception(record, gate=gate).receive(sealed()), Accepted)
    assert reception(record, gate=gate).receive(sealed()) == Refused(409)
    assert gate.open == 1


def test_what_begins_is_kept_and_what_another_process_has() -> None:
    """Whoever asks again in this process can be told at once."""
    record, name = Record(), f"hook/{Job(MESSAGE, '', 1.0).ticket}#0"
    claims = Claims(FakeClock())
    accepted = reception(record, claims=claims).receive(sealed())
    assert isinstance(accepted, Accepted)
    assert not claims.is_kept(name)
    accepted.keep()
    assert claims.is_kept(name)
    other = Claims(FakeClock())
    assert reception(record, claims=other).receive(sealed()) == Refused(409)
    assert other.is_kept(name)


def test_what_is_taken_and_not_sure_is_no_ack() -> None:
    """Its request may fail yet, or die: 409 would be an ack to Slack."""
    clock = FakeClock()
    whole = reception(Record(), clock=clock)
    accepted = whole.receive(sealed())
    assert isinstance(accepted, Accepted)
    assert whole.receive(sealed()) == Refused(425)
    assert sum(clock.slept) == pytest.approx(SURE_SECONDS, abs=0.1)
    clock.sleep = lambda _: accepted.keep()  # type: ignore[method-assign,assignment]
    assert whole.receive(sealed()) == Refused(409)


def test_what_is_given_back_meanwhile_is_no_ack_either() -> None:
    clock = FakeClock()
    whole = reception(Record(), clock=clock)
    accepted = whole.receive(sealed())
    assert isinstance(accepted, Accepted)
    clock.sleep = lambda _: accepted.give_up()  # type: ignore[method-assign,assignment]
    assert whole.receive(sealed()) == Refused(425)


def test_what_the_record_could_not_take_is_not_kept() -> None:
    claims, name = Claims(FakeClock()), f"hook/{Job(MESSAGE, '', 1.0).ticket}#0"
    with pytest.raises(RuntimeError):
        reception(Record(broken=True), claims=claims).receive(sealed())
    assert not claims.is_kept(name)


def test_a_full_process_says_so_and_forgets_it() -> None:
    gate, claims, record = Capacity(cap=1), Claims(FakeClock()), Record()
    gate.enter("something else")
    whole = reception(record, gate=gate, claims=claims)
    assert whole.receive(sealed()) == Refused(503)
    gate.leave("something else")
    assert isinstance(whole.receive(sealed()), Accepted)


def test_a_later_leg_goes_on_with_the_claim_and_is_taken_once() -> None:
    record = Record()
    whole = reception(record)
    assert isinstance(whole.receive(sealed()), Accepted)
    assert began(whole.receive(sealed(leg=1)))
    assert whole.receive(sealed(leg=1)) == Refused(409)


def test_a_later_leg_taken_by_another_process() -> None:
    record, gate = Record(), Capacity()
    assert isinstance(reception(record, holder="elsewhere").receive(sealed(leg=1)), Accepted)
    assert reception(record, gate=gate).receive(sealed(leg=1)) == Refused(409)
    assert gate.open == 0
    assert isinstance(reception(record, gate=gate).receive(sealed(leg=2)), Accepted)


def test_a_sweep_claims_nothing_and_is_taken_once() -> None:
    record, gate = Record(), Capacity()
    whole = reception(record, gate=gate)
    body = SEAL.close(SweepJob("one").to_dict())
    accepted = whole.receive(body)
    assert isinstance(accepted, Accepted)
    assert accepted.assignment == SweepJob("one")
    accepted.keep()
    assert whole.receive(body) == Refused(409)
    accepted.leave()
    assert (gate.open, record.handled, record.legs) == (0, set(), {})


def test_a_leg_that_could_not_begin_can_be_tried_again() -> None:
    gate, record = Capacity(), Record()
    whole = reception(record, gate=gate)
    accepted = whole.receive(sealed(leg=1))
    assert isinstance(accepted, Accepted)
    accepted.give_up()
    assert gate.open == 0
    assert isinstance(whole.receive(sealed(leg=1)), Accepted)


def test_what_breaks_on_the_way_can_be_tried_again() -> None:
    record, gate, claims = Record(broken=True), Capacity(), Claims(FakeClock())
    whole = reception(record, gate=gate, claims=claims)
    with pytest.raises(RuntimeError):
        whole.receive(sealed())
    assert gate.open == 0
    record.broken = False
    assert isinstance(whole.receive(sealed()), Accepted)
