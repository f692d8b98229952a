import time
from collections.abc import Iterator
from threading import Thread

import pytest
from slack_sdk.socket_mode.request import SocketModeRequest

from simulators.launch import launched
from simulators.slack.workspace import Workspace
from socket_relay.keeper import Addresses, TokenError
from socket_relay.link import Link, LinkError, open_link


class Heard:
    """What links bring; both kinds."""

    def __init__(self) -> None:
        self.requests: list[SocketModeRequest] = []
        self.endings: list[str] = []

    def received(self, link: Link, request: SocketModeRequest) -> None:
        self.requests.append(request)
        link.ack(request.envelope_id, {"text": "hi"} if request.accepts_response_payload else None)

    def ending(self, _link: Link, reason: str) -> None:
        self.endings.append(reason)


@pytest.fixture(scope="module")
def program() -> Iterator[Workspace]:
    with launched("simulators.slack", "--time-scale", "0.02") as running:
        workspace = Workspace(running.url)
        yield workspace
        workspace.close()


@pytest.fixture
def slack(program: Workspace) -> Workspace:
    program.reset()
    program.configure(socket_mode="on")
    return program


@pytest.fixture
def heard() -> Heard:
    return Heard()


def addresses(slack: Workspace, token: str = "") -> Addresses:
    return Addresses(token or slack.app_token, slack.api_url)


def opened(slack: Workspace, heard: Heard, watchdog: float = 30.0) -> tuple[Link, list[str]]:
    link = open_link(addresses(slack).next(), heard, heard, watchdog)
    ends: list[str] = []
    Thread(target=lambda: ends.append(link.run()), daemon=True).start()
    return link, ends


def test_payload_comes_whole_and_its_ack_carries_the_answer(slack: Workspace, heard: Heard) -> None:
    link, _ = opened(slack, heard)
    channel = slack.add_channel("links")
    attempt = slack.command(channel, "U0ANNA000", "/dify", "x" * 200_000)
    assert (attempt.status, attempt.body) == (200, '{"text": "hi"}')
    assert [len(request.payload["text"]) for request in heard.requests] == [200_000]
    link.close()


def test_link_ends_as_slack_says(slack: Workspace, heard: Heard) -> None:
    _, ends = opened(slack, heard)
    slack.socket("refresh")
    slack.wait_for(lambda: ends)
    assert heard.endings == ["warning", "refresh_requested"]
    assert ends == ["closed"]


def test_cut_link_ends_with_an_error(slack: Workspace, heard: Heard) -> None:
    link, ends = opened(slack, heard)
    slack.socket("cut")
    slack.wait_for(lambda: ends)
    assert ends == ["ConnectionClosedError"]
    assert link.closed
    assert not link.ack("e1", None)


def test_silent_link_is_ended_by_the_watchdog(slack: Workspace, heard: Heard) -> None:
    _, ends = opened(slack, heard, watchdog=0.6)
    time.sleep(0.8)
    assert not ends  # it answers pings
    slack.socket("hush")
    began = time.monotonic()
    slack.wait_for(lambda: ends)
    assert time.monotonic() - began < 5


def test_address_works_once(slack: Workspace, heard: Heard) -> None:
    url = addresses(slack).next()
    link = open_link(url, heard, heard)
    with pytest.raises(LinkError) as caught:
        open_link(url, heard, heard)
    assert "ticket" not in str(caught.value)
    assert slack.socket()["refused"] == 1
    link.close()


def test_eleventh_link_is_refused(slack: Workspace, heard: Heard) -> None:
    links = [opened(slack, heard)[0] for _ in range(10)]
    with pytest.raises(LinkError, match="too_many_websockets"):
        open_link(addresses(slack).next(), heard, heard)
    for link in links:
        link.close()


def test_closing_waits_for_the_payloads_on_their_way(slack: Workspace, heard: Heard) -> None:
    link, _ = opened(slack, heard)
    assert link.begin()
    closing = Thread(target=link.close, args=(10.0,))
    closing.start()
    time.sleep(0.1)
    assert closing.is_alive()
    assert link.begin()
    link.ended()
    time.sleep(0.1)
    assert closing.is_alive()
    link.ended()
    closing.join(5)
    assert not closing.is_alive()


def test_closing_link_takes_no_payload(slack: Workspace, heard: Heard) -> None:
    link, _ = opened(slack, heard)
    link.close()
    assert not link.begin()


def test_token_of_the_bot_is_refused_for_good(slack: Workspace) -> None:
    with pytest.raises(TokenError, match="app-level token"):
        addresses(slack, slack.token).next()
    with pytest.raises(TokenError, match="not valid"):
        addresses(slack, "xapp-another").next()


def test_app_without_socket_mode_may_get_it_later(slack: Workspace) -> None:
    slack.configure(socket_mode="off")
    with pytest.raises(LinkError, match="socket_mode_not_enabled"):
        addresses(slack).next()
