import pytest
from urllib3.connection import HTTPConnection

from slack_api.shelf import Shelf
from tests.fake_clock import FakeClock


class Socketless(HTTPConnection):
    closed = False

    def close(self) -> None:
        self.closed = True


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


def test_the_newest_connection_is_given_out_first(clock: FakeClock) -> None:
    shelf = Shelf(clock, 30.0, 3)
    older, newer = Socketless("h"), Socketless("h")
    shelf.put(older)
    shelf.put(newer)
    assert shelf.get(block=False) is newer
    assert shelf.get(block=False) is older


def test_what_rested_too_long_is_closed_and_not_given_out(clock: FakeClock) -> None:
    shelf = Shelf(clock, 30.0, 3)
    connection = Socketless("h")
    shelf.put(connection)
    clock.advance(30.0)
    assert shelf.get(block=False) is None
    assert connection.closed


def test_what_lies_below_is_closed_too(clock: FakeClock) -> None:
    shelf = Shelf(clock, 30.0, 3)
    below, above = Socketless("h"), Socketless("h")
    shelf.put(below)
    clock.advance(31.0)
    shelf.put(above)
    assert below.closed
    assert not above.closed
    assert shelf.qsize() == 2


def test_places_without_a_connection_stay_places(clock: FakeClock) -> None:
    shelf = Shelf(clock, 30.0, 2)
    shelf.put(None)
    shelf.put(None)
    assert shelf.full()
    assert shelf.get(block=False) is None
    assert shelf.qsize() == 1
