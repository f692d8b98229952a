import pytest
from urllib3.connection import HTTPConnection

from slack_api.connection import IdleConnections
from tests.fake_clock import FakeClock


class Socketless(HTTPConnection):
    closed = False

    def close(self) -> None:
        self.closed = True


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


def test_the_newest_connection_is_given_out_first(clock: FakeClock) -> None:
    idle = IdleConnections(clock, 30.0, 3)
    older, newer = Socketless("h"), Socketless("h")
    idle.put(older)
    idle.put(newer)
    assert idle.get(block=False) is newer
    assert idle.get(block=False) is older


def test_what_rested_too_long_is_closed_and_not_given_out(clock: FakeClock) -> None:
    idle = IdleConnections(clock, 30.0, 3)
    connection = Socketless("h")
    idle.put(connection)
    clock.advance(30.0)
    assert idle.get(block=False) is None
    assert connection.closed


def test_what_lies_below_is_closed_too(clock: FakeClock) -> None:
    idle = IdleConnections(clock, 30.0, 3)
    below, above = Socketless("h"), Socketless("h")
    idle.put(below)
    clock.advance(31.0)
    idle.put(above)
    assert below.closed
    assert not above.closed
    assert idle.qsize() == 2


def test_places_without_a_connection_stay_places(clock: FakeClock) -> None:
    idle = IdleConnections(clock, 30.0, 2)
    idle.put(None)
    idle.put(None)
    assert idle.full()
    assert idle.get(block=False) is None
    assert idle.qsize() == 1
