from dataclasses import dataclass, field
from typing import Any, cast

import pytest

from conversation_store.record import ThreadRecord
from errors import HandoffError
from handoff.capacity import Capacity
from handoff.claims import Claims
from handoff.hand_off import ContinuationHandOff, HandOff
from handoff.hand_off_request import HandOffRequest
from handoff.signer import Signer
from job import Job
from message import Message
from tests.fake_clock import FakeClock

MESSAGE = Message(
    team_id="T1", channel="C1", ts="1700000000.000100", source="app_mention", user="U1", text="hi"
)
WAITING = Job(MESSAGE, "http://h/e/hook/slack/events", 1.0)


@dataclass
class Way:
    """Stands for the relay: what becomes of each request on its way."""

    claims: Claims
    fates: list[str]
    legs: list[int] = field(default_factory=list)
    elsewhere: set[int] = field(default_factory=set)
    """Legs that another process took."""

    def claim(self, job: Job) -> ThreadRecord | None:
        return None if job.continuation in self.elsewhere else ThreadRecord()

    def hand_off(self, hook_id: str, routes: object, request: HandOffRequest) -> None:
        assert request.since is None  # nobody at Slack waits for it
        leg = Job.from_dict(SIGNER.verify(request.body)).continuation
        self.legs.append(leg)
        fate = self.fates.pop(0)
        if fate == "began elsewhere":
            self.elsewhere.add(leg)
        elif fate != "lost":
            assert self.claims.take(f"hook/{WAITING.job_id}#{leg}")
        if fate != "accepted":
            raise HandoffError(fate)


SIGNER = Signer(("secret",), "hook")


def onward(*fates: str) -> tuple[ContinuationHandOff, Way]:
    way = Way(Claims(FakeClock()), list(fates))
    hand_off = HandOff("hook", ("http://h",), SIGNER, way, Capacity(), way.claims)  # type: ignore[arg-type]
    return ContinuationHandOff(hand_off, way.claims, cast("Any", way)), way


def test_accepted() -> None:
    ways, way = onward("accepted")
    ways.hand_on(WAITING.next())
    assert way.legs == [1]


@pytest.mark.parametrize("fate", ["began", "began elsewhere"])
def test_a_request_that_began_unheard_goes_on_with_the_turn(fate: str) -> None:
    ways, _ = onward(fate)
    ways.hand_on(WAITING.next())


def test_a_request_that_comes_late_is_refused_and_the_next_try_is_another() -> None:
    ways, way = onward("lost", "lost", "accepted")
    for _ in range(2):
        with pytest.raises(HandoffError):
            ways.hand_on(WAITING.next())
    assert not way.claims.take(f"hook/{WAITING.job_id}#1")
    ways.hand_on(WAITING.next())
    assert way.legs == [1, 2, 3]
