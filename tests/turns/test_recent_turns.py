from dataclasses import replace

import pytest

from tests.fake_clock import FakeClock
from turns.recent_turns import HOUR, HOURS, OTHER, TURNS, PastTurn, RecentTurns

TURN = PastTurn(
    1_000_000.0, "C1", "channel", "answered", "edit", ack=0.5, first_text=1.5, total=4.0, retries=2
)


@pytest.fixture
def recent() -> RecentTurns:
    return RecentTurns(FakeClock())


def test_latest_turns_of_a_hook_are_kept_and_no_more(recent: RecentTurns) -> None:
    for number in range(TURNS + 10):
        recent.begun("hook")
        recent.ended("hook", replace(TURN, channel=f"C{number}"))
    kept = recent.of("hook")
    assert [turn.channel for turn in kept.turns] == [f"C{number}" for number in range(10, TURNS + 10)]
    assert kept.outcomes == {"answered": TURNS + 10}
    assert (kept.open, kept.at_once) == (0, 1)
    assert list(recent.of("another").turns) == []


def test_turns_that_are_open_at_once_are_counted(recent: RecentTurns) -> None:
    for _ in range(3):
        recent.begun("hook")
    recent.left("hook")
    recent.ended("hook", TURN)
    assert (recent.of("hook").open, recent.of("hook").at_once) == (1, 3)


def test_seconds_and_retries_are_summed(recent: RecentTurns) -> None:
    recent.ended("hook", TURN)
    recent.ended("hook", replace(TURN, ack=None, retries=0))
    kept = recent.of("hook")
    assert (kept.seconds["ack"], kept.counts["ack"]) == (0.5, 1)
    assert (kept.seconds["total"], kept.counts["total"]) == (8.0, 2)
    assert kept.counts["retries"] == 2


def test_hours_of_the_last_day_are_counted_and_older_ones_forgotten(recent: RecentTurns) -> None:
    for hours in (0, 1, HOURS + 1):
        recent.ended("hook", replace(TURN, ended=TURN.ended + hours * HOUR))
    kept, now = recent.of("hook"), TURN.ended + (HOURS + 1) * HOUR
    assert len(kept.hours) <= HOURS
    assert kept.per_hour(now)[-1] == 1
    assert sum(kept.per_hour(now)) == kept.of_a_day(now)["answered"] == 1


def test_number_of_different_outcomes_is_bounded(recent: RecentTurns) -> None:
    for number in range(500):
        recent.ended("hook", replace(TURN, outcome=f"cannot reply: code_{number}"))
    kept = recent.of("hook")
    assert len(kept.outcomes) <= 101
    assert kept.outcomes[OTHER] == 400
