"""The turn as a whole: the order of its steps, and the state of its thread after each kind of end."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from types import SimpleNamespace
from typing import Any, cast

import pytest

from conversation_store.record import ThreadKey, ThreadRecord
from errors import HandoffError, StoreError
from job import Job, OpenRun
from message import Message
from tests.fake_clock import FakeClock
from turns.limits import TURN_SECONDS, WAIT_SECONDS
from turns.ordering import QUEUE_LIMIT, QueueTicket, ThreadQueues
from turns.report import TurnReport
from turns.throttle.throttle import TurnedAway
from turns.turn import Turn
from wording import Say

KEY = ThreadKey("hook", "app", "T1", "C1", "1.000001")
MESSAGE = Message(team_id="T1", channel="C1", ts="2.000002", source="app_mention", user="U1", text="hi")
CLAIMED, LATER = ThreadRecord("as claimed"), ThreadRecord("as the turn before left it")


class Mistake(Exception):
    """An unexpected error in our own code."""


@dataclass
class AnsweringOfTests:
    """Notes its calls, and raises where the test wants it."""

    breaks: str = ""
    is_cut: bool = False
    is_whole: bool = False
    gone: bool = False
    again: bool = False
    earlier: Message | None = None
    open_run: OpenRun | None = None
    told: list[object] = field(default_factory=list)
    deadline: float = 0.0

    def _note(self, name: str, *more: object) -> None:
        self.told.append((name, *more) if more else name)
        if self.breaks == name:
            raise Mistake

    def waiting(self) -> None:
        self._note("waiting")

    def is_given_up(self) -> bool:
        return self.gone

    def gives_up(self) -> bool:
        if self.gone:
            self._note("give up")
        return self.gone

    def asks_again(self) -> bool:
        return self.again

    def earlier_question(self, record: ThreadRecord) -> Message | None:
        self._note("look", record.conversation_id)
        return self.earlier

    def refuse(self, say: Say) -> None:
        self._note("refuse", say)

    def drop(self, why: str) -> None:
        self._note("drop", why)

    def run(self, record: ThreadRecord, deadline: float) -> OpenRun | None:
        self.deadline = deadline
        self._note("run", record.conversation_id)
        return self.open_run

    def end(self, deadline: float) -> None:
        assert deadline == self.deadline
        self._note("end")

    def leave(self) -> None:
        self._note("leave")

    def close(self) -> None:
        self._note("close")


@dataclass
class TurnSetup:
    """A turn's surroundings: one thread of one process. `hand_on` is called for each hand-off."""

    continuation: int = 0
    breaks: str = ""
    hand_on: Callable[[Job], None] | None = None
    turned_away: Callable[[], TurnedAway | None] = lambda: None
    clock: FakeClock = field(default_factory=FakeClock)
    queues: ThreadQueues = field(default_factory=ThreadQueues)
    ended: list[str] = field(default_factory=list)
    finished: list[str] = field(default_factory=list)
    handed: list[int] = field(default_factory=list)
    stored: ThreadRecord | Exception = LATER
    answering: AnsweringOfTests = field(init=False)
    report: TurnReport = field(init=False)

    def __post_init__(self) -> None:
        self.answering = AnsweringOfTests(self.breaks)
        self.report = TurnReport("T1", "C1", MESSAGE.ts, "app")

    def ahead(self, ticket: str) -> Any:
        """Another job, which is in the queue before the turn."""
        return self.queues.join("t", ticket)

    def turn(self, wait: Callable[[], None] = lambda: None) -> Turn:
        """The turn under test. `wait` is called each time the turn waits for its thread."""
        job = Job(MESSAGE, "http://h/e/hook/slack/events", self.clock.epoch(), self.continuation)
        place = self.queues.join("t", job.job_id, self.continuation)
        ticket = QueueTicket(self.queues, place, None, KEY, self.clock)
        ticket.wait = lambda seconds, _=None: self._waited(seconds, wait, place)  # type: ignore[method-assign, assignment]
        orphans = SimpleNamespace(
            end_all=lambda *_, but: self.ended.append(but),
            note_finished=lambda _, ts: self.finished.append(ts),
        )
        store = SimpleNamespace(get=self._get)
        claim = SimpleNamespace(key=KEY, store=store, clock=self.clock)
        return Turn(
            job,
            cast("Any", claim),
            ticket,
            cast("Any", orphans),
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
        """Whether a job that joins the queue now would run at once."""
        return bool(self.queues.join("t", "next").is_first())


def refused(_: Job) -> None:
    raise HandoffError("nobody accepts")


def test_turn_runs_at_once_with_the_claimed_record() -> None:
    setup = TurnSetup()
    began = setup.clock.now()
    setup.turn().run(CLAIMED)
    assert setup.answering.told == [("run", "as claimed"), "close"]
    assert setup.answering.deadline == began + TURN_SECONDS
    assert setup.ended == [MESSAGE.ts]
    assert setup.is_free


@pytest.mark.parametrize("is_whole", [True, False])
def test_turn_is_noted_as_finished_if_its_answer_is_whole(is_whole: bool) -> None:
    setup = TurnSetup()
    setup.answering.is_whole = is_whole
    setup.turn().run(CLAIMED)
    assert setup.finished == [MESSAGE.ts] * is_whole


@pytest.mark.parametrize(("stored", "seen"), [(LATER, LATER.conversation_id), (StoreError("away"), "")])
def test_turn_reads_the_record_again_after_a_wait(stored: ThreadRecord | Exception, seen: str) -> None:
    setup = TurnSetup(stored=stored)
    before = setup.ahead("before")
    setup.turn(wait=lambda: setup.queues.leave(before)).run(CLAIMED)
    assert setup.answering.told == ["waiting", ("run", seen), "close"]
    assert setup.report.waited == 0.0
    assert setup.is_free


def test_later_continuation_is_not_judged_by_the_throttle() -> None:
    setup = TurnSetup(continuation=1, turned_away=lambda: TurnedAway("rate limited"))
    setup.turn().run(CLAIMED)
    assert setup.answering.told == [("run", "as claimed"), "close"]


@pytest.mark.parametrize(
    ("say", "told"), [(None, ("drop", "why")), (Say.RATE_LIMITED, ("refuse", Say.RATE_LIMITED))]
)
def test_refused_turn_leaves_the_queue(say: Say | None, told: object) -> None:
    setup = TurnSetup(turned_away=lambda: TurnedAway("why", say))
    setup.turn().run(CLAIMED)
    assert setup.answering.told == [told, "close"]
    assert setup.is_free


def test_turn_whose_question_was_deleted_does_not_run() -> None:
    setup = TurnSetup(turned_away=lambda: TurnedAway("why", Say.RATE_LIMITED))
    setup.answering.gone = True
    setup.turn().run(CLAIMED)
    assert setup.answering.told == ["give up", "close"]
    assert setup.is_free


def test_turn_whose_question_was_deleted_waits_no_longer_than_one_request() -> None:
    setup = TurnSetup()
    before = setup.ahead("before")
    setup.turn(wait=lambda: setattr(setup.answering, "gone", True)).run(CLAIMED)
    assert (setup.handed, setup.answering.told) == ([], ["waiting", "give up", "close"])
    setup.queues.leave(before)
    assert setup.is_free


def test_turn_is_refused_when_the_queue_is_full() -> None:
    setup = TurnSetup()
    for number in range(QUEUE_LIMIT + 2):
        setup.ahead(str(number))
    setup.turn().run(CLAIMED)
    assert setup.answering.told == [("refuse", Say.QUEUE_FULL), "close"]
    assert setup.queues.waiting("t") == QUEUE_LIMIT + 1


def test_waiting_turn_is_handed_on_with_its_place() -> None:
    setup = TurnSetup()
    setup.hand_on = lambda job: void(setup.queues.join("t", job.job_id, job.continuation))
    before = setup.ahead("before")
    setup.turn().run(CLAIMED)
    assert setup.handed == [1]
    assert setup.answering.told == ["waiting", "leave"]
    assert setup.report.outcome == "handed on"
    setup.queues.leave(before)
    assert not setup.is_free  # the fresh request has the place


def void(_: object) -> None:
    """Drop the value, for lambdas that must return None."""


def test_place_here_is_free_when_the_turn_goes_to_another_process() -> None:
    setup = TurnSetup()
    before = setup.ahead("before")
    setup.turn().run(CLAIMED)
    setup.queues.leave(before)
    assert setup.is_free


def test_turn_waits_to_its_deadline_when_it_cannot_be_handed_on() -> None:
    setup = TurnSetup(hand_on=refused)
    before, began = setup.ahead("before"), setup.clock.now()
    setup.turn().run(CLAIMED)
    assert setup.answering.told == ["waiting", ("refuse", Say.TURN_LIMIT), "close"]
    assert TURN_SECONDS <= setup.clock.now() - began < TURN_SECONDS + WAIT_SECONDS
    setup.queues.leave(before)
    assert setup.is_free


def test_cut_turn_is_handed_on_when_the_app_was_not_asked() -> None:
    setup = TurnSetup()
    setup.answering.is_cut = True
    setup.turn().run(CLAIMED)
    assert (setup.handed, setup.answering.told) == ([1], ["leave"])
    assert setup.is_free


def test_thread_is_told_when_a_cut_turn_cannot_be_handed_on() -> None:
    setup = TurnSetup(hand_on=refused)
    setup.answering.is_cut = True
    setup.turn().run(CLAIMED)
    assert setup.answering.told == [("refuse", Say.INTERRUPTED), "close"]
    assert setup.is_free


@pytest.mark.parametrize("where", ["door", "drop", "refuse", "waiting", "hand on", "wait", "run", "close"])
def test_next_turn_runs_when_this_one_raises(where: str) -> None:
    def mistake(*_: object) -> Any:
        raise Mistake

    setup = TurnSetup(breaks=where)
    away = {
        "door": mistake,
        "drop": lambda: TurnedAway("why"),
        "refuse": lambda: TurnedAway("why", Say.SILENT),
    }
    setup.turned_away = away.get(where, lambda: None)
    setup.hand_on = mistake if where == "hand on" else None
    before = setup.ahead("before") if where in {"waiting", "hand on", "wait"} else None
    with pytest.raises(Mistake):
        setup.turn(wait=mistake if where == "wait" else lambda: None).run(CLAIMED)
    assert setup.answering.told[-1] == "close"
    if before is not None:
        setup.queues.leave(before)
    assert setup.is_free


def test_place_of_the_fresh_request_stays_when_the_old_one_raises() -> None:
    setup = TurnSetup(breaks="leave")
    setup.hand_on = lambda job: void(setup.queues.join("t", job.job_id, job.continuation))
    before = setup.ahead("before")
    with pytest.raises(Mistake):
        setup.turn().run(CLAIMED)
    setup.queues.leave(before)
    assert not setup.is_free


def test_word_again_hands_the_earlier_question_on_in_the_place_of_the_message() -> None:
    handed: list[Job] = []
    setup = TurnSetup(hand_on=handed.append)
    question = replace(MESSAGE, text="How far?", files=({"id": "F1"},))
    setup.answering.again, setup.answering.earlier = True, question
    setup.turn().run(CLAIMED)
    [job] = handed
    assert (job.message, job.continuation) == (question, 1)
    assert setup.answering.told == [("look", "as claimed"), "leave"]


def test_word_again_without_an_earlier_question_is_told_so() -> None:
    setup = TurnSetup()
    setup.answering.again = True
    setup.turn().run(CLAIMED)
    assert setup.answering.told == [("look", "as claimed"), ("refuse", Say.AGAIN_NOTHING), "close"]


def test_word_again_that_no_fresh_request_takes_is_told_to_come_later() -> None:
    def full(_: Job) -> None:
        raise HandoffError("full")

    setup = TurnSetup(hand_on=full)
    setup.answering.again, setup.answering.earlier = True, MESSAGE
    setup.turn().run(CLAIMED)
    assert setup.answering.told == [("look", "as claimed"), ("refuse", Say.BUSY), "close"]


RUN = OpenRun("task", "message", "run", "c-1", "slack:T1:U1", "So far")


def test_run_that_is_not_over_goes_on_in_a_fresh_request() -> None:
    jobs: list[Job] = []
    setup = TurnSetup(hand_on=jobs.append)
    setup.answering.open_run = RUN
    setup.turn().run(CLAIMED)
    [job] = jobs
    assert (job.continuation, job.run, job.message) == (1, RUN, MESSAGE)
    assert setup.answering.told == [("run", "as claimed"), "leave"]
    assert setup.report.outcome == "handed on"


def test_run_that_no_fresh_request_takes_ends_here() -> None:
    setup = TurnSetup(hand_on=refused)
    setup.answering.open_run = RUN
    setup.turn().run(CLAIMED)
    assert setup.answering.told == [("run", "as claimed"), "end", "close"]
    assert setup.is_free


@pytest.mark.parametrize("change", [{}, {"gone": True}, {"is_cut": True}, {"again": True}])
def test_open_run_is_read_on_whatever_has_come_meanwhile(change: dict[str, bool]) -> None:
    """The text that stands must not be overwritten by a note, so the answer itself says what came."""
    setup = TurnSetup(continuation=1)
    for name, value in change.items():
        setattr(setup.answering, name, value)
    turn = setup.turn()
    turn.job = replace(turn.job, run=RUN)
    turn.run(CLAIMED)
    assert setup.answering.told == [("run", "as claimed"), "close"]
