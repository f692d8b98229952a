"""Checks the measure of test_budget.py on answers whose times are known."""

import pytest

from tests.conversations.freshness import Answer, too_old
from tests.conversations.standstill import Span

STREAMS = 50
LATE = 2.0
PACE = 0.6  # seconds between two calls at the 100 a minute of tier 4


def in_turn(
    hole: Span = (0.0, 0.0), *, method: str = "chat.appendStream", pace: float = PACE, said: float = 0.1
) -> list[Answer]:
    """Answers that are written one after the other for 200 s; none is written inside the interval `hole`."""
    writes: list[list[float]] = [[] for _ in range(STREAMS)]
    at = 0.0
    for number in range(int(200 / pace)):
        writes[number % STREAMS].append(at)
        at += pace
        if hole[0] <= at < hole[1]:
            at = hole[1]
    return [Answer(times[0] - said, times[-1], times, method) for times in writes]


@pytest.mark.parametrize(("method", "pace"), [("chat.appendStream", 0.6), ("chat.update", 1.2)])
def test_answers_written_in_turn_are_fresh(method: str, pace: float) -> None:
    assert too_old(in_turn(method=method, pace=pace), [], LATE) == []


@pytest.mark.parametrize(("method", "pace"), [("chat.appendStream", 0.6), ("chat.update", 1.2)])
def test_answers_are_too_old_after_a_time_in_which_none_was_written(method: str, pace: float) -> None:
    """That all of them waited is no excuse: the rate limiter is what held them back."""
    assert len(too_old(in_turn((100.0, 115.0), method=method, pace=pace), [], LATE)) >= STREAMS - 1


def test_time_in_which_the_machine_stood_still_is_not_counted() -> None:
    assert too_old(in_turn((100.0, 115.0)), [(100.0, 115.0)], LATE) == []
    assert too_old(in_turn((100.0, 115.0)), [(100.0, 105.0), (110.0, 111.0)], LATE) != []


def test_answer_that_is_passed_over_is_too_old() -> None:
    answers = in_turn()
    del answers[7].writes[2]
    assert len(too_old(answers, [], LATE)) == 1


def test_first_text_that_is_late_is_too_old() -> None:
    assert len(too_old(in_turn(said=5.1), [], LATE)) == STREAMS


def test_age_of_the_last_text_counts_from_when_it_was_said() -> None:
    alone = Answer(0.0, 9.0, [0.5, 3.0, 5.5, 8.0, 10.5, 13.0], "chat.appendStream")
    assert len(too_old([alone], [], LATE)) == 1
