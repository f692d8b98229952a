"""A turn that breaks inside: the thread is told, the log has its line, and nobody waits for it for ever."""

import logging
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from types import SimpleNamespace
from typing import Any, cast

import gevent
import pytest

from dify_app.answer import ConversationStarted, TextDelta
from slack_reply.writer import CannotReply, Unreachable
from tests.turns.test_orphans import KEY, House
from turns.answering import Answering
from turns.desk import Desk
from turns.growing import Growing
from turns.holder import Holder
from turns.report import Report
from turns.request import TurnRequest
from turns.taking import Taking

TS = "1.000001"
SECRET = "xoxb-nobodys-business"


@dataclass
class ReplyOfTests:
    """Shows the first words, and fails at the end as it is told."""

    fails: Exception | None
    method: str = "stream"
    pace: float = 1.0
    message_ts: str = ""
    unstopped: tuple[str, ...] = ()
    calls: list[str] = field(default_factory=list)
    closing: Callable[[], None] = lambda: None

    def show(self, latest: Any, _over: Any) -> None:
        self.message_ts = "2.000002"
        self.calls.append(latest().text)

    def finish(self, latest: Any) -> None:
        self.calls.append(latest().text)
        if self.fails:
            raise self.fails

    def settle(self) -> tuple[str, ...]:
        return self.unstopped

    def close(self) -> None:
        self.closing()
        self.calls.append("closed")


def _ask(growing: Growing, *_: Any) -> None:
    growing.take(ConversationStarted("c-1"))
    growing.take(TextDelta("Half an answer, long enough to be shown at once."))
    gevent.sleep(0.01)
    growing.end()


def nothing(*_: Any, **__: Any) -> None:
    """A courtesy that is not what this is about."""


def request(house: House, reply: ReplyOfTests) -> TurnRequest:
    message = SimpleNamespace(ts=TS, channel="C1", root_ts=TS, user="U1", is_dm=False)
    taking = Taking(house.store, KEY, cast("Any", message), Holder.here().name, house.clock)
    report = Report("T1", "C1", TS, "app")
    desk = cast("Any", Desk)(
        message=message,
        key=KEY,
        store=house.store,
        app=None,
        reply=reply,
        status=SimpleNamespace(show=nothing, clear=nothing),
        asker=SimpleNamespace(say=lambda say, **_: str(say)),
        asking=SimpleNamespace(run=_ask, is_empty=lambda: False),
        rest=None,
        produced=SimpleNamespace(links=(), any=False, drop=nothing, share=lambda _: []),
        overture=SimpleNamespace(play=nothing),
        clock=house.clock,
        holder=Holder.here().name,
        received=house.clock.epoch(),
        show_sources=True,
        api=None,
        show_progress=False,
    )
    answering = Answering(desk, report)

    class TurnOfTests:
        def run(self, record: Any) -> None:
            house.running.add(TS)
            try:
                answering.run(record, house.clock.now() + 500)
            finally:
                answering.close()

        def step_aside(self, why: str) -> None:
            report.outcome = why
            answering.close()

    record = taking.claim()
    assert record is not None
    return TurnRequest(
        turn=cast("Any", TurnOfTests()),
        record=record,
        taking=taking,
        orphans=house.orphans,
        slack=cast("Any", SimpleNamespace(succeeded=Counter(), retries=0)),
        clock=house.clock,
        received=house.clock.epoch(),
        report=report,
        ack=lambda: 0.1,
        leave=lambda: house.running.discard(TS),
    )


def test_a_turn_that_breaks_is_ended_in_its_thread_at_once() -> None:
    house, reply = House(), ReplyOfTests(RuntimeError("a mistake of ours"))
    asked = request(house, reply)
    asked.run()
    [remains] = house.ending.ended
    assert (remains.trigger_ts, remains.message_ts) == (TS, "2.000002")
    assert asked.report.outcome == "broke"
    assert house.record().open == ()
    assert house.record().conversation_id == "c-1"
    assert reply.calls[-1] == "closed"


def test_a_turn_that_breaks_is_told_without_what_the_error_says(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        request(House(), ReplyOfTests(RuntimeError(SECRET))).run()
    assert "a turn broke: RuntimeError at test_request.py:" in caplog.text
    assert SECRET not in caplog.text


@pytest.mark.parametrize("fails", [None, CannotReply("channel_not_found")])
def test_a_turn_that_ends_by_itself_is_no_orphan(fails: Exception | None) -> None:
    house, reply = House(), ReplyOfTests(fails)
    asked = request(house, reply)
    asked.run()
    assert house.ending.ended == []
    assert asked.report.outcome == ("cannot reply: channel_not_found" if fails else "answered")
    assert house.record().open == ()
    assert house.record().conversation_id == "c-1"


def test_what_slack_did_not_take_in_time_is_told_later() -> None:
    """Half an answer stands there: its record stays open, as after a crash."""
    house, reply = House(), ReplyOfTests(Unreachable())
    asked = request(house, reply)
    asked.begin()
    asked.run()
    assert asked.report.outcome == "cannot reply: unreachable"
    assert (house.record().conversation_id, house.ending.ended) == ("c-1", [])
    house.sweep()
    [remains] = house.ending.ended
    assert (remains.trigger_ts, remains.message_ts) == (TS, "2.000002")
    assert house.record().open == ()


@pytest.mark.parametrize("in_doubt", [False, True])
def test_a_turn_is_listed_before_its_first_byte(in_doubt: bool) -> None:
    house = House()
    replace(request(house, ReplyOfTests(None)), in_doubt=in_doubt).begin()
    assert [turn.in_doubt for turn in house.store.in_flight("hook")] == [in_doubt]


def test_an_answer_is_over_once_its_streams_are_stopped() -> None:
    """Until then its record says which are not: the process may die before."""
    house, reply = House(), ReplyOfTests(None, unstopped=("2.000002",))
    asked = request(house, reply)
    seen: list[tuple[str, ...]] = []
    reply.closing = lambda: seen.extend(turn.streams for turn in house.record().open)
    asked.begin()
    asked.run()
    assert seen == [("2.000002",)]
    assert (house.record().open, house.store.in_flight("hook")) == ((), ())
    assert house.record().last_answer_ts == "2.000002"


def test_a_turn_that_steps_aside_leaves_nothing_open_and_is_not_listed() -> None:
    house, reply = House(), ReplyOfTests(None)
    asked = replace(request(house, reply), not_answered=lambda: "its other event is answered", in_doubt=True)
    asked.begin()
    asked.run()
    assert asked.report.outcome == "its other event is answered"
    assert house.record().open == ()
    assert house.store.in_flight("hook") == ()
    assert house.ending.ended == []
    assert reply.calls == ["closed"]
