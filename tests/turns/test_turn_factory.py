from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any, cast

import pytest

from clock import Clock
from conversation_store import OpenTurn, ThreadKey, ThreadRecord
from errors import SettingsError
from job import Job
from message import Message
from tests.fake_clock import FakeClock
from turns.ordering import ThreadQueues
from turns.recovery import SweepSchedule
from turns.turn_factory import TurnsOfEndpoint

KEY = ThreadKey("hook", "app", "T1", "C1", "1.000001")
MESSAGE = Message(team_id="T1", channel="C1", ts="1.000001", source="app_mention", user="U1", text="hi")
JOB = Job(MESSAGE, "http://h/e/hook/slack/events", 1.0)


@dataclass
class Store:
    """A store that lets nobody claim a message twice, and notes when it was asked."""

    asked: list[str]
    claimed: set[str] = field(default_factory=set)
    listed: list[OpenTurn] = field(default_factory=list)

    def claim(self, _key: ThreadKey, ts: str, _change: object) -> ThreadRecord | None:
        self.asked.append("claim")
        if ts in self.claimed:
            return None
        self.claimed.add(ts)
        return ThreadRecord()

    def give_back(self, _key: ThreadKey, ts: str, _holder: str) -> None:
        self.claimed.remove(ts)

    def note_in_flight(self, turn: OpenTurn, *_: object) -> None:
        self.listed.append(turn)

    def clear_in_flight(self, turn: OpenTurn) -> None:
        self.listed = [other for other in self.listed if other.ts != turn.ts]


class Endpoint:
    """A hook whose settings may let nobody answer."""

    id = "hook"
    settings = SimpleNamespace(redis_url=None)

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

    stores = SimpleNamespace(line=lambda _: None)
    services = SimpleNamespace(
        context=context, holder="here", clock=Clock(), queues=ThreadQueues(), stores=stores
    )
    recovery = SimpleNamespace(
        taken_before=lambda *_: asked.append("taken before"), sweeps=SweepSchedule(FakeClock())
    )
    return TurnsOfEndpoint(
        cast("Any", services), cast("Any", recovery), cast("Any", endpoint), cast("Any", Store(asked))
    )


def test_turn_whose_objects_cannot_be_made_leaves_its_queue_and_makes_a_sweep_due() -> None:
    asked: list[str] = []
    ours = turns(asked, Endpoint())
    record = ours.claim(JOB)
    assert record is not None
    begun = ours.begin(JOB, record)
    assert begun.sweeps
    assert not ours.recovery.sweeps.take("hook")
    with pytest.raises(LookupError):
        ours.turn(begun, cast("Any", None), cast("Any", None))
    assert asked == ["claim", "objects"]
    assert ours.recovery.sweeps.take("hook")
    assert ours.begin(JOB, record).ticket.my_turn()


def test_message_that_was_claimed_before_is_not_claimed_again() -> None:
    asked: list[str] = []
    again = turns(asked, Endpoint())
    cast("Any", again.store).claimed.add(MESSAGE.ts)
    assert again.claim(JOB) is None
    assert "taken before" in asked


def test_claim_that_is_given_back_can_be_made_again_and_is_on_no_list_meanwhile() -> None:
    ours = turns([], Endpoint())
    store = cast("Store", ours.store)
    assert ours.claim(JOB) is not None
    assert [turn.ts for turn in store.listed] == [MESSAGE.ts]
    ours.give_back(JOB)
    assert store.listed == []
    assert ours.claim(JOB) is not None


def test_nothing_is_claimed_while_the_settings_let_nobody_answer() -> None:
    asked: list[str] = []
    with pytest.raises(SettingsError):
        turns(asked, Endpoint(SettingsError("app", "Choose one."))).claim(JOB)
    assert asked == []
