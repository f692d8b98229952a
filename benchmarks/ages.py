"""How old is what a viewer sees: the age of a growing answer over time, told from what was said and what was shown.

The age at one moment is the time since the first piece that is not shown yet was said; 0 while all is shown.
"""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from math import ceil
from typing import NamedTuple

SAMPLES = 400
"""Looks at one answer, at equal distances from its first piece to its last."""


class Visible(NamedTuple):
    """From `at` on, so many `pieces` of the answer can be read."""

    at: float
    pieces: int


def ages(said: Sequence[float], shown: Iterable[Visible]) -> list[float]:
    """The age at each of SAMPLES moments. `said` has the time of each piece; all times are of one clock."""
    steps = sorted(shown)
    times = [step.at for step in steps]
    first, last = said[0], said[-1]
    found = []
    for number in range(SAMPLES):
        now = first + (last - first) * number / (SAMPLES - 1)
        place = bisect_right(times, now)
        pieces = max((step.pieces for step in steps[:place]), default=0)
        waiting = said[pieces] if pieces < len(said) else now
        found.append(max(0.0, now - waiting))
    return found


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that so large a share of the values does not exceed."""
    return sorted(values)[max(0, ceil(len(values) * share) - 1)]
