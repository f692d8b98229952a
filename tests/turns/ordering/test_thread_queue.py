from clock import SystemClock
from turns.ordering.thread_queue import ThreadQueues

CLOCK = SystemClock()


def test_the_first_runs_and_the_others_wait_in_order() -> None:
    lines = ThreadQueues()
    first, second, third = (lines.join("t", ticket) for ticket in ("a", "b", "c"))
    assert first.is_first()
    assert not second.wait(CLOCK, 0)
    assert lines.waiting("t") == 2
    lines.leave(first)
    assert second.wait(CLOCK, 0)
    assert not third.is_first()
    lines.leave(second)
    assert third.is_first()
    assert lines.waiting("t") == 0


def test_threads_do_not_wait_for_each_other() -> None:
    lines = ThreadQueues()
    assert lines.join("t", "a").is_first()
    assert lines.join("u", "b").is_first()


def test_later_continuation_takes_the_place_over() -> None:
    lines = ThreadQueues()
    lines.join("t", "a")
    waiting = lines.join("t", "b")
    again = lines.join("t", "b", continuation=1)
    assert again is waiting
    assert waiting.continuation == 1
    assert lines.waiting("t") == 1


def test_who_leaves_from_the_middle_calls_nobody() -> None:
    lines = ThreadQueues()
    first, second, third = (lines.join("t", ticket) for ticket in ("a", "b", "c"))
    lines.leave(second)
    assert first.is_first()
    assert not third.is_first()
    lines.leave(first)
    assert third.is_first()


def test_an_empty_line_is_forgotten_and_leaving_twice_is_harmless() -> None:
    lines = ThreadQueues()
    place = lines.join("t", "a")
    lines.leave(place)
    lines.leave(place)
    assert lines._queues == {}
    assert lines.join("t", "b").is_first()


def test_one_runs_at_a_time_whoever_is_first() -> None:
    lines = ThreadQueues()
    first, second = lines.join("t", "a"), lines.join("t", "b")
    assert lines.run(second, 0)
    assert lines.run(second, 0)
    assert not lines.run(first, 0)
    assert lines.runs_another(first)
    assert not lines.runs_another(second)
    lines.leave(second)
    assert lines.run(first, 0)
    assert lines.run(lines.join("u", "c"), 0)


def test_a_leg_that_ends_does_not_end_the_one_that_runs_in_its_stead() -> None:
    lines = ThreadQueues()
    first, second = lines.join("t", "a"), lines.join("t", "b")
    assert lines.run(first, 0)
    assert lines.run(first, 1)
    first.rest(0)
    assert not lines.run(second, 0)
    first.rest(1)
    assert lines.run(second, 0)
