from dataclasses import dataclass, field

import pytest

from errors import HandoffError
from handoff.capacity import Capacity
from handoff.claims import Claims
from handoff.hand_off import HandOff
from handoff.hand_off_request import HandOffRequest
from handoff.signer import Signer
from job import Job
from message import Message
from tests.fake_clock import FakeClock

SIGNER = Signer(("secret",), "hook")
MESSAGE = Message(
    team_id="T1", channel="C1", ts="1700000000.000100", source="app_mention", user="U1", text="hi"
)
ASKED = Job(MESSAGE, "http://h/e/hook/slack/events", 1.0)
NAME = f"hook/{ASKED.job_id}"


@dataclass
class Way:
    """Stands for the relay: notes what is posted, and how many are being handed off meanwhile."""

    gate: Capacity
    refuses: bool = False
    posted: list[HandOffRequest] = field(default_factory=list)
    open: list[int] = field(default_factory=list)

    def hand_off(self, hook_id: str, routes: object, request: HandOffRequest) -> None:
        self.posted.append(request)
        self.open.append(self.gate.open)
        if self.refuses:
            raise HandoffError("nobody")


def made(cap: int = 9, *, refuses: bool = False) -> tuple[HandOff, Way, Claims]:
    gate, claims = Capacity(cap), Claims(FakeClock())
    way = Way(gate, refuses)
    return HandOff("hook", ("http://h",), SIGNER, way, gate, claims), way, claims  # type: ignore[arg-type]


@pytest.mark.parametrize("leg", [0, 1])
def test_the_sealed_job_is_posted_with_slacks_patience_on_its_first_leg(leg: int) -> None:
    hand_off, way, _ = made()
    job = Job(MESSAGE, ASKED.hook_url, 1.0, leg)
    hand_off.hand(job)
    [request] = way.posted
    assert Job.from_dict(SIGNER.verify(request.body)) == job
    assert request.receipt == SIGNER.receipt(request.body)
    assert request.since == (None if leg else 1.0)


@pytest.mark.parametrize("refuses", [False, True])
def test_it_counts_as_open_only_while_it_is_handed_off(refuses: bool) -> None:
    hand_off, way, _ = made(refuses=refuses)
    if refuses:
        with pytest.raises(HandoffError):
            hand_off.hand(ASKED)
    else:
        hand_off.hand(ASKED)
    assert (way.open, way.gate.open) == ([1], 0)


def test_a_full_process_posts_nothing() -> None:
    hand_off, way, _ = made(cap=1)
    way.gate.enter("another")
    with pytest.raises(HandoffError):
        hand_off.hand(ASKED)
    assert way.posted == []


def test_what_is_owned_is_not_posted_again_however_full_the_process_is() -> None:
    hand_off, way, claims = made(cap=1)
    claims.take(f"{NAME}#0")
    claims.keep(f"{NAME}#0")
    way.gate.enter("another")
    hand_off.hand(ASKED)
    assert way.posted == []


def test_what_is_only_taken_is_asked_for() -> None:
    """Whoever took it may fail yet: only the other end knows."""
    hand_off, way, claims = made()
    claims.take(f"{NAME}#0")
    hand_off.hand(ASKED)
    assert len(way.posted) == 1
