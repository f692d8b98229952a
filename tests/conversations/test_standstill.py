import time

import pytest

from tests.conversations.standstill import TICK, Ticker, lost, stops_in


def test_a_tick_that_is_overdue_is_a_stop() -> None:
    assert stops_in([0.0, 0.02, 0.06, 1.06, 1.08]) == [(0.06 + TICK, 1.06)]


@pytest.mark.parametrize("ticks", [[], [3.0]])
def test_too_few_ticks_tell_of_no_stop(ticks: list[float]) -> None:
    assert stops_in(ticks) == []


@pytest.mark.parametrize(
    ("since", "until", "seconds"), [(0, 10, 3), (2.5, 10, 2.5), (2.5, 6.5, 2), (4, 6, 0), (9, 10, 0)]
)
def test_only_what_lies_in_between_is_lost(since: float, until: float, seconds: float) -> None:
    assert lost([(2.0, 4.0), (6.0, 7.0)], since, until) == seconds


def test_the_ticker_goes_on_while_others_wait() -> None:
    """Also where the test itself computes, all of whose threads else are greenlets."""
    with Ticker() as ticker:
        ends = time.monotonic() + 0.5
        while time.monotonic() < ends:
            pass
    assert len(ticker.ticks) > 5
    assert lost(ticker.stops(), 0.0, time.time()) < 0.25
