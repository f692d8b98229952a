"""The server and the client against each other, in one process."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import gevent
import pytest
from gevent.event import Event

from simulators.http1.client import Call, post
from simulators.http1.reading import Cut
from simulators.http1.server import Exchange, HttpServer


@contextmanager
def serving(handler: Callable[[Exchange], None], limit: int | None = None) -> Iterator[str]:
    server = HttpServer(0, handler, body_limit=limit)
    server.start()
    try:
        yield server.url
    finally:
        server.stop()


def echo(exchange: Exchange) -> None:
    exchange.reply(200, exchange.request.body)


def test_a_connection_is_kept() -> None:
    with serving(echo) as url:
        call = Call(url)
        assert post(call, "/", {}, b"one") == (200, b"one")
        assert call.reusable
        assert post(call, "/", {}, b"two") == (200, b"two")
        call.close()


def test_body_limit_leaves_the_connection_in_order() -> None:
    with serving(echo, 3) as url:
        call = Call(url)
        assert post(call, "/", {}, b"x" * 200_000) == (200, b"xxx")
        assert post(call, "/", {}, b"ab") == (200, b"ab")
        call.close()


def test_chunks_arrive_one_by_one() -> None:
    go_on = Event()

    def two(exchange: Exchange) -> None:
        exchange.start(201)
        exchange.write(b"first")
        go_on.wait()
        exchange.write(b"second")

    with serving(two) as url:
        call = Call(url)
        head = call.send("GET", "/", {}, b"")
        chunks = call.chunks(head)
        assert (head.status, next(chunks)) == (201, b"first")
        go_on.set()
        assert list(chunks) == [b"second"]
        call.close()


def test_what_exceeds_a_content_length_is_dropped() -> None:
    def more(exchange: Exchange) -> None:
        exchange.start(200, [("Content-Length", "3")])
        exchange.write(b"ab")
        exchange.write(b"cdef")

    with serving(more) as url:
        call = Call(url)
        assert post(call, "/", {}, b"") == (200, b"abc")
        call.close()


@pytest.mark.parametrize(("method", "status"), [("HEAD", 200), ("GET", 204)])
def test_answers_without_a_body(method: str, status: int) -> None:
    def say(exchange: Exchange) -> None:
        exchange.start(status)
        exchange.write(b"nothing of this")

    with serving(say) as url:
        call = Call(url)
        assert call.send(method, "/", {}, b"").status == status
        call.close()


def test_a_client_that_leaves_is_noticed() -> None:
    left = Event()

    def wait(exchange: Exchange) -> None:
        exchange.watch(left.set)
        left.wait(5)

    with serving(wait) as url:
        call = Call(url)
        gevent.spawn_later(0.05, call.close)
        with pytest.raises((OSError, Cut)):
            call.send("GET", "/", {}, b"")
        assert left.wait(5)


@pytest.mark.parametrize("reset", [False, True])
def test_an_answer_that_is_aborted(reset: bool) -> None:
    def abort(exchange: Exchange) -> None:
        exchange.start(200)
        exchange.write(b"begun")
        exchange.abort(reset=reset)

    with serving(abort) as url:
        call = Call(url)
        head = call.send("GET", "/", {}, b"")
        with pytest.raises(ConnectionResetError if reset else Cut):
            list(call.chunks(head))
        call.close()


def test_junk_is_400() -> None:
    with serving(echo) as url:
        call = Call(url)
        assert call.send("GET", " / /", {}, b"").status == 400
        call.close()
