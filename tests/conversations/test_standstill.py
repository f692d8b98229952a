import time

import pytest

from tests.conversations.standstill import TICK, Ticker, lost, stops_in


def test_overdue_tick_is_a_stop() -> None:
    assert stops_in([0.0, 0.02, 0.06, 1.06, 1.08]) == [(0.06 + TICK, 1.06)]


@pytest.mark.parametrize("ticks", [[], [3.0]])
def test_stops_are_empty_with_too_few_ticks(ticks: list[float]) -> None:
    assert stops_in(ticks) == []


@pytest.mark.parametrize(
    ("since", "until", "seconds"), [(0, 10, 3), (2.5, 10, 2.5), (2.5, 6.5, 2), (4, 6, 0), (9, 10, 0)]
)
def test_lost_time_counts_only_within_the_interval(since: float, until: float, seconds: float) -> None:
    assert lost([(2.0, 4.0), (6.0, 7.0)], since, until) == seconds


def test_ticker_goes_on_while_the_test_computes() -> None:
    """A native thread is needed: all other threads of the test are greenlets, which a busy loop holds up."""
    with Ticker() as ticker:
        ends = time.monotonic() + 0.5
        while time.monotonic() < ends:
            pass
    assert len(ticker.ticks) > 5
    assert lost(ticker.stops(), 0.0, time.time()) < 0.25
