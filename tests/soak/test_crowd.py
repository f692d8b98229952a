"""More at one instant than a process carries: each is answered once, at once or on its retry."""

import pytest

from benchmarks.load import Bench, Load
from turns.gate import OPEN_TURNS

pytestmark = [pytest.mark.soak, pytest.mark.simulated]


@pytest.mark.parametrize("messages", [OPEN_TURNS + 1, 1000])
def test_a_crowd(messages: int, request: pytest.FixtureRequest) -> None:
    bench = Bench(0.5)
    request.addfinalizer(bench.stop)
    figures = bench.run(Load("crowd", messages, 2, 6))
    assert figures.complete == messages
    assert figures.asked == messages
    assert figures.memory < 256
