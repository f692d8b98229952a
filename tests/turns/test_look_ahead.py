"""Which calls a turn begins at once, and how they end."""

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any, cast

import gevent
import pytest
from gevent.event import Event

from conversation_store import ThreadRecord
from turns.look_ahead import LookAhead

SECRET = "xoxb-nobodys-business"
ALL = {"bot", "people UANNA UBEN", "form", "channel", "thread c-1"}
RECORD = ThreadRecord().with_conversation("c-1")


@dataclass
class Calls:
    """Slack and Dify, who answer once `answers` is set; `breaks` names a call that raises."""

    breaks: str = ""
    begun: set[str] = field(default_factory=set)
    ended: set[str] = field(default_factory=set)
    answers: Event = field(default_factory=Event)

    def call(self, name: str) -> None:
        self.begun.add(name)
        if name == self.breaks:
            raise RuntimeError(SECRET)
        self.answers.wait(timeout=5)
        self.ended.add(name)

    def named(self, name: str) -> Callable[[], None]:
        return lambda: self.call(name)


def look_ahead(
    calls: Calls, *, refused: bool = False, is_next: bool = True, known: bool = False
) -> LookAhead:
    unknown = SimpleNamespace(look_up=calls.named("channel"))
    return cast("Any", LookAhead)(  # type: ignore[no-any-return]
        api=None,
        users=SimpleNamespace(many=lambda _api, people: calls.call(" ".join(["people", *people]))),
        installation=SimpleNamespace(bot=calls.named("bot")),
        admittance=SimpleNamespace(foresees_refusal=lambda: refused),
        unknown_channel=None if known else unknown,
        author=SimpleNamespace(people_named=("UANNA", "UBEN")),
        app=SimpleNamespace(form=calls.named("form")),
        prompt_builder=SimpleNamespace(
            read_ahead=lambda record: calls.call(f"thread {record.conversation_id}")
        ),
        is_next=is_next,
    )


@pytest.mark.parametrize(
    ("facts", "begun"),
    [
        ({}, ALL),
        ({"known": True}, ALL - {"channel"}),
        ({"is_next": False}, ALL - {"thread c-1"}),
        ({"refused": True}, set()),
    ],
)
def test_all_calls_are_begun_before_any_of_them_ends(facts: dict[str, bool], begun: set[str]) -> None:
    calls = Calls()
    ahead = look_ahead(calls, **facts)
    ahead.begin(RECORD)
    gevent.sleep(0)
    assert (calls.begun, calls.ended) == (begun, set())
    calls.answers.set()
    gevent.sleep(0)
    assert calls.ended == begun
    ahead.end()


def test_calls_that_run_are_ended_with_the_turn() -> None:
    calls = Calls()
    ahead = look_ahead(calls)
    ahead.begin(RECORD)
    gevent.sleep(0)
    ahead.end()
    calls.answers.set()
    gevent.sleep(0.01)
    assert calls.ended == set()
    ahead.end()


@pytest.mark.parametrize("breaks", sorted(ALL))
def test_call_that_breaks_stops_no_other_and_shows_no_text(
    breaks: str, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    calls = Calls(breaks=breaks)
    calls.answers.set()
    ahead = look_ahead(calls)
    with caplog.at_level(logging.ERROR, "slack_bridge"):
        ahead.begin(RECORD)
        gevent.sleep(0.01)
    ahead.end()
    assert calls.ended == ALL - {breaks}
    assert "RuntimeError" in caplog.text
    assert SECRET not in caplog.text + capfd.readouterr().err
