"""Work in turns: whoever else is ready gets the processor in between."""

import time

import gevent

from clock import AT_A_STRETCH, in_turns


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
    """With switches alone, gevent looks at what waits for time or bytes only after fifty of them."""
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
