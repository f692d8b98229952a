from collections.abc import Callable
from dataclasses import dataclass, field
from typing import cast

from gevent.event import Event

from clock import Clock
from handoff.receiver import BEAT, heartbeats
from tests.fake_clock import FakeClock

CLOCK = Clock(0.001)


@dataclass
class Work:
    does: Callable[[], object]
    released: Event = field(default_factory=Event)

    def run(self) -> None:
        self.does()


def test_heartbeat_comes_at_once_and_every_ten_seconds_until_the_end() -> None:
    done = Event()

    stream = heartbeats(Work(done.wait), CLOCK)
    assert next(stream) == BEAT
    assert next(stream) == BEAT
    assert next(stream) == BEAT
    done.set()
    assert set(stream) <= {BEAT}


@dataclass
class Pauses:
    """Is waited for in no time, and remembers the time-outs."""

    clock: FakeClock
    seconds: list[float] = field(default_factory=list)

    def wait(self, timeout: float) -> bool:
        self.seconds.append(timeout / self.clock.wall(1.0))
        self.clock.advance(self.seconds[-1])
        return len(self.seconds) == 3

    def set(self) -> None:
        pass


def test_heartbeats_of_turns_that_begin_within_one_second_come_at_one_moment() -> None:
    at_one_moment = set()
    for began in (1000.0, 1000.3, 1000.9):
        clock = FakeClock(began)
        pauses = Pauses(clock)
        assert list(heartbeats(Work(lambda: None, cast("Event", pauses)), clock)) == [BEAT] * 3
        assert all(9.0 < pause <= 10.001 for pause in pauses.seconds)
        at_one_moment.add(round(clock.now(), 3))
    assert at_one_moment == {1030.0}


def test_heartbeat_ends_when_the_turn_raises() -> None:
    def run() -> None:
        raise ValueError("broken")

    stream = heartbeats(Work(run), CLOCK)
    assert list(stream)[:1] == [BEAT]


def test_heartbeat_of_a_quick_turn_is_one_byte() -> None:
    assert list(heartbeats(Work(lambda: None), CLOCK)) == [BEAT]


def test_heartbeat_ends_once_the_turn_is_released_and_the_turn_goes_on() -> None:
    done, ended = Event(), Event()

    def run() -> None:
        done.wait()
        ended.set()

    work = Work(run)
    stream = heartbeats(work, CLOCK)
    assert next(stream) == BEAT
    work.released.set()
    assert set(stream) <= {BEAT}
    assert not ended.is_set()
    done.set()
    assert ended.wait(timeout=5)
