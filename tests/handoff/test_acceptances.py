import gevent
from gevent.queue import SimpleQueue

from handoff.acceptances import Acceptances, Answer

ACCEPTANCE = ("http://here/e/h/slack/turns", 200)


def test_hand_off_of_this_process_hears_that_its_request_is_accepted() -> None:
    acceptances, answers = Acceptances(), SimpleQueue[Answer]()
    acceptances.sent("r1", answers, ACCEPTANCE)
    acceptances.accept("r1")
    assert answers.get_nowait() == ACCEPTANCE


def test_ack_that_the_hand_off_puts_down_is_written_before_accepting_returns() -> None:
    acceptances, answers, done = Acceptances(), SimpleQueue[Answer](), list[str]()

    def hand_off() -> None:
        answers.get()
        gevent.get_hub().loop.run_callback(done.append, "ack")  # as the writer of the output does

    gevent.spawn(hand_off)
    gevent.sleep(0.01)
    acceptances.sent("r1", answers, ACCEPTANCE)
    acceptances.accept("r1")
    assert done == ["ack"]


def test_acceptance_is_told_once() -> None:
    acceptances, answers = Acceptances(), SimpleQueue[Answer]()
    acceptances.sent("r1", answers, ACCEPTANCE)
    acceptances.accept("r1")
    acceptances.accept("r1")
    assert answers.qsize() == 1


def test_nobody_is_told_of_a_request_that_another_process_sent_or_whose_answer_has_come() -> None:
    acceptances, answers = Acceptances(), SimpleQueue[Answer]()
    acceptances.sent("r1", answers, ACCEPTANCE)
    acceptances.heard("r1")
    for request in ("r1", "r2", ""):
        acceptances.accept(request)
    assert answers.empty()
