"""A turn that raises: the thread is told, the log gets its line, and the next turn does not wait for ever."""

import logging
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any, cast

import gevent
import pytest

from dify_app.answer import ConversationStarted, TextDelta
from slack_reply.writer import CannotReply, Unreachable
from tests.support.house import KEY, House
from turns.answer.answer_state import AnswerState
from turns.answer.answering import Answering
from turns.answer.turn_context import TurnContext
from turns.recent_turns import RecentTurns
from turns.recovery.claim import Claim
from turns.recovery.process_identity import ProcessIdentity
from turns.report import TurnReport
from turns.turn_request import TurnRequest

TS = "1.000001"
SECRET = "xoxb-nobodys-business"


@dataclass
class ReplyOfTests:
    """Shows the first words, and raises the given error at the end."""

    fails: Exception | None
    method: str = "stream"
    pace: float = 1.0
    message_ts: str = ""
    unstopped: tuple[str, ...] = ()
    clearing: int = 0
    calls: list[str] = field(default_factory=list)
    closing: Callable[[], None] = lambda: None

    def show(self, answer: Any) -> None:
        self.message_ts = "2.000002"
        self.calls.append(answer.snapshot().text)

    def finish(self, view: Any) -> None:
        self.calls.append(view.text)
        if self.fails:
            raise self.fails

    def settle(self) -> tuple[str, ...]:
        return self.unstopped

    def close(self) -> None:
        self.closing()
        self.calls.append("closed")


def _ask(state: AnswerState, *_: Any) -> None:
    state.take(ConversationStarted("c-1"))
    state.take(TextDelta("Half an answer, long enough to be shown at once."))
    gevent.sleep(0.01)
    state.end()


def nothing(*_: Any, **__: Any) -> None:
    """Does nothing, in the place of a greeting."""


@dataclass
class TurnOfTests:
    """Runs the answer at once, as one of the running turns of the process."""

    house: House
    answering: Answering
    report: TurnReport

    def run(self, record: Any) -> None:
        self.house.running.add(TS)
        try:
            self.answering.run(record, self.house.clock.now() + 500)
        finally:
            self.answering.close()

    def step_aside(self, why: str) -> None:
        self.report.outcome = why
        self.answering.close()


@dataclass
class RecoveryOfTests:
    """Ends orphans, and notes how turns ended."""

    house: House
    ended: list[tuple[bool, bool]] = field(default_factory=list)

    def orphans(self, *_: object) -> Any:
        return self.house.orphans

    def turn_ended(self, _endpoint: object, _store: object, turn: Any) -> None:
        assert TS not in self.house.running
        self.ended.append((turn.is_cut, turn.is_unsaid))


@contextmanager
def held(house: House) -> Iterator[None]:
    """The turn's place in the process. While the turn holds the place, it does not count as an orphan."""
    try:
        yield
    finally:
        house.running.discard(TS)


def request(house: House, reply: ReplyOfTests, *, why: str = "") -> TurnRequest:
    """`why`: the reason for which this turn does not answer the message."""
    message = SimpleNamespace(
        team_id="T1",
        ts=TS,
        channel="C1",
        root_ts=TS,
        user="U1",
        is_dm=False,
        bot_id="",
        app_name="",
        is_reply=False,
        may_tell_us=False,
    )
    claim = Claim(house.store, KEY, cast("Any", message), ProcessIdentity.here().name, house.clock)
    report = TurnReport("T1", "C1", TS, "app")
    context = cast("Any", TurnContext)(
        message=message,
        key=KEY,
        store=house.store,
        reply=reply,
        status=SimpleNamespace(show=nothing, clear=nothing, written=nothing),
        author=SimpleNamespace(say=lambda say, **_: str(say)),
        asking=SimpleNamespace(run=_ask, is_empty=lambda: False, answers_us=lambda: False),
        rest=None,
        produced=SimpleNamespace(links=(), any=False, drop=nothing, share=lambda _: []),
        greeting=SimpleNamespace(play=nothing),
        rating=SimpleNamespace(learn=nothing, blocks=lambda _: ()),
        follow_ups=SimpleNamespace(offer=nothing, remove=nothing),
        again=None,
        asked=SimpleNamespace(asked=nothing, answered=nothing),
        forms=SimpleNamespace(press=None, offer=nothing, show=lambda _: True),
        clock=house.clock,
        holder=ProcessIdentity.here().name,
        received=house.clock.epoch(),
        show_sources=True,
        api=None,
        show_progress=False,
        app_names=(),
        usual_key=None,
    )
    answering = Answering(context, report)
    message = SimpleNamespace(is_dm=False, channel_type="channel")
    job = SimpleNamespace(received=house.clock.epoch(), message=message)
    unknown = SimpleNamespace(not_answered=lambda: why)
    record = claim.claim()
    assert record is not None
    return TurnRequest(
        job=cast("Any", job),
        endpoint=cast("Any", SimpleNamespace(id="hook")),
        store=house.store,
        turn=cast("Any", TurnOfTests(house, answering, report)),
        answering=answering,
        record=record,
        claim=claim,
        recovery=cast("Any", RecoveryOfTests(house)),
        unknown_channel=cast("Any", unknown),
        look_ahead=cast("Any", SimpleNamespace(begin=nothing, end=nothing)),
        slack=cast("Any", SimpleNamespace(succeeded=Counter(), refused={}, retries=0)),
        report=report,
        acks=cast("Any", SimpleNamespace(pop=lambda *_: 0.1)),
        recent=RecentTurns(house.clock),
        held=held(house),
    )


def test_turn_that_raises_is_ended_in_its_thread_at_once() -> None:
    house, reply = House(), ReplyOfTests(RuntimeError("a mistake of ours"))
    asked = request(house, reply)
    asked.run()
    [remains] = house.ending.ended
    assert (remains.trigger_ts, remains.message_ts) == (TS, "2.000002")
    assert asked.report.outcome == "broke"
    [kept] = asked.recent.of("hook").turns
    assert (kept.outcome, kept.kind, kept.ack) == ("broke", "channel", 0.1)
    assert asked.recent.of("hook").open == 0
    assert house.record().open == ()
    assert house.record().conversation_id == "c-1"
    assert reply.calls[-1] == "closed"


def test_turn_that_raises_is_logged_without_the_error_text(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        request(House(), ReplyOfTests(RuntimeError(SECRET))).run()
    assert "a turn broke: RuntimeError at test_turn_request.py:" in caplog.text
    assert SECRET not in caplog.text


@pytest.mark.parametrize("fails", [None, CannotReply("channel_not_found")])
def test_turn_that_ends_by_itself_is_no_orphan(fails: Exception | None) -> None:
    house, reply = House(), ReplyOfTests(fails)
    asked = request(house, reply)
    asked.run()
    assert house.ending.ended == []
    assert asked.report.outcome == ("cannot reply: channel_not_found" if fails else "answered")
    assert house.record().open == ()
    assert house.record().conversation_id == "c-1"


def test_record_stays_open_when_slack_did_not_take_the_end() -> None:
    """The thread shows half an answer, so its record stays open, as after a crash."""
    house, reply = House(), ReplyOfTests(Unreachable())
    asked = request(house, reply)
    asked.run()
    assert asked.report.outcome == "cannot reply: unreachable"
    assert (house.record().conversation_id, house.ending.ended) == ("c-1", [])
    house.sweep()
    [remains] = house.ending.ended
    assert (remains.trigger_ts, remains.message_ts) == (TS, "2.000002")
    assert house.record().open == ()


def test_record_is_closed_once_the_streams_are_stopped() -> None:
    """Until then the record names the open streams, because the process may die before it stops them."""
    house, reply = House(), ReplyOfTests(None, unstopped=("2.000002",))
    asked = request(house, reply)
    seen: list[tuple[str, ...]] = []
    reply.closing = lambda: seen.extend(turn.streams for turn in house.record().open)
    asked.run()
    assert seen == [("2.000002",)]
    assert (house.record().open, house.store.in_flight("hook")) == ((), ())
    assert house.record().last_answer_ts == "2.000002"


def test_turn_that_steps_aside_leaves_nothing_open_and_is_not_listed() -> None:
    house, reply = House(), ReplyOfTests(None)
    asked = request(house, reply, why="its other event is answered")
    asked.run()
    assert asked.report.outcome == "its other event is answered"
    assert house.record().open == ()
    assert house.store.in_flight("hook") == ()
    assert house.ending.ended == []
    assert reply.calls == ["closed"]


def test_recovery_is_told_of_the_end_after_the_turn_is_released() -> None:
    asked = request(House(), ReplyOfTests(Unreachable()))
    asked.run()
    assert cast("Any", asked.recovery).ended == [(False, True)]
