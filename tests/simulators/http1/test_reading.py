from collections.abc import Iterator

import h11
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulators.http1.reading import HEAD_LIMIT, Cut, Reader

CHUNKED = b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
NEXT = b"GET /next HTTP/1.1\r\nHost: x\r\n\r\n"


class Wire:
    """A socket that gives what it has in the sizes it is told."""

    def __init__(self, data: bytes, sizes: Iterator[int]) -> None:
        self._data = data
        self._sizes = sizes

    def recv(self, size: int, /) -> bytes:
        count = min(size, next(self._sizes, 1))
        data, self._data = self._data[:count], self._data[count:]
        return data


sizes = st.lists(st.integers(1, 9)).map(iter)


def server(data: bytes, cuts: Iterator[int]) -> Reader:
    return Reader(Wire(data, cuts), h11.SERVER)


def target(reader: Reader) -> bytes:
    head = reader.head()
    assert isinstance(head, h11.Request)
    return head.target


def next_target(reader: Reader) -> bytes:
    """That of the message after the one that was read."""
    reader.http.send(h11.Response(status_code=200, headers=[("Content-Length", "0")]))
    reader.http.send(h11.EndOfMessage())
    reader.http.start_next_cycle()
    return target(reader)


def chunk(data: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(data), data) if data else b""


@given(st.lists(st.binary(max_size=40)), sizes)
def test_chunks_join_to_what_was_sent(parts: list[bytes], cuts: Iterator[int]) -> None:
    reader = server(CHUNKED + b"".join(map(chunk, parts)) + b"0\r\n\r\n" + NEXT, cuts)
    assert target(reader) == b"/"
    assert b"".join(reader.body()) == b"".join(parts)
    assert next_target(reader) == b"/next"


def test_chunks_that_are_there_are_given_at_once() -> None:
    reader = server(CHUNKED + chunk(b"one") + chunk(b"two") + b"5\r\nthr", iter([1000]))
    reader.head()
    assert next(reader.body()) == b"onetwothr"


@given(st.binary(min_size=1, max_size=40), sizes, st.data())
def test_torn_bodies_are_told(part: bytes, cuts: Iterator[int], data: st.DataObject) -> None:
    body = chunk(part) + b"0\r\n\r\n"
    torn = body[: data.draw(st.integers(0, len(body) - 1))]
    reader = server(CHUNKED + torn, cuts)
    reader.head()
    with pytest.raises(Cut):
        list(reader.body())


@given(st.binary(max_size=60), sizes)
def test_lengths(body: bytes, cuts: Iterator[int]) -> None:
    reader = server(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body), cuts)
    reader.head()
    assert b"".join(reader.body()) == body
    assert reader.head() is None
    reader = server(
        b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n%b" % (len(body) + 1, body), cuts
    )
    reader.head()
    with pytest.raises(Cut):
        list(reader.body())


def test_a_body_without_a_length_goes_on_to_the_end() -> None:
    http = Reader(Wire(b"HTTP/1.1 200 OK\r\n\r\nall of it", iter([22])), h11.CLIENT)
    http.http.send(h11.Request(method="GET", target="/", headers=[("Host", "x")]))
    http.http.send(h11.EndOfMessage())
    assert isinstance(http.head(), h11.Response)
    assert b"".join(http.body()) == b"all of it"


def test_a_head_that_breaks_off() -> None:
    with pytest.raises(Cut):
        server(b"GET / HT", iter([3])).head()


def test_a_large_head_is_read_and_one_over_the_limit_is_not() -> None:
    size = HEAD_LIMIT - 100
    head = b"GET / HTTP/1.1\r\nHost: x\r\nx-long: %b\r\n\r\n"
    read = server(head % (b"a" * size), iter([1000] * 1100)).head()
    assert isinstance(read, h11.Request)
    assert dict(read.headers)[b"x-long"] == b"a" * size
    with pytest.raises(h11.RemoteProtocolError) as refused:
        server(head % (b"a" * 2 * size), iter([65536] * 1000)).head()
    assert refused.value.error_status_hint == 431


@pytest.mark.parametrize("head", [b"HTTP/1.1", b"HTTP/1.1 abc OK", b"ICY 200 OK"])
def test_bad_responses(head: bytes) -> None:
    with pytest.raises(h11.RemoteProtocolError):
        Reader(Wire(head + b"\r\n\r\n", iter([1000])), h11.CLIENT).head()
