from dataclasses import dataclass, field
from typing import Any, cast

import pytest

from conversation_store.record import ThreadRecord
from errors import HandoffError
from handoff.claims import Capacity, Claims
from handoff.hand_off import ContinuationHandOff, HandOff
from handoff.relay import HandOffRequest
from handoff.signer import Signer
from job import Job
from message import Message
from tests.fake_clock import FakeClock

MESSAGE = Message(
    team_id="T1", channel="C1", ts="1700000000.000100", source="app_mention", user="U1", text="hi"
)
WAITING = Job(MESSAGE, "http://h/e/hook/slack/events", 1.0)


@dataclass
class FakeRelay:
    """Gives each posted request its fate, instead of the relay."""

    claims: Claims
    fates: list[str]
    posted: list[int] = field(default_factory=list)
    elsewhere: set[int] = field(default_factory=set)
    """Continuations that another process claimed."""

    def claim(self, job: Job) -> ThreadRecord | None:
        return None if job.continuation in self.elsewhere else ThreadRecord()

    def hand_off(self, hook_id: str, routes: object, request: HandOffRequest) -> None:
        assert request.since is None  # Slack does not wait for a continuation
        continuation = Job.from_dict(SIGNER.verify(request.body)).continuation
        self.posted.append(continuation)
        fate = self.fates.pop(0)
        if fate == "began elsewhere":
            self.elsewhere.add(continuation)
        elif fate != "lost":
            assert self.claims.take(f"hook/{WAITING.job_id}#{continuation}")
        if fate != "accepted":
            raise HandoffError(fate)


SIGNER = Signer(("secret",), "hook")


def made(*fates: str) -> tuple[ContinuationHandOff, FakeRelay]:
    relay = FakeRelay(Claims(FakeClock()), list(fates))
    hand_off = HandOff("hook", ("http://h",), SIGNER, relay, Capacity(), relay.claims)  # type: ignore[arg-type]
    return ContinuationHandOff(hand_off, cast("Any", relay)), relay


def test_accepted_request_goes_on_with_the_turn() -> None:
    continuations, relay = made("accepted")
    continuations.hand_on(WAITING.next())
    assert relay.posted == [1]


@pytest.mark.parametrize("fate", ["began", "began elsewhere"])
def test_request_without_an_answer_goes_on_when_it_claimed_first(fate: str) -> None:
    continuations, _ = made(fate)
    continuations.hand_on(WAITING.next())


def test_late_request_is_refused_and_the_next_attempt_has_its_own_continuation() -> None:
    continuations, relay = made("lost", "lost", "accepted")
    for _ in range(2):
        with pytest.raises(HandoffError):
            continuations.hand_on(WAITING.next())
    assert not relay.claims.take(f"hook/{WAITING.job_id}#1")
    continuations.hand_on(WAITING.next())
    assert relay.posted == [1, 2, 3]
