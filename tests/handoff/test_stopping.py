"""Who stops whose answer, here and in other processes."""

from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any, cast

import pytest

from conversation_store import EndNote, InFlight, OpenTurn, ThreadKey, ThreadRecord
from errors import StoreError
from handoff.stopping import Stopping
from turns import StopRequest
from wording import Say

ROOT, ASKED, ANSWER = "1700000000.000000", "1700000001.000000", "1700000002.000000"
KEY = ThreadKey("hook", "app", "T1", "C1", ROOT)


@dataclass
class Answer:
    """A turn of this process."""

    asker: str
    ts: str = ASKED
    waits: bool = False
    ended: bool = False
    stopped: list[str] = field(default_factory=list)
    claim: Any = field(default_factory=lambda: SimpleNamespace(key=KEY))

    @property
    def job(self) -> Any:
        return SimpleNamespace(message=SimpleNamespace(ts=self.ts))

    def stop(self, user: str) -> bool:
        self.stopped.append(user)
        return not self.ended


@dataclass
class House:
    """One process, and what others have noted."""

    turns: list[Answer] = field(default_factory=list)
    listed: list[OpenTurn] = field(default_factory=list)
    record: ThreadRecord = field(default_factory=ThreadRecord)
    has_redis: bool = True
    is_away: bool = False
    refusal: Say | None = None
    told: list[tuple[str, Say, str]] = field(default_factory=list)
    notes: list[EndNote] = field(default_factory=list)

    def elsewhere(self, asker: str, ts: str = ASKED, *, runs: bool = True) -> "House":
        self.listed.append(OpenTurn(KEY, ts, "another", 0.0, user=asker))
        note = InFlight(ts, 0.0, "another", message_ts=ANSWER)
        self.record = self.record.with_in_flight(note) if runs else self.record.with_open(note)
        return self

    def _tell(self, note: EndNote) -> None:
        if self.is_away:
            raise StoreError("redis: away")
        self.notes.append(note)

    def stop(self, user: str, message_ts: str = "", *, tells: bool = True) -> None:
        store = SimpleNamespace(
            in_flight=lambda _: tuple(self.listed), get=lambda _, fresh=False: self.record
        )
        stopping = cast("Any", Stopping)(
            SimpleNamespace(id="hook", store=lambda _: store),
            None,
            SimpleNamespace(meant_by=lambda _: self.turns),
            SimpleNamespace(tell=self._tell) if self.has_redis else None,
            SimpleNamespace(tell=lambda _team, _channel, to, say, place: self.told.append((to, say, place))),
            "here",
            SimpleNamespace(refusal=lambda _: self.refusal),
        )
        at = "1700000009.000000"
        stopping.stop(StopRequest("hook", "T1", "C1", user, at, ROOT, message_ts), tells=tells)


def test_members_stop_all_their_own_answers_and_no_others() -> None:
    running, waiting, other = Answer("U1"), Answer("U1", waits=True), Answer("U2", waits=True)
    house = House([running, waiting, other])
    house.stop("U1")
    assert [one.stopped for one in house.turns] == [["U1"], ["U1"], []]
    assert house.told == []


def test_member_who_asked_in_the_thread_stops_the_answer_that_is_written() -> None:
    running, waiting = Answer("U2"), Answer("U3", waits=True)
    house = House([running, waiting], record=ThreadRecord(followers=("U1",)))
    house.stop("U1")
    assert [one.stopped for one in house.turns] == [["U1"], []]


def test_anybody_else_is_told_alone_in_the_thread() -> None:
    house = House([Answer("U2")], record=ThreadRecord(followers=("U2",)))
    house.stop("U1")
    assert house.turns[0].stopped == []
    assert house.told == [("U1", Say.MAY_NOT_STOP, ROOT)]


@pytest.mark.parametrize("turns", [[], [Answer("U1", ended=True)]])
def test_nothing_to_stop_is_told_only_where_the_member_expects_an_answer(turns: list[Answer]) -> None:
    house = House(turns)
    house.stop("U1", tells=False)
    assert house.told == []
    house.stop("U1")
    assert house.told == [("U1", Say.NOTHING_TO_STOP, ROOT)]


@pytest.mark.parametrize("message_ts", ["", ASKED, ANSWER])
def test_answer_of_another_process_is_stopped_through_redis(message_ts: str) -> None:
    house = House().elsewhere("U1")
    house.stop("U1", message_ts)
    assert house.notes == [EndNote("hook", "C1", ASKED, "U1")]
    assert house.told == []


@pytest.mark.parametrize("house", [House(has_redis=False), House(is_away=True)])
def test_without_redis_the_member_hears_that_it_cannot_be_stopped_here(house: House) -> None:
    house.elsewhere("U1").stop("U1")
    assert house.told == [("U1", Say.CANNOT_STOP_HERE, ROOT)]


def test_somebody_who_never_asked_stops_nothing_in_another_process() -> None:
    house = House().elsewhere("U2")
    house.stop("U1")
    assert (house.notes, house.told) == ([], [("U1", Say.MAY_NOT_STOP, ROOT)])


@pytest.mark.parametrize("asker", ["U1", "U2"])
def test_member_whom_a_rule_has_shut_out_since_stops_nothing_and_is_told(asker: str) -> None:
    house = House([Answer(asker)], record=ThreadRecord(followers=("U1",)), refusal=Say.NO_GUESTS)
    house.stop("U1", tells=False)
    assert house.turns[0].stopped == []
    assert house.told == [("U1", Say.NO_GUESTS, ROOT)]


def test_rules_are_told_to_nobody_who_means_no_answer() -> None:
    house = House(refusal=Say.NO_GUESTS)
    house.stop("U1", tells=False)
    assert house.told == []


def test_turn_that_the_record_calls_ended_is_not_open() -> None:
    house = House().elsewhere("U1")
    house.record = house.record.without_in_flight(ASKED)
    house.stop("U1")
    assert (house.notes, house.told) == ([], [("U1", Say.NOTHING_TO_STOP, ROOT)])
