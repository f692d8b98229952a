"""The server and the client against each other, in one process."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

import gevent
import pytest
from gevent import socket
from gevent.event import Event
from hypothesis import given, settings
from hypothesis import strategies as st

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
        status = call.send("GET", "/", {}, b"")
        chunks = call.chunks()
        assert (status, next(chunks)) == (201, b"first")
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
        assert call.send(method, "/", {}, b"") == status
        assert call.body() == b""
        assert call.reusable
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
        call.send("GET", "/", {}, b"")
        with pytest.raises(ConnectionResetError if reset else Cut):
            list(call.chunks())
        call.close()


def test_an_answer_shorter_than_its_content_length_ends_the_connection() -> None:
    def less(exchange: Exchange) -> None:
        exchange.start(200, [("Content-Length", "3")])
        exchange.write(b"ab")

    with serving(less) as url:
        call = Call(url)
        with pytest.raises(Cut):
            post(call, "/", {}, b"")
        assert not call.reusable
        call.close()


def raw(url: str, *pieces: bytes) -> bytes:
    """What the server sends until it closes the connection."""
    parts = urlsplit(url)
    with socket.create_connection((parts.hostname, parts.port)) as sock:
        for piece in pieces:
            sock.sendall(piece)
            gevent.sleep(0.001)
        return b"".join(iter(lambda: sock.recv(65536), b""))


@pytest.mark.parametrize(
    "junk",
    [
        b"\r\n",
        b"GET /\r\nHost: x",
        b"GET / / HTTP/1.1\r\nHost: x",
        b"GET / HTTP/2\r\nHost: x",
        b"GET / HTTP/1.1\r\nHost: x\r\nno colon",
        b"A B C D\r\nHost: x",
        b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nno size",
    ],
)
def test_junk_is_400(junk: bytes) -> None:
    with serving(echo) as url:
        assert raw(url, junk + b"\r\n\r\n").startswith(b"HTTP/1.1 400 ")


def test_a_head_that_comes_byte_by_byte_is_a_request_as_it_was_sent() -> None:
    def tell(exchange: Exchange) -> None:
        exchange.reply_json(200, [exchange.request.headers, exchange.request.target])

    head = b"GET /a%20b?q=1 HTTP/1.1\r\nHost: x\r\nX-One:  \xe9 \r\nx-one: three\r\nConnection: close\r\n\r\n"
    with serving(tell) as url:
        answer = raw(url, *(bytes([byte]) for byte in head))
    headers, target = json.loads(answer.partition(b"\r\n\r\n")[2])
    assert headers[1:3] == [["X-One", "\xe9"], ["x-one", "three"]]
    assert target == "/a%20b?q=1"


def test_two_requests_sent_at_once_are_both_answered() -> None:
    first = b"POST /1 HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\none"
    last = b"POST /2 HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nConnection: close\r\n\r\ntwo"
    with serving(echo) as url:
        answers = raw(url, first + last)
    assert answers.count(b"HTTP/1.1 200 OK\r\n") == 2
    assert answers.endswith(b"two")


def test_who_asks_before_sending_a_body_is_told_to_go_on() -> None:
    head = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nExpect: 100-continue\r\nConnection: close\r\n\r\n"
    with serving(echo) as url:
        assert raw(url, head, b"abc").startswith(b"HTTP/1.1 100 \r\n\r\nHTTP/1.1 200 OK\r\n")


@given(
    st.integers(200, 999),
    st.dictionaries(st.from_regex(r"X-[A-Za-z-]+", fullmatch=True), st.from_regex(r"[!-~]*", fullmatch=True)),
)
@settings(max_examples=30, deadline=None)
def test_status_and_headers_arrive_as_they_were_given(status: int, headers: dict[str, str]) -> None:
    with serving(lambda exchange: exchange.reply(status, b"", headers.items())) as url:
        answer = raw(url, b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").decode()
    [line, *told] = answer.removesuffix("\r\n\r\n").split("\r\n")
    assert line.startswith(f"HTTP/1.1 {status} ")
    assert told[: len(headers)] == [f"{name}: {value}" for name, value in headers.items()]
