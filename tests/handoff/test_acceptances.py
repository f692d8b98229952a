from dataclasses import dataclass, field

import gevent
from gevent.event import Event

from handoff.acceptances import Acceptances, OnceAccepted


@dataclass
class Work:
    ran: Event = field(default_factory=Event)
    released: Event = field(default_factory=Event)

    def run(self) -> None:
        self.ran.set()


def test_work_begins_once_its_request_was_heard() -> None:
    acceptances, work = Acceptances(600), Work()
    acceptances.sent("r1")
    gevent.spawn(OnceAccepted(work, acceptances, "r1").run)
    gevent.sleep(0.01)
    assert not work.ran.is_set()
    acceptances.heard("r1")
    assert work.ran.wait(timeout=5)


def test_ack_that_is_put_down_when_the_request_is_heard_is_written_before_the_work_begins() -> None:
    acceptances, work = Acceptances(600), Work()
    acceptances.sent("r1")
    gevent.spawn(OnceAccepted(work, acceptances, "r1").run)
    gevent.sleep(0.01)
    had_begun: list[bool] = []
    acceptances.heard("r1")
    gevent.get_hub().loop.run_callback(lambda: had_begun.append(work.ran.is_set()))  # as the ack is
    assert work.ran.wait(timeout=5)
    assert had_begun == [False]


def test_work_begins_at_last_when_nothing_is_heard() -> None:
    acceptances, work = Acceptances(0.001), Work()
    acceptances.sent("r1")
    OnceAccepted(work, acceptances, "r1").run()
    assert work.ran.is_set()


def test_work_of_a_request_that_another_process_sent_begins_at_once() -> None:
    acceptances, work = Acceptances(600), Work()
    acceptances.sent("r1")
    with gevent.Timeout(5):
        OnceAccepted(work, acceptances, "r2").run()
    assert work.ran.is_set()


def test_request_that_was_heard_before_its_work_is_not_waited_for() -> None:
    acceptances, work = Acceptances(600), Work()
    acceptances.sent("r1")
    acceptances.heard("r1")
    with gevent.Timeout(5):
        OnceAccepted(work, acceptances, "r1").run()
    assert work.ran.is_set()


def test_work_is_released_when_it_says_so() -> None:
    work = Work()
    begins = OnceAccepted(work, Acceptances(), "r1")
    assert not begins.released.is_set()
    work.released.set()
    assert begins.released.is_set()
