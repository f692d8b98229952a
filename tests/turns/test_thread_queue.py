from clock import Clock
from turns.ordering import ThreadQueues

CLOCK = Clock()


def test_jobs_of_a_thread_run_in_order() -> None:
    queues = ThreadQueues()
    first, second, third = (queues.join("t", ticket) for ticket in ("a", "b", "c"))
    assert first.is_first()
    assert not second.wait(CLOCK, 0)
    assert queues.waiting("t") == 2
    queues.leave(first)
    assert second.wait(CLOCK, 0)
    assert not third.is_first()
    queues.leave(second)
    assert third.is_first()
    assert queues.waiting("t") == 0


def test_jobs_of_different_threads_do_not_wait_for_each_other() -> None:
    queues = ThreadQueues()
    assert queues.join("t", "a").is_first()
    assert queues.join("u", "b").is_first()


def test_later_continuation_takes_the_place_over() -> None:
    queues = ThreadQueues()
    queues.join("t", "a")
    waiting = queues.join("t", "b")
    again = queues.join("t", "b", continuation=1)
    assert again is waiting
    assert waiting.continuation == 1
    assert queues.waiting("t") == 1


def test_job_that_leaves_from_the_middle_calls_no_other() -> None:
    queues = ThreadQueues()
    first, second, third = (queues.join("t", ticket) for ticket in ("a", "b", "c"))
    queues.leave(second)
    assert first.is_first()
    assert not third.is_first()
    queues.leave(first)
    assert third.is_first()


def test_empty_queue_is_forgotten_and_leaving_twice_is_harmless() -> None:
    queues = ThreadQueues()
    place = queues.join("t", "a")
    queues.leave(place)
    queues.leave(place)
    assert queues._queues == {}
    assert queues.join("t", "b").is_first()


def test_one_job_runs_at_a_time_in_any_order() -> None:
    queues = ThreadQueues()
    first, second = queues.join("t", "a"), queues.join("t", "b")
    assert queues.run(second, 0)
    assert queues.run(second, 0)
    assert not queues.run(first, 0)
    assert queues.runs_another(first)
    assert not queues.runs_another(second)
    queues.leave(second)
    assert queues.run(first, 0)
    assert queues.run(queues.join("u", "c"), 0)


def test_ended_continuation_does_not_end_the_later_one() -> None:
    queues = ThreadQueues()
    first, second = queues.join("t", "a"), queues.join("t", "b")
    assert queues.run(first, 0)
    assert queues.run(first, 1)
    first.rest(0)
    assert not queues.run(second, 0)
    first.rest(1)
    assert queues.run(second, 0)
