from dataclasses import dataclass
from typing import Any, cast

from handoff.claims import KEPT_SECONDS, CancellationRegistry
from tests.fake_clock import FakeClock
from turns import Place


@dataclass
class Turn:
    """A turn that notes in `all_cut` when it is cut, and when it is withdrawn, with the ts of the deleted message."""

    name: str
    all_cut: list[str]
    places: tuple[Place, ...] = ()

    def cut(self) -> None:
        self.all_cut.append(self.name)

    def withdraw(self, place: Place) -> None:
        self.all_cut.append(f"{self.name} without {place[2]}")


def turn(name: str, all_cut: list[str]) -> Any:
    return cast("Any", Turn(name, all_cut))


def test_turn_is_cut_once_when_its_request_ends_first() -> None:
    registry, cut = CancellationRegistry(FakeClock()), list[str]()
    registry.hold("a", turn("a", cut))
    registry.hold("b", turn("b", cut))
    registry.ended("a")
    registry.ended("a")
    assert cut == ["a"]


def test_turn_is_not_cut_when_its_request_ends_after_it() -> None:
    registry, cut = CancellationRegistry(FakeClock()), list[str]()
    registry.hold("a", turn("a", cut))
    registry.release("a")
    registry.release("a")
    registry.ended("a")
    registry.ended("elsewhere")
    assert cut == []


def test_turn_is_cut_at_once_when_its_request_has_ended_before_it_began() -> None:
    registry, cut = CancellationRegistry(FakeClock()), list[str]()
    registry.ended("a")
    registry.hold("a", turn("a", cut))
    assert cut == ["a"]
    registry.hold("b", turn("b", cut))
    registry.ended("a")
    assert cut == ["a"]


def asked(name: str, told: list[str], ts: str, root: str, hook: str = "h") -> Any:
    return cast("Any", Turn(name, told, ((hook, "C1", ts), (hook, "C1", root))))


def test_deleted_question_or_root_withdraws_its_turns_alone() -> None:
    registry, told = CancellationRegistry(FakeClock()), list[str]()
    registry.hold("a", asked("a", told, "2.0", "1.0"))
    registry.hold("b", asked("b", told, "3.0", "1.0"))
    registry.hold("c", asked("c", told, "2.0", "1.0", hook="other"))
    registry.deleted(("h", "C1", "2.0"))
    assert told == ["a without 2.0"]
    registry.deleted(("h", "C1", "1.0"))
    assert told[1:] == ["a without 1.0", "b without 1.0"]
    registry.deleted(("h", "C2", "3.0"))
    registry.release("b")
    registry.deleted(("h", "C1", "3.0"))
    assert len(told) == 3


def test_deletion_is_remembered_for_a_turn_that_begins_later() -> None:
    clock, told = FakeClock(), list[str]()
    registry = CancellationRegistry(clock)
    registry.deleted(("h", "C1", "2.0"))
    registry.hold("a", asked("a", told, "2.0", "1.0"))
    clock.sleep(KEPT_SECONDS + 1)
    registry.hold("b", asked("b", told, "2.0", "1.0"))
    assert told == ["a without 2.0"]
