from dataclasses import dataclass
from typing import Any, cast

from handoff.claims import CancellationRegistry


@dataclass
class Turn:
    """A turn that notes each cut in `all_cut`."""

    name: str
    all_cut: list[str]

    def cut(self) -> None:
        self.all_cut.append(self.name)


def turn(name: str, all_cut: list[str]) -> Any:
    return cast("Any", Turn(name, all_cut))


def test_turn_is_cut_once_when_its_request_ends_first() -> None:
    registry, cut = CancellationRegistry(), list[str]()
    registry.hold("a", turn("a", cut))
    registry.hold("b", turn("b", cut))
    registry.ended("a")
    registry.ended("a")
    assert cut == ["a"]


def test_turn_is_not_cut_when_its_request_ends_after_it() -> None:
    registry, cut = CancellationRegistry(), list[str]()
    registry.hold("a", turn("a", cut))
    registry.release("a")
    registry.release("a")
    registry.ended("a")
    registry.ended("elsewhere")
    assert cut == []


def test_turn_is_cut_at_once_when_its_request_has_ended_before_it_began() -> None:
    registry, cut = CancellationRegistry(), list[str]()
    registry.ended("a")
    registry.hold("a", turn("a", cut))
    assert cut == ["a"]
    registry.hold("b", turn("b", cut))
    registry.ended("a")
    assert cut == ["a"]
