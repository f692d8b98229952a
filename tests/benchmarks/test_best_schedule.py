from collections import Counter
from itertools import chain, pairwise
from statistics import mean

import pytest

from benchmarks.ages import Visible, ages
from benchmarks.best_schedule import Kind, best

LATENCY = 0.2


def crowd(answers: int, seconds: float, pace: float = 10.0, apart: float = 0.0) -> list[list[float]]:
    return [[one * apart + n / pace for n in range(int(seconds * pace))] for one in range(answers)]


def gaps(shown: list[Visible]) -> list[float]:
    return [round(b.at - a.at, 2) for a, b in pairwise(shown)]


@pytest.mark.parametrize(("kind", "interval"), [("stream", 0.6), ("edit", 1.2)])
def test_one_answer_is_written_each_interval_of_the_tier(kind: Kind, interval: float) -> None:
    [shown] = best(crowd(1, 30.0), kind, LATENCY)
    [(usual, _)] = Counter(gaps(shown)).most_common(1)
    assert usual == pytest.approx(interval, abs=0.02)
    assert shown[0] == Visible(LATENCY, 1)


def test_answers_share_the_tier_in_turn() -> None:
    said = crowd(5, 60.0)
    shown = best(said, "stream", LATENCY)
    written = [len(one) for one in shown]
    assert sum(written) == pytest.approx(100 + 5, abs=3)
    assert max(written) - min(written) <= 1
    age = mean(chain.from_iterable(map(ages, said, shown)))
    assert age == pytest.approx(LATENCY + 5 * 0.6 / 2, rel=0.1)


def test_both_ways_together_write_more_than_either() -> None:
    said = crowd(10, 60.0)
    many = {kind: sum(map(len, best(said, kind, LATENCY))) for kind in ("stream", "edit", "any")}
    assert many["any"] == pytest.approx(10 + 150, abs=5)
    assert many["edit"] < many["stream"] < many["any"]


def test_streams_wait_for_their_start_beyond_the_burst() -> None:
    """Ten may begin at once, and then twenty in a minute."""
    begun = sorted(shown[0].at for shown in best(crowd(14, 30.0), "stream", LATENCY))
    assert begun[9] == pytest.approx(LATENCY)
    assert gaps([Visible(at, 0) for at in begun[9:]]) == pytest.approx([3.0] * 4, abs=0.05)


def test_call_is_not_spent_on_an_answer_without_new_text() -> None:
    silent = [[0.0, 59.0], *crowd(1, 60.0)]
    shown = best(silent, "stream", LATENCY)
    assert len(shown[0]) == 2
    assert len(shown[1]) > 95
