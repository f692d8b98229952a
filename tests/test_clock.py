"""Long work lets other greenlets run between its items."""

import time
from collections.abc import Iterator
from unittest.mock import patch

import gevent
from gevent.event import Event

from clock import AT_A_STRETCH, Clock, in_turns


def busy(seconds: float) -> None:
    ends = time.thread_time() + seconds
    while time.thread_time() < ends:
        pass


def test_ready_greenlet_runs_between_two_items() -> None:
    told: list[str] = []
    other = gevent.spawn(told.append, "other")
    for item in in_turns(["one", "two", "three"]):
        told.append(item)
        busy(2 * AT_A_STRETCH)
    other.join()
    assert told == ["one", "other", "two", "three"]


def test_sleeping_greenlet_runs_between_two_items() -> None:
    """After a sleep of 0, gevent would look at timers and sockets only after fifty switches."""
    told: list[int] = []
    other = gevent.spawn_later(0.001, lambda: told.append(len(told)))
    for _ in in_turns(range(10)):
        busy(AT_A_STRETCH)
        if told:
            break
    assert told
    other.join()


def test_no_switch_happens_between_quick_items() -> None:
    told: list[object] = []
    other = gevent.spawn(told.append, "other")
    told.extend(in_turns(range(3)))
    assert told == [0, 1, 2]
    other.join()


def test_items_that_were_waited_for_cost_no_further_switch() -> None:
    def waited() -> Iterator[int]:
        for number in range(5):
            gevent.sleep(2 * AT_A_STRETCH)
            yield number

    with patch("clock.time.sleep") as sleep:
        assert list(in_turns(waited())) == [0, 1, 2, 3, 4]
    sleep.assert_not_called()


def test_wall_time_has_a_floor_in_seconds_of_the_wall() -> None:
    clock = Clock(0.05)
    assert clock.wall(10.0, at_least=1.0) == 1.0
    assert clock.wall(100.0, at_least=1.0) == 5.0
    assert clock.stretched(10.0, at_least=1.0) == 20.0
    assert clock.stretched(100.0, at_least=1.0) == 100.0


def test_wait_ends_with_the_event_or_with_its_time() -> None:
    clock, event = Clock(0.001), Event()
    assert not clock.wait(event, 5.0)
    gevent.spawn_later(0.001, event.set)
    assert clock.wait(event, 60_000.0)
