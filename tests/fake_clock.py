"""A clock that stands still until it is told otherwise; sleeping moves it."""

from clock import Clock


class FakeClock(Clock):
    def __init__(self, start: float = 1_000_000.0) -> None:
        self.time = start
        self.slept: list[float] = []

    def now(self) -> float:
        return self.time

    def epoch(self) -> float:
        return self.time

    def epoch_of(self, wall_epoch: float) -> float:
        return wall_epoch

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.time += seconds

    def wall(self, seconds: float, *, at_least: float = 0.0) -> float:
        return max(at_least, seconds * 0.001)

    def stretched(self, seconds: float, *, at_least: float) -> float:
        return max(seconds, at_least / 0.001)

    def advance(self, seconds: float) -> None:
        self.time += seconds


class TickingClock(FakeClock):
    """Every look at it takes `tick` seconds."""

    tick = 0.0

    def now(self) -> float:
        self.time += self.tick
        return super().now()
