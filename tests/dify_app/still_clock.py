"""A clock whose time changes only when a test moves it."""

from clock import Clock


class StillClock(Clock):
    def __init__(self) -> None:
        self.time = 1000.0

    def now(self) -> float:
        return self.time

    def epoch(self) -> float:
        return self.time

    def epoch_of(self, wall_epoch: float) -> float:
        return wall_epoch

    def sleep(self, seconds: float) -> None:
        self.time += seconds

    def wall(self, seconds: float, *, at_least: float = 0.0) -> float:
        return max(at_least, seconds)

    def stretched(self, seconds: float, *, at_least: float) -> float:
        return max(seconds, at_least)
