from typing import Any

import gevent
import pytest
from redis import Redis

from conversation_store.redis import EndNote, SharedStops
from errors import StoreError
from tests.fake_clock import FakeClock

NOTE = EndNote("hook", "C1", "1.000001", "U1")


class YieldingClock(FakeClock):
    def sleep(self, seconds: float) -> None:
        super().sleep(seconds)
        gevent.sleep(0.001)


def test_note_reaches_every_process_that_listens_and_none_that_came_later(redis_client: Redis) -> None:
    heard: list[tuple[str, EndNote]] = []
    running: list[Any] = []

    def spawn(*work: Any) -> None:
        running.append(gevent.spawn(*work))

    one, other, late = (SharedStops(redis_client, YieldingClock(), spawn) for _ in range(3))
    one.tell(EndNote("hook", "C1", "1.000000"))
    for name, stops in (("one", one), ("other", other)):
        stops.listen(lambda note, name=name: heard.append((name, note)))  # type: ignore[misc]
        stops.listen(lambda note: heard.append(("twice", note)))
    gevent.sleep(0.05)
    one.tell(NOTE)
    gevent.sleep(0.05)
    late.listen(lambda note: heard.append(("late", note)))
    gevent.sleep(0.05)
    gevent.killall(running)
    assert sorted(name for name, _ in heard) == ["one", "other"]
    assert {note for _, note in heard} == {NOTE}


def test_redis_that_is_away_raises_a_store_error() -> None:
    client = Redis(port=1, socket_connect_timeout=0.2)
    with pytest.raises(StoreError):
        SharedStops(client, FakeClock(), lambda *_: None).tell(NOTE)
