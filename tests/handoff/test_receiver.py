from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from types import SimpleNamespace
from typing import Any, cast

import pytest
from gevent.event import Event

from conversation_store import ThreadRecord
from errors import SettingsError
from handoff.acceptances import Acceptances
from handoff.claims import CancellationRegistry, Capacity, Claims
from handoff.claims_ahead import ClaimsAhead
from handoff.receiver import CONFIRM_SECONDS, CONFIRM_WALL_FLOOR, Receiver, TurnReply
from handoff.relay import RECEIPT_HEADER
from handoff.signer import Signer
from job import Job, ReactionJob, SweepJob
from message import Message
from tests.fake_clock import FakeClock

SIGNER = Signer(("secret",), "hook")
MESSAGE = Message(
    team_id="T1", channel="C1", ts="1700000000.000100", source="app_mention", user="U1", text="hi"
)
JOB = Job(MESSAGE, "http://h/e/hook/slack/events", 1.0)
NAME = f"hook/{JOB.job_id}"


@dataclass
class WorkOfTests:
    """A turn or a sweep that notes its calls."""

    job: Job | None
    held: AbstractContextManager[object]
    told: list[str] = field(default_factory=list)
    released: Event = field(default_factory=Event)

    def run(self) -> None:
        with self.held:
            self.told.append("run")

    @property
    def places(self) -> tuple[()]:
        return ()

    def cut(self) -> None:
        self.told.append("cut")


@dataclass
class TurnsOfTests:
    """The turns of one process on a record that several processes share: each message and continuation runs once."""

    taken: dict[str, str] = field(default_factory=dict)
    process: str = "here"
    breaks: str = ""
    error: Exception = field(default_factory=lambda: RuntimeError("broken"))
    made: list[WorkOfTests] = field(default_factory=list)

    def claim(self, job: Job) -> ThreadRecord | None:
        if self.breaks == "claim":
            raise self.error
        name = f"{job.job_id}#{job.continuation}"
        if name in self.taken and (not job.continuation or self.taken[name] != self.process):
            return None
        self.taken[name] = self.process
        return ThreadRecord()

    def begin(self, job: Job, _record: ThreadRecord) -> Job:
        return job

    def turn(self, begun: Job, _continuation: object, held: Any) -> WorkOfTests:
        if self.breaks == "objects":
            raise self.error
        self.made.append(WorkOfTests(begun, held))
        return self.made[-1]

    def beside(self, _begun: Job, turn: WorkOfTests) -> WorkOfTests:
        return turn

    def reaction(self, job: ReactionJob, _hand_off: object, held: Any) -> WorkOfTests | None:
        if self.breaks == "claim":
            raise self.error
        if self.taken.setdefault(f"{job.job_id}#{job.continuation}", self.process) != self.process:
            return None
        self.made.append(WorkOfTests(None, held))
        return self.made[-1]

    def sweep(self, held: Any) -> WorkOfTests:
        self.made.append(WorkOfTests(None, held))
        return self.made[-1]


@dataclass
class Process:
    """One process, which gets several requests."""

    turns: TurnsOfTests = field(default_factory=TurnsOfTests)
    capacity: Capacity = field(default_factory=Capacity)
    clock: FakeClock = field(default_factory=FakeClock)
    claims: Claims = field(default_factory=lambda: Claims(FakeClock()))
    acceptances: Acceptances = field(default_factory=Acceptances)
    cancellations: CancellationRegistry = field(default_factory=lambda: CancellationRegistry(FakeClock()))

    def receive(self, body: bytes) -> TurnReply:
        settings = SimpleNamespace(signing_secrets=("secret",))
        endpoint = SimpleNamespace(id="hook", settings=settings)
        hand_offs = SimpleNamespace(hand_off=lambda *_: None)
        return Receiver(
            cast("Any", endpoint),
            cast("Any", self.turns),
            cast("Any", hand_offs),
            self.capacity,
            self.claims,
            ClaimsAhead(self.claims, self.capacity),
            self.acceptances,
            self.cancellations,
            self.clock,
            "r1",
        ).receive(body)

    def run(self, reply: TurnReply) -> None:
        """Read the body to its end, as the daemon does."""
        assert reply.status == 200
        assert b"".join(cast("Iterator[bytes]", reply.body)).startswith(b".")


class AcceptancesOfTests(Acceptances):
    """Notes at the first acceptance whether the claim is confirmed, and how many turns were made until then."""

    def __init__(self) -> None:
        super().__init__()
        self.process = Process()
        self.seen: list[tuple[bool, int]] = []

    def accept(self, request: str) -> None:
        assert request == "r1"
        if not self.seen:
            self.seen.append((self.process.claims.is_kept(f"{NAME}#0"), len(self.process.turns.made)))


def signed(continuation: int = 0, signer: Signer = SIGNER) -> bytes:
    return signer.sign(Job(MESSAGE, "http://h/e/hook/slack/events", 1.0, continuation).to_dict())


def test_signed_turn_is_accepted_and_counted_until_it_has_ended() -> None:
    process, body = Process(), signed()
    reply = process.receive(body)
    assert (reply.status, reply.headers[RECEIPT_HEADER]) == (200, SIGNER.receipt(body))
    [turn] = process.turns.made
    assert turn.job == Job(MESSAGE, "http://h/e/hook/slack/events", 1.0)
    assert (turn.told, process.capacity.open) == ([], 1)
    process.run(reply)
    assert (turn.told, process.capacity.open) == (["run"], 0)


REACTION = ReactionJob(replace(MESSAGE, source="reaction"), "http://h/e/hook/slack/events", 1.0)


def test_reaction_is_accepted_once_and_its_question_may_have_the_same_name() -> None:
    process, body = Process(), SIGNER.sign(REACTION.to_dict())
    process.run(process.receive(body))
    assert [work.told for work in process.turns.made] == [["run"]]
    assert process.receive(body).status == 409
    assert (process.receive(signed()).status, process.capacity.open) == (200, 1)


def test_reaction_that_another_process_claimed_counts_as_accepted() -> None:
    process = Process(TurnsOfTests({f"{REACTION.job_id}#-1": "there"}))
    assert process.receive(SIGNER.sign(REACTION.to_dict())).status == 409
    assert (process.turns.made, process.capacity.open) == ([], 0)


def test_reaction_whose_claim_breaks_is_not_accepted_and_may_come_again() -> None:
    process, body = Process(TurnsOfTests(breaks="claim")), SIGNER.sign(REACTION.to_dict())
    with pytest.raises(RuntimeError):
        process.receive(body)
    process.turns.breaks = ""
    assert process.receive(body).status == 200


def test_turn_is_cut_when_its_request_ends_first_and_not_after_its_end() -> None:
    process = Process()
    process.run(process.receive(signed()))
    process.cancellations.ended("r1")
    other = Process()
    other.receive(signed())
    other.cancellations.ended("r1")
    assert [process.turns.made[0].told, other.turns.made[0].told] == [["run"], ["cut"]]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[" * 100_000,
        b"\xff\xfe",
        b"x" * (2 << 20),
        signed(signer=Signer(("secret",), "other hook")),
        signed(signer=Signer(("other",), "hook")),
        signed()[:-3],
        SIGNER.sign({"message": 1}),
        SIGNER.sign({}),
        SIGNER.sign({"message": {"ts": []}, "hook_url": "", "received": 0, "leg": 0}),
    ],
)
def test_body_that_we_did_not_sign_is_401_without_a_receipt(body: bytes) -> None:
    process = Process()
    assert process.receive(body) == TurnReply(401)
    assert (process.turns.taken, process.capacity.open) == ({}, 0)


def test_request_is_accepted_once_its_job_is_claimed_and_before_its_turn_is_made() -> None:
    process = Process(acceptances=(acceptances := AcceptancesOfTests()))
    acceptances.process = process
    reply = process.receive(signed())
    assert acceptances.seen == [(True, 0)]
    process.run(reply)
    assert process.receive(signed()).status == 409
    assert acceptances.seen == [(True, 0)]


def test_turn_whose_objects_break_after_its_acceptance_frees_its_share() -> None:
    process = Process(TurnsOfTests(breaks="objects"), acceptances=(acceptances := AcceptancesOfTests()))
    acceptances.process = process
    with pytest.raises(RuntimeError):
        process.receive(signed())
    assert (acceptances.seen, process.capacity.open) == ([(True, 0)], 0)


def test_body_that_is_sent_twice_makes_one_turn() -> None:
    process, body = Process(), signed()
    assert process.receive(body).status == 200
    again = process.receive(body)
    assert (again.status, again.headers) == (409, {RECEIPT_HEADER: SIGNER.receipt(body)})
    assert len(process.turns.made) == 1


def test_turn_that_another_process_claimed_gets_409_and_a_confirmed_claim() -> None:
    here = Process()
    here.receive(signed())
    there = Process(TurnsOfTests(here.turns.taken, "there"))
    assert there.receive(signed()).status == 409
    assert there.claims.is_kept(f"{NAME}#0")
    assert (there.capacity.open, there.turns.made) == (0, [])


def test_refusal_is_not_remembered_while_another_process_holds_the_claim_ahead() -> None:
    """The other process gives its claim back then, and hands the job off once more."""
    process = Process(TurnsOfTests({f"{JOB.job_id}#0": "there"}))
    ahead = replace(JOB, is_claimed_ahead=True)
    assert process.receive(SIGNER.sign(ahead.to_dict())).status == 409
    process.turns.taken.clear()
    assert process.receive(signed()).status == 200


def test_claim_of_a_turn_that_begins_is_confirmed() -> None:
    process = Process()
    process.receive(signed())
    assert process.claims.is_kept(f"{NAME}#0")


def test_duplicate_of_an_unconfirmed_claim_gets_425_after_its_wait() -> None:
    """The first request may still fail or die, and 409 would count as an ack for Slack."""
    process = Process()
    process.claims.take(f"{NAME}#0")
    assert process.receive(signed()).status == 425
    longest = process.clock.stretched(CONFIRM_SECONDS, at_least=CONFIRM_WALL_FLOOR)
    assert sum(process.clock.slept) == pytest.approx(longest, abs=0.1)


@pytest.mark.parametrize(("becomes", "status"), [("keep", 409), ("give_back", 425)])
def test_duplicate_is_answered_by_the_end_of_the_claim(becomes: str, status: int) -> None:
    process = Process()
    process.claims.take(f"{NAME}#0")
    process.clock.sleep = lambda _: getattr(process.claims, becomes)(f"{NAME}#0")  # type: ignore[method-assign,assignment]
    assert process.receive(signed()).status == status


def test_full_process_answers_503_and_gives_the_claim_back() -> None:
    process = Process(capacity=Capacity(cap=1))
    process.capacity.enter("something else")
    full = process.receive(signed())
    assert (full.status, RECEIPT_HEADER in full.headers) == (503, True)
    process.capacity.leave("something else")
    assert process.receive(signed()).status == 200


def test_later_continuation_goes_on_with_the_turn_and_is_claimed_once() -> None:
    process = Process()
    assert [process.receive(signed(number)).status for number in (0, 1, 1)] == [200, 200, 409]


def test_later_continuation_that_another_process_claimed_gets_409() -> None:
    there = Process(TurnsOfTests(process="there"))
    assert there.receive(signed(1)).status == 200
    here = Process(TurnsOfTests(there.turns.taken))
    assert here.receive(signed(1)).status == 409
    assert here.capacity.open == 0
    assert here.receive(signed(2)).status == 200


def test_sweep_claims_no_message_and_runs_once() -> None:
    process, body = Process(), SIGNER.sign(SweepJob("one").to_dict())
    reply = process.receive(body)
    assert process.receive(body).status == 409
    process.run(reply)
    assert (process.capacity.open, process.turns.taken) == (0, {})


def test_turn_that_raises_before_its_first_byte_can_be_tried_again() -> None:
    process = Process(TurnsOfTests(breaks="claim"))
    with pytest.raises(RuntimeError):
        process.receive(signed(1))
    assert (process.capacity.open, process.claims.is_taken(f"{NAME}#1")) == (0, False)
    process.turns.breaks = ""
    assert process.receive(signed(1)).status == 200


def test_settings_error_gets_503_without_a_receipt_and_no_claim() -> None:
    process = Process(TurnsOfTests(breaks="claim", error=SettingsError("bot_token", "Give it.")))
    assert process.receive(signed()) == TurnReply(503)
    assert (process.capacity.open, process.claims.is_taken(f"{NAME}#0")) == (0, False)
