from handoff.cancellation import CancellationRegistry


def test_a_request_that_ends_first_cuts_its_turn_once() -> None:
    lifelines, cut = CancellationRegistry(), list[str]()
    lifelines.hold("a", lambda: cut.append("a"))
    lifelines.hold("b", lambda: cut.append("b"))
    lifelines.ended("a")
    lifelines.ended("a")
    assert cut == ["a"]


def test_one_that_ends_after_its_turn_cuts_nothing() -> None:
    lifelines, cut = CancellationRegistry(), list[str]()
    lifelines.hold("a", lambda: cut.append("a"))
    lifelines.release("a")
    lifelines.release("a")
    lifelines.ended("a")
    lifelines.ended("elsewhere")
    assert cut == []


def test_a_request_that_ended_before_its_turn_began_cuts_it_at_once() -> None:
    lifelines, cut = CancellationRegistry(), list[str]()
    lifelines.ended("a")
    lifelines.hold("a", lambda: cut.append("a"))
    assert cut == ["a"]
    lifelines.hold("b", lambda: cut.append("b"))
    lifelines.ended("a")
    assert cut == ["a"]
