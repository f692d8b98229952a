from itertools import pairwise

import pytest

from benchmarks.ages import SAMPLES, Visible, ages, percentile

SAID = [float(number) for number in range(11)]  # a piece a second, for ten seconds


def test_text_that_is_shown_at_once_is_never_old() -> None:
    assert set(ages(SAID, [Visible(at, number + 1) for number, at in enumerate(SAID)])) == {0.0}


def test_text_that_is_never_shown_is_as_old_as_its_first_piece() -> None:
    found = ages(SAID, [])
    assert (found[0], found[-1]) == (0.0, 10.0)
    assert all(a < b for a, b in pairwise(found))


def test_age_counts_from_the_first_piece_that_is_not_shown() -> None:
    found = ages(SAID, [Visible(0.0, 3)])  # pieces 0, 1 and 2; the next one was said after three seconds
    assert found[-1] == pytest.approx(10.0 - 3.0)
    assert found[: SAMPLES // 4] == [0.0] * (SAMPLES // 4)


def test_state_that_shows_less_takes_nothing_back() -> None:
    """A second message shows its own pieces alone."""
    assert ages(SAID, [Visible(0.0, 11), Visible(1.0, 0)])[-1] == 0.0


@pytest.mark.parametrize(("share", "value"), [(0.5, 2.0), (0.95, 4.0), (0.25, 1.0), (1.0, 4.0)])
def test_percentile_is_a_value_that_was_found(share: float, value: float) -> None:
    assert percentile([4.0, 1.0, 3.0, 2.0], share) == value
