import time

import gevent
import pytest

from simulators.dify.stopping import Stop


def took(stop: Stop, seconds: float) -> float:
    began = time.monotonic()
    stop.pause(seconds)
    return time.monotonic() - began


@pytest.mark.parametrize("seconds", [0.0, 0.02])
def test_pause_lasts_as_long_as_it_shall_and_lets_others_run(seconds: float) -> None:
    ran: list[bool] = []
    gevent.spawn(ran.append, True)
    until = time.monotonic() + 0.01
    while time.monotonic() < until:
        pass  # what computes before the pause is no part of the pause
    assert took(Stop(), seconds) >= seconds
    assert ran


def test_stop_ends_a_pause_and_all_later_ones() -> None:
    stop = Stop()
    gevent.spawn_later(0.02, stop.set)
    assert took(stop, 10) < 5
    assert stop.came
    assert took(stop, 10) < 5


def test_stop_that_comes_with_the_end_of_a_pause_does_not_disturb_what_follows() -> None:
    stop = Stop()
    timer = gevent.get_hub().loop.timer(0.01)
    timer.start(stop.set)  # in the same round of the loop
    stop.pause(0.01)
    gevent.sleep(0.02)
    timer.close()
    assert stop.came


def test_killed_run_leaves_its_pause() -> None:
    stop = Stop()
    run = gevent.spawn(stop.pause, 10)
    gevent.sleep(0)
    run.kill(timeout=2)
    assert run.dead
    stop.set()
    gevent.sleep(0.01)
