from dataclasses import dataclass

from handoff.cancellation import CancellationRegistry


@dataclass
class Turn:
    """Notes in `cut` that it was cut."""

    name: str
    all_cut: list[str]

    def cut(self) -> None:
        self.all_cut.append(self.name)


def test_a_request_that_ends_first_cuts_its_turn_once() -> None:
    registry, cut = CancellationRegistry(), list[str]()
    registry.hold("a", Turn("a", cut))
    registry.hold("b", Turn("b", cut))
    registry.ended("a")
    registry.ended("a")
    assert cut == ["a"]


def test_one_that_ends_after_its_turn_cuts_nothing() -> None:
    registry, cut = CancellationRegistry(), list[str]()
    registry.hold("a", Turn("a", cut))
    registry.release("a")
    registry.release("a")
    registry.ended("a")
    registry.ended("elsewhere")
    assert cut == []


def test_a_request_that_ended_before_its_turn_began_cuts_it_at_once() -> None:
    registry, cut = CancellationRegistry(), list[str]()
    registry.ended("a")
    registry.hold("a", Turn("a", cut))
    assert cut == ["a"]
    registry.hold("b", Turn("b", cut))
    registry.ended("a")
    assert cut == ["a"]
