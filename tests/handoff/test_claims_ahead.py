from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from typing import Any, cast

import gevent
import pytest
from gevent.event import Event

from conversation_store import ThreadRecord
from errors import HandoffError
from handoff.claims import OPEN_TURNS, Capacity, Claims
from handoff.claims_ahead import ClaimsAhead
from job import Job
from message import Message
from tests.fake_clock import FakeClock

MESSAGE = Message(
    team_id="T1", channel="C1", ts="1700000000.000100", source="app_mention", user="U1", text="hi"
)
JOB = Job(MESSAGE, "http://h/e/hook/slack/events", 1.0)
OTHERS = ("1700000000.000200", "1700000000.000300", "1700000000.000400")
NAME = f"hook/{JOB.job_id}#0"
SHARE = f"hook/{JOB.job_id}"
RECORD = ThreadRecord(handled=(MESSAGE.ts,))


@dataclass
class TurnsOfTests:
    """The turns of one request, on a storage that answers when `answers` is set."""

    record: ThreadRecord | None = RECORD
    error: Exception | None = None
    told: list[str] = field(default_factory=list)
    answers: Event = field(default_factory=Event)
    carries: Callable[[], bool] = lambda: False
    counted: list[bool] = field(default_factory=list)

    def claim(self, _job: Job) -> ThreadRecord | None:
        self.told.append("claim")
        self.answers.wait()
        self.told.append("claimed")
        if self.error:
            raise self.error
        return self.record

    def give_back(self, _job: Job) -> None:
        self.counted.append(self.carries())
        self.told.append("give back")
        gevent.sleep(0)
        self.told.append("given back")


class Process:
    """One process. `slack` are the turns of Slack's request, `ours` those of the turn's request."""

    def __init__(self, *, learns: bool = True, **slack: Any) -> None:
        self.claims, self.capacity = Claims(FakeClock()), Capacity()
        self.ahead = ClaimsAhead(self.claims, self.capacity)
        self.slack = TurnsOfTests(carries=lambda: self.capacity.carries(SHARE), **slack)
        self.ours = TurnsOfTests()
        self.ours.answers.set()
        if learns:
            with self.beside(OTHERS[0]):
                self.claims.take(f"hook/{self.job(OTHERS[0]).job_id}#0")

    @staticmethod
    def job(ts: str = MESSAGE.ts) -> Job:
        return replace(JOB, message=replace(MESSAGE, ts=ts))

    @contextmanager
    def beside(self, ts: str = MESSAGE.ts) -> Iterator[Any]:
        with self.ahead.beside("hook", cast("Any", self.slack), self.job(ts)) as ahead:
            yield ahead

    def arrive(self) -> ThreadRecord | None:
        """The request of the turn comes to this process, and claims."""
        self.claims.take(NAME)
        return self.ahead.claim(NAME, cast("Any", self.ours), JOB)


def test_storage_is_asked_before_the_hand_off_begins_and_its_answer_is_not_waited_for() -> None:
    process = Process()
    with process.beside():
        assert process.slack.told == ["claim"]
        process.slack.answers.set()
        assert process.arrive() == RECORD


def test_turns_request_takes_the_claim_over_and_claims_nothing_itself() -> None:
    process = Process()
    process.slack.answers.set()
    with process.beside() as ahead:
        assert process.arrive() == RECORD
    assert (process.slack.told, process.ours.told) == (["claim", "claimed"], [])
    assert not ahead.is_given_back


def test_turns_request_learns_that_the_message_was_claimed_before() -> None:
    process = Process(record=None)
    process.slack.answers.set()
    with process.beside() as ahead:
        assert process.arrive() is None
    assert (process.ours.told, ahead.is_given_back) == ([], False)


def test_error_of_the_claim_is_raised_where_the_record_is_asked_for_and_printed_nowhere(
    capfd: pytest.CaptureFixture[str],
) -> None:
    process = Process(error=RuntimeError("broken"))
    process.slack.answers.set()
    with process.beside() as ahead, pytest.raises(RuntimeError, match="broken"):
        process.arrive()
    assert not ahead.is_given_back
    assert capfd.readouterr() == ("", "")


def test_slacks_request_does_not_end_before_its_claim_does() -> None:
    process, over = Process(), list[str]()

    def slack() -> None:
        with process.beside():
            gevent.spawn(process.arrive)
        over.append("over")

    gevent.spawn(slack)
    gevent.sleep(0.01)
    assert over == []
    process.slack.answers.set()
    gevent.sleep(0.01)
    assert over == ["over"]


def test_claim_is_given_back_when_no_request_came_and_counts_as_open_until_then() -> None:
    process = Process()
    process.slack.answers.set()
    with pytest.raises(HandoffError), process.beside():
        raise HandoffError("no route")
    assert process.slack.told == ["claim", "claimed", "give back", "given back"]
    assert process.slack.counted == [True]
    assert process.capacity.open == 0


def test_request_that_comes_while_the_claim_is_given_back_claims_afterwards() -> None:
    process = Process()

    def come() -> None:
        process.slack.told.append("comes")
        process.arrive()
        process.slack.told.append(*process.ours.told[:1])

    process.slack.answers.set()
    with process.beside() as ahead:  # the request does not come while the hand-off waits for it
        ahead.record()
        gevent.spawn(come)
    gevent.sleep(0.01)
    assert process.slack.told == ["claim", "claimed", "give back", "comes", "given back", "claim"]


def test_message_that_was_claimed_before_is_not_given_back() -> None:
    process = Process(record=None)
    process.slack.answers.set()
    with pytest.raises(HandoffError), process.beside():
        raise HandoffError("no route")
    assert "give back" not in process.slack.told


def test_claim_is_given_back_when_the_request_came_to_another_process() -> None:
    process = Process()
    process.slack.answers.set()
    with process.beside() as ahead:
        pass
    assert ahead.is_given_back
    assert process.slack.told[-1] == "given back"


def test_nothing_is_claimed_ahead_until_a_request_of_the_hook_has_arrived_here() -> None:
    process = Process(learns=False)
    with process.beside() as ahead:
        assert ahead is None
        assert process.arrive() == RECORD
    assert (process.slack.told, process.ours.told) == ([], ["claim", "claimed"])
    with process.beside(OTHERS[1]) as ahead:
        process.slack.answers.set()
        assert ahead is not None


def test_nothing_is_claimed_ahead_any_more_after_a_request_came_to_another_process() -> None:
    process = Process()
    process.slack.answers.set()
    with process.beside():
        pass
    for ts in OTHERS[1:]:
        with process.beside(ts) as ahead:
            process.claims.take(f"hook/{process.job(ts).job_id}#0")
            assert ahead is None


def test_hand_off_that_fails_says_nothing_of_where_requests_arrive() -> None:
    process = Process()
    process.slack.answers.set()
    with pytest.raises(HandoffError), process.beside():
        raise HandoffError("no route")
    with process.beside(OTHERS[1]) as ahead:
        assert ahead is not None


def test_second_delivery_of_a_message_claims_nothing_ahead() -> None:
    process = Process()
    process.slack.answers.set()
    with process.beside():
        with process.beside() as second:
            assert second is None
            process.arrive()
        with process.beside() as third:
            assert third is None
    assert process.slack.told == ["claim", "claimed"]


def test_no_claim_is_made_ahead_when_the_process_has_no_room_for_the_message() -> None:
    process = Process()
    others = [f"hook/T1/C1/{number}" for number in range(OPEN_TURNS)]
    for name in others:
        process.capacity.enter(name)
    with suppress(HandoffError), process.beside() as ahead:
        assert ahead is None
        raise HandoffError("no room")
    assert process.slack.told == []
    process.capacity.leave(others[0])
    process.slack.answers.set()
    with process.beside() as ahead:
        assert ahead is not None
