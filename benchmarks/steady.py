"""Whether a process under steady work stays as it is, told from samples of it (`make soak`)."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import linear_regression, mean

# MiB a minute. Sound runs rose by 0.19 and by 0.25 at 120 questions a minute, 2 KiB each: what is remembered of a
# turn, in caches that are bounded but not full after twenty minutes. What leaks 2 KiB more of each question is caught.
RISE = 0.4


@dataclass(frozen=True, slots=True)
class Sample:
    """At `at` seconds: MiB of the plugin, open sessions of the daemon, questions asked and answered so far."""

    at: float
    memory: float
    sessions: int
    asked: int
    ended: int


def warm(samples: Sequence[Sample]) -> Sequence[Sample]:
    """Without the first third, in which modules are loaded and pools filled."""
    return samples[len(samples) // 3 :]


def rise(samples: Sequence[Sample]) -> float:
    """MiB a minute, by the straight line that fits best."""
    return linear_regression([one.at / 60 for one in samples], [one.memory for one in samples]).slope


def piles_up(samples: Sequence[Sample]) -> bool:
    """Whether more sessions are open in the later half, by more than chance makes of a dozen."""
    half = len(samples) // 2
    before, after = (mean(one.sessions for one in part) for part in (samples[:half], samples[half:]))
    return after >= 1.2 * before + 3
