from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any, cast

import pytest

from clock import Clock
from conversation_store import ThreadKey, ThreadRecord
from errors import SettingsError
from job import Job
from message import Message
from turns.turn_factory import TurnsOfEndpoint

KEY = ThreadKey("hook", "app", "T1", "C1", "1.000001")
MESSAGE = Message(team_id="T1", channel="C1", ts="1.000001", source="app_mention", user="U1", text="hi")
JOB = Job(MESSAGE, "http://h/e/hook/slack/events", 1.0)


@dataclass
class Store:
    """A store that lets nobody claim a message twice, and notes when it was asked."""

    asked: list[str]
    claimed: set[str] = field(default_factory=set)

    def claim(self, _key: ThreadKey, ts: str, _change: object) -> ThreadRecord | None:
        self.asked.append("claim")
        if ts in self.claimed:
            return None
        self.claimed.add(ts)
        return ThreadRecord()

    def note_in_flight(self, *_: object) -> None:
        pass


class Endpoint:
    """A hook whose settings may let nobody answer."""

    id = "hook"

    def __init__(self, problem: SettingsError | None = None) -> None:
        self.problem = problem

    def can_answer(self, _message: Message) -> None:
        if self.problem:
            raise self.problem

    def key(self, _message: Message) -> ThreadKey:
        return KEY


def turns(asked: list[str], endpoint: Endpoint) -> TurnsOfEndpoint:
    """The turns of a hook for which no objects can be made."""

    def context(*_: object) -> None:
        asked.append("objects")
        raise LookupError("no objects")

    services = SimpleNamespace(context=context, holder="here", clock=Clock())
    recovery = SimpleNamespace(taken_before=lambda *_: asked.append("taken before"))
    return TurnsOfEndpoint(
        cast("Any", services), cast("Any", recovery), cast("Any", endpoint), cast("Any", Store(asked))
    )


def test_error_of_a_turns_objects_is_raised_and_not_printed(capfd: pytest.CaptureFixture[str]) -> None:
    asked: list[str] = []
    with pytest.raises(LookupError):
        turns(asked, Endpoint()).begin(JOB, cast("Any", None), cast("Any", None))
    assert sorted(asked) == ["claim", "objects", "objects"]
    assert capfd.readouterr() == ("", "")


def test_message_that_was_claimed_before_has_no_turn() -> None:
    asked: list[str] = []
    again = turns(asked, Endpoint())
    cast("Any", again.store).claimed.add(MESSAGE.ts)
    assert again.begin(JOB, cast("Any", None), cast("Any", None)) is None
    assert "taken before" in asked


def test_nothing_is_asked_or_made_while_the_settings_let_nobody_answer() -> None:
    asked: list[str] = []
    with pytest.raises(SettingsError):
        turns(asked, Endpoint(SettingsError("app", "Choose one."))).begin(
            JOB, cast("Any", None), cast("Any", None)
        )
    assert asked == []
