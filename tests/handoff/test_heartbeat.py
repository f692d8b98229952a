from collections.abc import Callable
from dataclasses import dataclass, field

from gevent.event import Event

from clock import Clock
from handoff.receiver import BEAT, heartbeats

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
