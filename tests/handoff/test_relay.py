import contextlib
from collections.abc import Callable, Iterator
from typing import Any

import gevent
import pytest
from gevent.event import Event
from gevent.pywsgi import WSGIServer

from clock import SystemClock
from errors import HandoffError
from handoff.relay import RECEIPT_HEADER, Relay, http_client

type App = Callable[[dict[str, Any], Any], Iterator[bytes]]

RECEIPT = "the-receipt"
SCALE = 0.1


class OwnEndpoint:
    """Our `/slack/turns` as the relay sees it."""

    def __init__(self, app: App) -> None:
        self.requests = 0
        self.ended = Event()
        self._app = app
        self._server = WSGIServer(("127.0.0.1", 0), self._serve, log=None, error_log=None)
        self._server.start()
        self.url = f"http://127.0.0.1:{self._server.server_port}/e/h/slack/turns"

    def _serve(self, environ: dict[str, Any], start_response: Any) -> Iterator[bytes]:
        self.requests += 1
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
def relay() -> Relay:
    return Relay(SystemClock(SCALE), http_client())


def test_accepted_with_the_first_byte_and_drained_to_the_end(serve: Any, relay: Relay) -> None:
    turns = serve(answering("200 OK", (b".",) * 5))
    relay.hand_off("h", [turns.url], b"sealed", RECEIPT)
    assert not turns.ended.is_set()
    assert turns.ended.wait(timeout=5)


def test_taken_already_counts_as_accepted(serve: Any, relay: Relay) -> None:
    turns = serve(answering("409 Conflict", ()))
    relay.hand_off("h", [turns.url], b"sealed", RECEIPT)
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
    ids=["a stranger's 200", "no byte", "a stranger's 409", "no plugin yet", "a seal it can't open"],
)
def test_whoever_is_not_us_does_not_own_the_turn(serve: Any, relay: Relay, stranger: App) -> None:
    with pytest.raises(HandoffError):
        relay.hand_off("h", [serve(stranger).url], b"sealed", RECEIPT)


def test_the_next_route_is_tried_and_remembered(serve: Any, relay: Relay) -> None:
    wrong, right = serve(answering("500 Oops")), serve(answering("200 OK"))
    routes = ["http://127.0.0.1:1/e/h/slack/turns", wrong.url, right.url]
    relay.hand_off("h", routes, b"sealed", RECEIPT)
    relay.hand_off("h", routes, b"sealed", RECEIPT)
    assert (wrong.requests, right.requests) == (1, 2)


def test_full_is_final(serve: Any, relay: Relay) -> None:
    full, other = serve(answering("503 Full", ())), serve(answering("200 OK"))
    with pytest.raises(HandoffError):
        relay.hand_off("h", [full.url, other.url], b"sealed", RECEIPT)
    assert other.requests == 0


def test_a_slow_route_is_not_hung_up_on(serve: Any, relay: Relay) -> None:
    slow = serve(answering("200 OK", (b".",) * 3, before=1.5))
    quick = serve(answering("409 Conflict", ()))
    relay.hand_off("h", [slow.url, quick.url], b"sealed", RECEIPT)
    assert not slow.ended.is_set()
    assert slow.ended.wait(timeout=5)  # somebody stayed until its turn had ended


def test_nobody_in_time(serve: Any, relay: Relay) -> None:
    never = serve(answering("200 OK", before=30))
    with pytest.raises(HandoffError):
        relay.hand_off("h", [never.url], b"sealed", RECEIPT)


def test_without_any_route() -> None:
    with pytest.raises(HandoffError):
        Relay(SystemClock(SCALE), http_client()).hand_off("h", [], b"sealed", RECEIPT)


def test_the_end_of_an_accepted_request_is_told(serve: Any, relay: Relay) -> None:
    turns, ended = serve(answering("200 OK", (b".",) * 3)), Event()
    relay.hand_off("h", [turns.url], b"sealed", RECEIPT, ended=ended.set)
    assert not ended.is_set()
    assert ended.wait(timeout=5)


@pytest.mark.parametrize(
    "app", [answering("409 Conflict", ()), answering("200 OK", receipt="a stranger's"), answering("404 No")]
)
def test_a_request_that_is_not_the_turns_own_ends_unheard(serve: Any, relay: Relay, app: App) -> None:
    ended = Event()
    with contextlib.suppress(HandoffError):
        relay.hand_off("h", [serve(app).url], b"sealed", RECEIPT, ended=ended.set)
    assert not ended.wait(timeout=0.1)
