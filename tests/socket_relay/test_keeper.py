import time
from collections.abc import Iterator
from threading import Event, Thread

import pytest

from socket_relay import keeper as module
from socket_relay.keeper import Addresses, Keeper, TokenError
from socket_relay.link import LinkError


class FakeLink:
    """Lives until `end`."""

    def __init__(self) -> None:
        self.closed = False
        self.ended = Event()

    def run(self) -> str:
        self.ended.wait()
        self.closed = True
        return "closed"

    def close(self, drain: float = 0.0) -> None:
        self.ended.set()


class FakeAddresses(Addresses):
    def __init__(self) -> None:
        self.given = 0
        self.failures: list[Exception] = []

    def next(self) -> str:
        if self.failures:
            raise self.failures.pop(0)
        self.given += 1
        return f"wss://{self.given}"


class Fixture:
    def __init__(self, *failures: Exception) -> None:
        self.addresses = FakeAddresses()
        self.addresses.failures = list(failures)
        self.links: list[FakeLink] = []
        self.urls: list[str] = []
        self.keeper = Keeper(self.addresses, None, self.opens)  # type: ignore[arg-type]
        self.thread = Thread(target=self.keeper.run, daemon=True)

    def opens(self, url: str, *_: object) -> FakeLink:
        self.urls.append(url)
        self.links.append(FakeLink())
        return self.links[-1]

    def wait(self, links: int) -> None:
        ends = time.monotonic() + 5
        while len(self.links) < links and time.monotonic() < ends:
            time.sleep(0.002)
        assert len(self.links) == links


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "SPACING_SECONDS", 0.01)
    monkeypatch.setattr(module, "LONGEST_PAUSE", 0.01)
    monkeypatch.setattr(module, "DRAIN_SECONDS", 0.05)


@pytest.fixture
def made() -> Iterator[Fixture]:
    fixture = Fixture()
    fixture.thread.start()
    fixture.wait(1)
    yield fixture
    fixture.keeper.stop()
    fixture.keeper.close()
    fixture.thread.join(5)
    assert not fixture.thread.is_alive()


def test_next_link_is_open_before_the_old_one_ends(made: Fixture) -> None:
    old = made.links[0]
    made.keeper.ending(old, "warning")  # type: ignore[arg-type]
    made.wait(2)
    assert made.urls == ["wss://1", "wss://2"]
    assert not old.ended.wait(0.01)
    assert old.ended.wait(2)  # Slack did not end it, so the keeper does


def test_two_words_about_one_link_open_one_next_link(made: Fixture) -> None:
    for reason in ("warning", "refresh_requested"):
        made.keeper.ending(made.links[0], reason)  # type: ignore[arg-type]
    made.wait(2)
    made.links[0].close()
    time.sleep(0.05)
    assert len(made.links) == 2


def test_broken_link_is_followed_by_another_of_a_new_address(made: Fixture) -> None:
    for number in range(1, 4):
        made.links[-1].close()
        made.wait(number + 1)
    assert made.urls == ["wss://1", "wss://2", "wss://3", "wss://4"]


def test_connected_says_whether_a_link_is_open(made: Fixture) -> None:
    assert made.keeper.connected
    made.keeper.stop()
    made.keeper.close()
    made.thread.join(5)
    ends = time.monotonic() + 2
    while made.keeper.connected and time.monotonic() < ends:
        time.sleep(0.002)
    assert not made.keeper.connected


def test_refused_opening_is_tried_again() -> None:
    fixture = Fixture(LinkError("ratelimited"), LinkError("TimeoutError"), LinkError("internal_error"))
    fixture.thread.start()
    fixture.wait(1)
    fixture.keeper.stop()
    fixture.keeper.close()
    fixture.thread.join(5)


def test_pause_grows_to_its_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LONGEST_PAUSE", 30.0)
    fixture = Fixture()
    pauses = []
    for refusals in range(12):
        fixture.keeper._refusals = refusals
        pauses.append(fixture.keeper._pause())
    assert pauses[0] == 0
    assert all(
        low <= pause <= high for pause, low, high in zip(pauses[1:4], (1, 2, 4), (2, 4, 8), strict=True)
    )
    assert all(15 <= pause <= 30 for pause in pauses[5:])


def test_token_that_slack_refuses_ends_the_keeper() -> None:
    fixture = Fixture(TokenError("SLACK_APP_TOKEN is not valid"))
    with pytest.raises(TokenError):
        fixture.keeper.run()
