"""A process gets as many turns at once as it can take on, and more: each is answered once, some after a retry."""

import pytest

from benchmarks.load import Bench, Figures, Load
from handoff.claims import OPEN_TURNS

pytestmark = [pytest.mark.soak, pytest.mark.simulated]

OPENING = [
    Load("200 turns, 20 events a second each", 200, 20, 40, opening=20),
    Load("the cap, 5 events a second each", OPEN_TURNS, 5, 60, opening=20),
]
AT_ONE_INSTANT = [OPEN_TURNS + 1, 1000]


def measured(request: pytest.FixtureRequest, load: Load, scale: float) -> Figures:
    bench = Bench(scale)
    request.addfinalizer(bench.stop)
    figures = bench.run(load)
    assert figures.complete == load.messages
    assert figures.asked == load.messages
    assert figures.memory < 256
    return figures


@pytest.mark.parametrize("load", OPENING, ids=lambda load: str(load.messages))
def test_crowd_that_comes_over_time_is_answered_once_each(load: Load, request: pytest.FixtureRequest) -> None:
    """Runs in real time, because the figures also depend on the machine."""
    figures = measured(request, load, 1.0)
    assert figures.refused == 0
    assert figures.ack_max < 1000
    assert figures.heartbeat_worst < 2


@pytest.mark.parametrize("messages", AT_ONE_INSTANT)
def test_crowd_at_one_instant_is_answered_once_each(messages: int, request: pytest.FixtureRequest) -> None:
    measured(request, Load("crowd", messages, 2, 6), 0.5)
