"""The turn as a whole: what comes after what, and what it leaves behind however it ends."""

from collections.abc import Callable
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any, cast

import pytest

from conversation_store.record import ThreadKey, ThreadRecord
from errors import HandoffError, StoreError
from job import Job
from message import Message
from tests.fake_clock import FakeClock
from turns.limits import TURN_SECONDS, WAIT_SECONDS
from turns.ordering.queue_ticket import QueueTicket
from turns.ordering.thread_queue import QUEUE_LIMIT, ThreadQueues
from turns.report import TurnReport
from turns.throttle.throttle import TurnedAway
from turns.turn import Thread, Turn
from wording import Say

KEY = ThreadKey("hook", "app", "T1", "C1", "1.000001")
MESSAGE = Message(team_id="T1", channel="C1", ts="2.000002", source="app_mention", user="U1", text="hi")
CLAIMED, LATER = ThreadRecord("as claimed"), ThreadRecord("as the turn before left it")


class Mistake(Exception):
    """Of ours."""


@dataclass
class AnsweringOfTests:
    """Notes what it is told; breaks where it is told to."""

    breaks: str = ""
    is_cut: bool = False
    told: list[object] = field(default_factory=list)
    deadline: float = 0.0

    def _note(self, name: str, *more: object) -> None:
        self.told.append((name, *more) if more else name)
        if self.breaks == name:
            raise Mistake

    def waiting(self) -> None:
        self._note("waiting")

    def refuse(self, say: Say) -> None:
        self._note("refuse", say)

    def drop(self, why: str) -> None:
        self._note("drop", why)

    def run(self, record: ThreadRecord, deadline: float) -> None:
        self.deadline = deadline
        self._note("run", record.conversation_id)

    def leave(self) -> None:
        self._note("leave")

    def close(self) -> None:
        self._note("close")


@dataclass
class Stand:
    """One thread of one process. `hand_on` is what becomes of each hand-off: None for accepted."""

    leg: int = 0
    breaks: str = ""
    hand_on: Callable[[Job], None] | None = None
    turned_away: Callable[[], TurnedAway | None] = lambda: None
    clock: FakeClock = field(default_factory=FakeClock)
    lines: ThreadQueues = field(default_factory=ThreadQueues)
    ended: list[str] = field(default_factory=list)
    handed: list[int] = field(default_factory=list)
    stored: ThreadRecord | Exception = LATER
    answering: AnsweringOfTests = field(init=False)
    report: TurnReport = field(init=False)

    def __post_init__(self) -> None:
        self.answering = AnsweringOfTests(self.breaks)
        self.report = TurnReport("T1", "C1", MESSAGE.ts, "app")

    def ahead(self, ticket: str) -> Any:
        """Somebody who came before."""
        return self.lines.join("t", ticket)

    def turn(self, wait: Callable[[], None] = lambda: None) -> Turn:
        """`wait` happens while it waits, once per hand-on."""
        job = Job(MESSAGE, "http://h/e/hook/slack/events", self.clock.epoch(), self.leg)
        place = self.lines.join("t", job.job_id, self.leg)
        ticket = QueueTicket(self.lines, place, None, KEY, self.clock)
        ticket.wait = lambda seconds: self._waited(seconds, wait, place)  # type: ignore[method-assign]
        orphans = SimpleNamespace(end_all=lambda *_, but: self.ended.append(but))
        store = SimpleNamespace(get=self._get)
        thread = Thread(KEY, cast("Any", store), ticket, cast("Any", orphans), self.clock)
        return Turn(
            job,
            thread,
            cast("Any", self.answering),
            cast("Any", SimpleNamespace(turned_away=self.turned_away)),
            cast("Any", SimpleNamespace(hand_on=self._hand_on)),
            self.report,
        )

    def _waited(self, seconds: float, wait: Callable[[], None], place: Any) -> bool:
        wait()
        if not place.is_first():
            self.clock.advance(seconds)
        return bool(place.is_first())

    def _get(self, _: ThreadKey, *, fresh: bool) -> ThreadRecord:
        assert fresh
        if isinstance(self.stored, Exception):
            raise self.stored
        return self.stored

    def _hand_on(self, job: Job) -> None:
        if self.hand_on is not None:
            self.hand_on(job)
        self.handed.append(job.continuation)

    @property
    def is_free(self) -> bool:
        """Whether whoever comes now runs at once."""
        return bool(self.lines.join("t", "next").is_first())


def refused(_: Job) -> None:
    raise HandoffError("nobody accepts")


def test_it_runs_at_once_with_the_record_as_claimed() -> None:
    stand = Stand()
    began = stand.clock.now()
    stand.turn().run(CLAIMED)
    assert stand.answering.told == [("run", "as claimed"), "close"]
    assert stand.answering.deadline == began + TURN_SECONDS
    assert stand.ended == [MESSAGE.ts]
    assert stand.is_free


@pytest.mark.parametrize(("stored", "seen"), [(LATER, LATER.conversation_id), (StoreError("away"), "")])
def test_after_a_wait_it_looks_again(stored: ThreadRecord | Exception, seen: str) -> None:
    stand = Stand(stored=stored)
    before = stand.ahead("before")
    stand.turn(wait=lambda: stand.lines.leave(before)).run(CLAIMED)
    assert stand.answering.told == ["waiting", ("run", seen), "close"]
    assert stand.report.waited == 0.0
    assert stand.is_free


def test_a_later_leg_is_let_in_already() -> None:
    stand = Stand(leg=1, turned_away=lambda: TurnedAway("rate limited"))
    stand.turn().run(CLAIMED)
    assert stand.answering.told == [("run", "as claimed"), "close"]


@pytest.mark.parametrize(
    ("say", "told"), [(None, ("drop", "why")), (Say.RATE_LIMITED, ("refuse", Say.RATE_LIMITED))]
)
def test_who_is_turned_away_leaves_the_line(say: Say | None, told: object) -> None:
    stand = Stand(turned_away=lambda: TurnedAway("why", say))
    stand.turn().run(CLAIMED)
    assert stand.answering.told == [told, "close"]
    assert stand.is_free


def test_a_full_line_turns_away() -> None:
    stand = Stand()
    for number in range(QUEUE_LIMIT + 2):
        stand.ahead(str(number))
    stand.turn().run(CLAIMED)
    assert stand.answering.told == [("refuse", Say.QUEUE_FULL), "close"]
    assert stand.lines.waiting("t") == QUEUE_LIMIT + 1


def test_the_waiting_is_handed_on_and_its_place_with_it() -> None:
    stand = Stand()
    stand.hand_on = lambda job: void(stand.lines.join("t", job.job_id, job.continuation))
    before = stand.ahead("before")
    stand.turn().run(CLAIMED)
    assert stand.handed == [1]
    assert stand.answering.told == ["waiting", "leave"]
    assert stand.report.outcome == "handed on"
    stand.lines.leave(before)
    assert not stand.is_free  # the fresh request stands there


def void(_: object) -> None:
    """Nothing is made of it."""


def test_handed_on_to_another_process_its_place_here_is_free() -> None:
    stand = Stand()
    before = stand.ahead("before")
    stand.turn().run(CLAIMED)
    stand.lines.leave(before)
    assert stand.is_free


def test_while_nobody_takes_over_it_waits_on_to_its_own_end() -> None:
    stand = Stand(hand_on=refused)
    before, began = stand.ahead("before"), stand.clock.now()
    stand.turn().run(CLAIMED)
    assert stand.answering.told == ["waiting", ("refuse", Say.TURN_LIMIT), "close"]
    assert TURN_SECONDS <= stand.clock.now() - began < TURN_SECONDS + WAIT_SECONDS
    stand.lines.leave(before)
    assert stand.is_free


def test_cut_before_the_app_was_asked_another_request_takes_over() -> None:
    stand = Stand()
    stand.answering.is_cut = True
    stand.turn().run(CLAIMED)
    assert (stand.handed, stand.answering.told) == ([1], ["leave"])
    assert stand.is_free


def test_cut_and_nobody_takes_over_the_thread_is_told() -> None:
    stand = Stand(hand_on=refused)
    stand.answering.is_cut = True
    stand.turn().run(CLAIMED)
    assert stand.answering.told == [("refuse", Say.INTERRUPTED), "close"]
    assert stand.is_free


@pytest.mark.parametrize("where", ["door", "drop", "refuse", "waiting", "hand on", "wait", "run", "close"])
def test_wherever_it_breaks_the_next_turn_runs(where: str) -> None:
    def mistake(*_: object) -> Any:
        raise Mistake

    stand = Stand(breaks=where)
    away = {
        "door": mistake,
        "drop": lambda: TurnedAway("why"),
        "refuse": lambda: TurnedAway("why", Say.SILENT),
    }
    stand.turned_away = away.get(where, lambda: None)
    stand.hand_on = mistake if where == "hand on" else None
    before = stand.ahead("before") if where in {"waiting", "hand on", "wait"} else None
    with pytest.raises(Mistake):
        stand.turn(wait=mistake if where == "wait" else lambda: None).run(CLAIMED)
    assert stand.answering.told[-1] == "close"
    if before is not None:
        stand.lines.leave(before)
    assert stand.is_free


def test_what_breaks_after_it_was_handed_on_leaves_the_fresh_requests_place() -> None:
    stand = Stand(breaks="leave")
    stand.hand_on = lambda job: void(stand.lines.join("t", job.job_id, job.continuation))
    before = stand.ahead("before")
    with pytest.raises(Mistake):
        stand.turn().run(CLAIMED)
    stand.lines.leave(before)
    assert not stand.is_free
