"""A small HTTP/1.1 server on gevent: chunks go out as they are written, and a client that leaves is noticed.

gevent's own pywsgi neither tells a handler that its client has gone nor costs little enough per chunk
for thousands of chunks a second.
"""

import contextlib
import json
import socket
from collections.abc import Callable, Iterable
from typing import Any

import gevent
from gevent.server import StreamServer

from simulators.http1.messages import LAST_CHUNK, BadHead, Request, chunk, encode_head, parse_request
from simulators.http1.reading import Cut, Reader

BODILESS = frozenset({204, 304})


class Exchange:
    """One request and its answer; the head leaves together with the first bytes of the body."""

    def __init__(self, sock: Any, request: Request, *, body_complete: bool = True) -> None:
        self.request = request
        self.gone = False
        self.started = False
        self.finished = False
        self._sock = sock
        self._keep = request.keeps_alive and body_complete
        self._head = b""
        self._chunked = False
        self._silent = request.method == "HEAD"
        self._room: int | None = None
        self._watcher: Any = None
        self._on_gone: Callable[[], None] | None = None

    @property
    def keeps_connection(self) -> bool:
        """Whether another request may follow on this connection."""
        return self._keep and self.finished and not self.gone

    @property
    def satisfied(self) -> bool:
        """Whether the client has all that the Content-Length promised: it may leave then."""
        return self.started and self._room == 0

    def reply(self, status: int, body: bytes = b"", headers: Iterable[tuple[str, str]] = ()) -> None:
        """Answer at once and whole."""
        self.start(status, [*headers, ("Content-Length", str(len(body)))])
        self.write(body)
        self.finish()

    def reply_json(self, status: int, value: Any) -> None:
        """Answer with a JSON text."""
        self.reply(status, json.dumps(value).encode(), [("Content-Type", "application/json")])

    def start(self, status: int, headers: Iterable[tuple[str, str]] = ()) -> None:
        """Fix the head; a body without a Content-Length is chunked."""
        kept = [pair for pair in headers if pair[0].lower() not in {"transfer-encoding", "connection"}]
        length = next((value for name, value in kept if name.lower() == "content-length"), None)
        self._silent = self._silent or status in BODILESS
        if length is not None and length.isdigit():
            self._room = int(length)
        elif not self._silent:
            self._chunked = True
            kept.append(("Transfer-Encoding", "chunked"))
        if not self._keep:
            kept.append(("Connection", "close"))
        self._head = encode_head(status, kept)
        self.started = True

    def write(self, data: bytes) -> None:
        """Send a piece of the body, and the head before it.

        What exceeds a Content-Length is dropped, as Go does.
        """
        if self._room is not None:
            data, self._room = data[: self._room], max(0, self._room - len(data))
        body = b"" if self._silent else chunk(data) if self._chunked else data
        self.write_raw(body)

    def write_raw(self, data: bytes) -> None:
        """Send bytes that are framed already."""
        if self._head:
            data, self._head = self._head + data, b""
        if not data or self.gone:
            return
        try:
            self._sock.sendall(data)
        except OSError:
            self._leave()

    def finish(self) -> None:
        """End the answer."""
        if self.finished:
            return
        if not self.started:
            self.start(200, [("Content-Length", "0")])
        self.write_raw(LAST_CHUNK if self._chunked and not self._silent else b"")
        self._keep = self._keep and not self._room
        self.finished = True
        self.unwatch()

    def abort(self, *, reset: bool = False) -> None:
        """Close the connection inside the answer, by an RST if told so."""
        self.finished = True
        self._keep = False
        self.unwatch()
        if reset:
            self._sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")
        else:
            with contextlib.suppress(OSError):
                self._sock.shutdown(socket.SHUT_WR)

    def watch(self, on_gone: Callable[[], None]) -> None:
        """Call `on_gone` (in gevent's hub: it must not wait) when the client closes too early."""
        self._on_gone = on_gone
        if self._watcher is not None or self.gone:
            return
        self._watcher = gevent.get_hub().loop.io(self._sock.fileno(), 1)
        self._watcher.start(self._look)

    def unwatch(self) -> None:
        """Stop watching."""
        self._on_gone = None
        if self._watcher is not None:
            self._watcher.stop()
            self._watcher.close()
            self._watcher = None

    def has_left(self) -> bool:
        """Look now, rather than when gevent gets round to it."""
        if not self.gone:
            self._look()
        return self.gone

    def _look(self) -> None:
        try:
            if self._sock._sock.recv(1, socket.MSG_PEEK):  # noqa: SLF001 - the real socket: the hub must not wait
                if self._watcher is not None:
                    self._watcher.stop()  # the next request waits there: nothing more to learn
                return
        except BlockingIOError:
            return
        except OSError:
            pass
        self._leave()

    def _leave(self) -> None:
        self.gone = True
        call = self._on_gone
        self.unwatch()
        if call is not None:
            call()


Handler = Callable[[Exchange], None]


class HttpServer:
    """Serves connections, a greenlet each; `body_limit` cuts longer bodies silently, if given."""

    def __init__(self, port: int, handler: Handler, *, body_limit: int | None = None) -> None:
        self._handler = handler
        self._limit = body_limit
        self._server = StreamServer(("127.0.0.1", port), self._serve, backlog=4096)
        self._server.init_socket()
        self._open: dict[int, Any] = {}

    @property
    def port(self) -> int:
        """The port it listens on."""
        return int(self._server.address[1])

    @property
    def url(self) -> str:
        """Its own base URL."""
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Begin to accept."""
        self._server.start()

    def stop(self) -> None:
        """Stop accepting."""
        self._server.stop(timeout=0)

    def drop_all(self, keep: Any = None) -> None:
        """Reset every open connection but one, as a process does that dies."""
        for sock in list(self._open.values()):
            if sock is not keep:
                with contextlib.suppress(OSError):
                    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")
                    sock.shutdown(socket.SHUT_RDWR)

    def _serve(self, sock: Any, address: tuple[str, int]) -> None:
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._open[id(sock)] = sock
        reader = Reader(sock)
        try:
            while self._one(sock, reader, f"{address[0]}:{address[1]}"):
                pass
        except (OSError, Cut):
            pass
        except BadHead:
            with contextlib.suppress(OSError):
                sock.sendall(encode_head(400, [("Connection", "close"), ("Content-Length", "0")]))
        finally:
            del self._open[id(sock)]

    def _one(self, sock: Any, reader: Reader, peer: str) -> bool:
        head = reader.head()
        if head is None:
            return False
        request = parse_request(head, peer)
        if request.get("expect").lower() == "100-continue":
            sock.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
        request.body, complete = read_body(reader, request, self._limit)
        exchange = Exchange(sock, request, body_complete=complete)
        try:
            self._handler(exchange)
        finally:
            exchange.unwatch()
        exchange.finish()
        return exchange.keeps_connection


def read_body(reader: Reader, request: Request, limit: int | None) -> tuple[bytes, bool]:
    """Read a request's body, at most `limit` bytes of it: (the bytes, whether that was all)."""
    if "chunked" in request.get("transfer-encoding").lower():
        body = b"".join(reader.chunks())
        return (body, True) if limit is None else (body[:limit], True)
    length = int(request.get("content-length", "0"))
    if limit is None or length <= limit:
        return reader.exactly(length), True
    body = reader.exactly(limit)
    for _ in range(length - limit >> 16):
        reader.exactly(1 << 16)
    reader.exactly((length - limit) & 0xFFFF)
    return body, True
