import json
from collections.abc import Callable

import pytest

from benchmarks.steady import RISE, Sample, piles_up, rise, warm
from simulators.launch import ROOT

TEN_SECONDS = range(0, 1201, 10)


def samples(memory: Callable[[int], float], sessions: Callable[[int], int]) -> list[Sample]:
    return [Sample(at, memory(at), sessions(at), 2 * at, 2 * at) for at in TEN_SECONDS]


def recorded() -> list[Sample]:
    return [Sample(**one) for one in json.loads((ROOT / "benchmarks" / "soak.json").read_text())]


def test_the_recorded_run_is_steady() -> None:
    assert rise(warm(recorded())) < RISE
    assert not piles_up(recorded()[1:-1])


@pytest.mark.parametrize("a_minute", [0.5, 1.0])
def test_a_leak_rises(a_minute: float) -> None:
    run = samples(lambda at: round(100 + a_minute * at / 60, 1), lambda _: 10)
    assert rise(warm(run)) == pytest.approx(a_minute, rel=0.01)
    assert rise(warm(run)) > RISE


def test_what_was_loaded_at_the_beginning_is_no_rise() -> None:
    run = samples(lambda at: 100.0 - 20 * max(0.0, 1 - at / 300), lambda _: 10)
    assert rise(run) > RISE
    assert rise(warm(run)) == pytest.approx(0.0)


@pytest.mark.parametrize("seconds", [1, 60])
def test_a_queue_that_grows_by_one_every_so_often_piles_up(seconds: int) -> None:
    assert piles_up(samples(lambda _: 100.0, lambda at: 10 + at // seconds))


def test_a_crowd_that_comes_and_goes_does_not() -> None:
    assert not piles_up(samples(lambda _: 100.0, lambda at: 9 + at // 10 % 5))
