from tests.fake_clock import FakeClock
from turns.private_answers import SECONDS, PrivateAnswer, PrivateAnswers

ANSWER = PrivateAnswer("hook", "U1", "may I?", "You may.")


def test_answer_is_given_once_to_its_member_alone() -> None:
    answers = PrivateAnswers(FakeClock())
    name = answers.keep(ANSWER)
    assert answers.take("hook", "U2", name) is None
    assert answers.take("another", "U1", name) is None
    assert answers.take("hook", "U1", "another") is None
    assert answers.take("hook", "U1", name) == ANSWER
    assert answers.take("hook", "U1", name) is None
    assert answers.is_taken(name)
    assert not answers.is_taken("another")


def test_answer_that_was_given_back_is_given_again() -> None:
    answers = PrivateAnswers(FakeClock())
    name = answers.keep(ANSWER)
    answers.give_back(name, ANSWER)
    assert answers.take("hook", "U1", name) == ANSWER


def test_answer_is_forgotten_after_its_time() -> None:
    clock = FakeClock()
    answers = PrivateAnswers(clock)
    name = answers.keep(ANSWER)
    clock.sleep(SECONDS + 1)
    assert answers.take("hook", "U1", name) is None
