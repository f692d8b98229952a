from dataclasses import dataclass, field

import pytest

from errors import HandoffError
from handoff.claims import Capacity, Claims
from handoff.hand_off import HandOff
from handoff.relay import HandOffRequest
from handoff.signer import Signer
from job import Job, ReactionJob
from message import Message
from tests.fake_clock import FakeClock

SIGNER = Signer(("secret",), "hook")
MESSAGE = Message(
    team_id="T1", channel="C1", ts="1700000000.000100", source="app_mention", user="U1", text="hi"
)
ASKED = Job(MESSAGE, "http://h/e/hook/slack/events", 1.0)
NAME = f"hook/{ASKED.job_id}"


@dataclass
class FakeRelay:
    """Notes what is posted, and how many messages are open meanwhile, instead of the relay."""

    capacity: Capacity
    refuses: bool = False
    posted: list[HandOffRequest] = field(default_factory=list)
    open: list[int] = field(default_factory=list)

    def hand_off(self, hook_id: str, routes: object, request: HandOffRequest) -> None:
        self.posted.append(request)
        self.open.append(self.capacity.open)
        if self.refuses:
            raise HandoffError("nobody")


def made(cap: int = 9, *, refuses: bool = False) -> tuple[HandOff, FakeRelay, Claims]:
    capacity, claims = Capacity(cap), Claims(FakeClock())
    relay = FakeRelay(capacity, refuses)
    return HandOff("hook", ("http://h",), SIGNER, relay, capacity, claims), relay, claims  # type: ignore[arg-type]


@pytest.mark.parametrize("continuation", [0, 1])
def test_signed_job_is_posted_with_slacks_waiting_time_only_for_continuation_0(continuation: int) -> None:
    hand_off, relay, _ = made()
    job = Job(MESSAGE, ASKED.hook_url, 1.0, continuation)
    hand_off.hand(job)
    [request] = relay.posted
    assert Job.from_dict(SIGNER.verify(request.body)) == job
    assert request.receipt == SIGNER.receipt(request.body)
    assert request.since == (None if continuation else 1.0)


def test_reaction_is_posted_with_slacks_waiting_time_and_what_it_asks_without() -> None:
    hand_off, relay, _ = made()
    hand_off.hand(ReactionJob(MESSAGE, ASKED.hook_url, 1.0))
    hand_off.hand(ASKED, awaited=False)
    assert [request.since for request in relay.posted] == [1.0, None]


@pytest.mark.parametrize("refuses", [False, True])
def test_job_counts_as_open_only_during_its_hand_off(refuses: bool) -> None:
    hand_off, relay, _ = made(refuses=refuses)
    if refuses:
        with pytest.raises(HandoffError):
            hand_off.hand(ASKED)
    else:
        hand_off.hand(ASKED)
    assert (relay.open, relay.capacity.open) == ([1], 0)


def test_job_is_not_posted_when_the_process_is_full() -> None:
    hand_off, relay, _ = made(cap=1)
    relay.capacity.enter("another")
    with pytest.raises(HandoffError):
        hand_off.hand(ASKED)
    assert relay.posted == []


def test_owned_job_is_not_posted_again_when_the_process_is_full() -> None:
    hand_off, relay, claims = made(cap=1)
    claims.take(f"{NAME}#0")
    claims.keep(f"{NAME}#0")
    relay.capacity.enter("another")
    hand_off.hand(ASKED)
    assert relay.posted == []


def test_job_with_an_unconfirmed_claim_is_posted() -> None:
    """The request that claimed the job may fail, so only the receiver can tell whether the job is owned."""
    hand_off, relay, claims = made()
    claims.take(f"{NAME}#0")
    hand_off.hand(ASKED)
    assert len(relay.posted) == 1
