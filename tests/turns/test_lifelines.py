from turns.lifelines import Lifelines


def test_a_request_that_ends_first_cuts_its_turn_once() -> None:
    lifelines, cut = Lifelines(), list[str]()
    lifelines.hold("a#0", lambda: cut.append("a"))
    lifelines.hold("b#0", lambda: cut.append("b"))
    lifelines.ended("a#0")
    lifelines.ended("a#0")
    assert cut == ["a"]


def test_one_that_ends_after_its_turn_cuts_nothing() -> None:
    lifelines, cut = Lifelines(), list[str]()
    lifelines.hold("a#0", lambda: cut.append("a"))
    lifelines.release("a#0")
    lifelines.release("a#0")
    lifelines.ended("a#0")
    lifelines.ended("elsewhere#0")
    assert cut == []
