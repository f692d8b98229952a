import contextlib
from collections.abc import Callable, Iterator
from typing import Any

import gevent
import pytest
from gevent.event import Event
from gevent.pywsgi import WSGIServer
from gevent.server import StreamServer

from clock import Clock
from errors import HandoffError
from handoff.acceptances import Acceptances
from handoff.claims import CancellationRegistry
from handoff.own_connection import OwnConnections
from handoff.relay import RECEIPT_HEADER, HandOffRequest, Relay

type App = Callable[[dict[str, Any], Any], Iterator[bytes]]

RECEIPT = "the-receipt"
SCALE = 0.1


class OwnEndpoint:
    """Our `/slack/turns` as the relay sees it."""

    def __init__(self, app: App) -> None:
        self.requests = 0
        self.names: list[str] = []
        self.ended = Event()
        self._app = app
        self._server = WSGIServer(("127.0.0.1", 0), self._serve, log=None, error_log=None)
        self._server.start()
        self.url = f"http://127.0.0.1:{self._server.server_port}/e/h/slack/turns"

    def _serve(self, environ: dict[str, Any], start_response: Any) -> Iterator[bytes]:
        self.requests += 1
        self.names.append(environ["HTTP_SLACK_BRIDGE_REQUEST"])
        yield from self._app(environ, start_response)
        self.ended.set()

    def stop(self) -> None:
        self._server.stop(timeout=0.1)


def answering(
    status: str, body: tuple[bytes, ...] = (b".",), receipt: str = RECEIPT, before: float = 0.0
) -> App:
    def app(_environ: dict[str, Any], start_response: Any) -> Iterator[bytes]:
        gevent.sleep(before * SCALE)
        start_response(status, [(RECEIPT_HEADER, receipt)])
        for number, chunk in enumerate(body):
            gevent.sleep(0.02 if number else 0)
            yield chunk

    return app


def request(**more: Any) -> HandOffRequest:
    return HandOffRequest(b"signed", RECEIPT, **more)


class Ends(CancellationRegistry):
    """Notes the names of the requests that have ended."""

    def __init__(self) -> None:
        super().__init__(Clock(SCALE))
        self.names: list[str] = []

    def ended(self, request: str) -> None:
        self.names.append(request)


class Heard(Acceptances):
    """Notes the names of the requests of which something was heard, each once."""

    def __init__(self) -> None:
        super().__init__()
        self.names: list[str] = []

    def heard(self, request: str) -> None:
        if request not in self.names:
            self.names.append(request)
        super().heard(request)


@pytest.fixture
def serve() -> Iterator[Callable[[App], OwnEndpoint]]:
    running: list[OwnEndpoint] = []

    def start(app: App) -> OwnEndpoint:
        running.append(OwnEndpoint(app))
        return running[-1]

    yield start
    for endpoint in running:
        endpoint.stop()


@pytest.fixture
def ends() -> Ends:
    return Ends()


@pytest.fixture
def heard() -> "Heard":
    return Heard()


@pytest.fixture
def relay(ends: Ends, heard: "Heard") -> Relay:
    return Relay(Clock(SCALE), OwnConnections(), heard, ends)


def test_request_is_accepted_at_its_first_byte_and_read_to_its_end(serve: Any, relay: Relay) -> None:
    turns = serve(answering("200 OK", (b".",) * 5))
    relay.hand_off("h", [turns.url], request())
    assert not turns.ended.is_set()
    assert turns.ended.wait(timeout=5)


def test_conflict_counts_as_accepted(serve: Any, relay: Relay) -> None:
    turns = serve(answering("409 Conflict", ()))
    relay.hand_off("h", [turns.url], request())
    assert turns.requests == 1


@pytest.mark.parametrize(
    "stranger",
    [
        answering("200 OK", receipt="another"),
        answering("200 OK", ()),
        answering("409 Conflict", (), receipt=""),
        answering("500 Internal Server Error"),
        answering("401 Unauthorized", ()),
    ],
    ids=["a stranger's 200", "no byte", "a stranger's 409", "no plugin yet", "a signature it can't verify"],
)
def test_answer_of_a_stranger_is_not_accepted(serve: Any, relay: Relay, stranger: App) -> None:
    with pytest.raises(HandoffError):
        relay.hand_off("h", [serve(stranger).url], request())


def test_next_route_is_tried_and_remembered(serve: Any, relay: Relay) -> None:
    wrong, right = serve(answering("500 Oops")), serve(answering("200 OK"))
    routes = ["http://127.0.0.1:1/e/h/slack/turns", wrong.url, right.url]
    relay.hand_off("h", routes, request())
    relay.hand_off("h", routes, request())
    assert (wrong.requests, right.requests) == (1, 2)


def test_full_process_ends_the_search_for_a_route(serve: Any, relay: Relay) -> None:
    full, other = serve(answering("503 Full", ())), serve(answering("200 OK"))
    with pytest.raises(HandoffError):
        relay.hand_off("h", [full.url, other.url], request())
    assert other.requests == 0


def test_slow_route_is_kept_open_until_its_turn_has_ended(serve: Any, relay: Relay) -> None:
    slow = serve(answering("200 OK", (b".",) * 3, before=1.5))
    quick = serve(answering("409 Conflict", ()))
    relay.hand_off("h", [slow.url, quick.url], request())
    assert not slow.ended.is_set()
    assert slow.ended.wait(timeout=5)  # the relay kept the connection until the turn had ended


def test_hand_off_fails_when_no_route_answers_in_time(serve: Any, relay: Relay) -> None:
    never = serve(answering("200 OK", before=30))
    with pytest.raises(HandoffError):
        relay.hand_off("h", [never.url], request())


def test_hand_off_fails_without_any_route() -> None:
    with pytest.raises(HandoffError):
        Relay(Clock(SCALE), OwnConnections(), Heard(), Ends()).hand_off("h", [], request())


def test_end_of_each_request_is_told_by_its_own_name(serve: Any, relay: Relay, ends: Ends) -> None:
    turns = serve(answering("200 OK", (b".",) * 3))
    for _ in range(2):
        relay.hand_off("h", [turns.url], request())
    assert ends.names == []
    wait_for(lambda: len(ends.names) == 2)
    assert sorted(ends.names) == sorted(turns.names)
    assert len(set(ends.names)) == 2


def test_both_ends_are_told_when_two_requests_carry_one_turn(serve: Any, relay: Relay, ends: Ends) -> None:
    slow = serve(answering("200 OK", (b".",) * 3, before=1.5))
    quick = serve(answering("409 Conflict", ()))
    relay.hand_off("h", [slow.url, quick.url], request())
    wait_for(lambda: ends.names == [*quick.names, *slow.names])


@pytest.mark.parametrize("head", [b"", b"HTTP/1.1 200 OK\r\nContent-Le"], ids=["before", "within"])
def test_end_is_told_when_the_connection_breaks_before_the_answer(
    relay: Relay, ends: Ends, head: bytes
) -> None:
    with breaking(head) as url, pytest.raises(HandoffError):
        relay.hand_off("h", [url], request())
    wait_for(lambda: len(ends.names) == 1)


def test_no_end_is_told_when_nothing_was_sent(relay: Relay, ends: Ends) -> None:
    with pytest.raises(HandoffError):
        relay.hand_off("h", ["http://127.0.0.1:1/e/h/slack/turns"], request())
    gevent.sleep(0.1)
    assert ends.names == []


def test_time_that_slack_has_waited_shortens_the_hand_off(serve: Any, relay: Relay) -> None:
    clock = Clock(SCALE)
    never = serve(answering("200 OK", before=30))
    began = clock.now()
    with pytest.raises(HandoffError):
        relay.hand_off("h", [never.url], request(since=clock.epoch() - 8.0))
    assert clock.now() - began < 6.0  # of 11 s, which is the shortest wait at this scale


def test_no_route_is_tried_when_slack_has_gone(serve: Any, relay: Relay) -> None:
    turns = serve(answering("200 OK"))
    with pytest.raises(HandoffError):
        relay.hand_off("h", [turns.url], request(since=Clock(SCALE).epoch() - 60.0))
    assert turns.requests == 0


def test_request_that_this_process_accepts_is_not_waited_for_any_longer(
    serve: Any, relay: Relay, heard: Heard, ends: Ends
) -> None:
    """Its answer may come late, and its connection is kept until then."""
    answered = Event()

    def app(environ: dict[str, Any], start_response: Any) -> Iterator[bytes]:
        heard.accept(environ["HTTP_SLACK_BRIDGE_REQUEST"])
        answered.wait()
        start_response("200 OK", [(RECEIPT_HEADER, RECEIPT)])
        yield b"."

    turns = serve(app)
    relay.hand_off("h", [turns.url], request())
    assert (ends.names, relay.working_route("h")) == ([], turns.url)
    answered.set()
    wait_for(lambda: ends.names == turns.names)


def test_ack_goes_before_what_follows_the_acceptance(serve: Any, relay: Relay, heard: Heard) -> None:
    order: list[str] = []

    def app(environ: dict[str, Any], start_response: Any) -> Iterator[bytes]:
        heard.accept(environ["HTTP_SLACK_BRIDGE_REQUEST"])
        order.append("turn")
        start_response("200 OK", [(RECEIPT_HEADER, RECEIPT)])
        yield b"."

    relay.hand_off("h", [serve(app).url], request())
    order.append("ack")
    wait_for(lambda: len(order) == 2)
    assert order == ["ack", "turn"]


def test_request_that_has_ended_is_forgotten(serve: Any, relay: Relay, heard: Heard) -> None:
    refusing, answers = serve(answering("503 Full", ())), request()
    with pytest.raises(HandoffError):
        relay.hand_off("h", ["http://127.0.0.1:1/e/h/slack/turns", refusing.url], answers)
    wait_for(lambda: len(heard.names) == 2)
    for name in heard.names:
        heard.accept(name)
    assert answers.answers.empty()


@contextlib.contextmanager
def breaking(head: bytes) -> Iterator[str]:
    """A server that reads the request, sends these bytes and closes the connection."""

    def serve(connection: Any, _: Any) -> None:
        connection.recv(65536)
        connection.sendall(head)
        connection.close()

    server = StreamServer(("127.0.0.1", 0), serve)
    server.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/e/h/slack/turns"
    finally:
        server.stop(timeout=0.1)


def wait_for(look: Callable[[], bool]) -> None:
    with gevent.Timeout(5):
        while not look():
            gevent.sleep(0.01)
