"""A small HTTP/1.1 server on gevent: chunks go out as they are written, and a client that leaves is noticed.

gevent's own pywsgi neither tells a handler that its client has gone nor costs little enough per chunk
for thousands of chunks a second.
"""

import contextlib
import json
import socket
from collections.abc import Callable, Iterable
from http.client import responses
from typing import Any

import gevent
import h11
from gevent.server import StreamServer

from simulators.http1.messages import Request
from simulators.http1.reading import Cut, Reader

BODILESS = frozenset({204, 304})


class Exchange:
    """One request and its answer; the head leaves together with the first bytes of the body."""

    def __init__(self, sock: Any, http: h11.Connection, request: Request) -> None:
        self.request = request
        self.gone = False
        self.started = False
        self.finished = False
        self._sock = sock
        self._http = http
        self._head = b""
        self._room: int | None = None
        self._watcher: Any = None
        self._on_gone: Callable[[], None] | None = None

    @property
    def keeps_connection(self) -> bool:
        """Whether another request may follow on this connection."""
        return not self.gone and self._http.states == {h11.CLIENT: h11.DONE, h11.SERVER: h11.DONE}

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
        if self.request.method == "HEAD" or status in BODILESS:
            self._room = 0
        elif length is not None:
            self._room = int(length)
        encoded = [(name.encode("latin-1"), value.encode("latin-1", "replace")) for name, value in kept]
        reason = responses.get(status, "Unknown")
        self._head = self._http.send(h11.Response(status_code=status, headers=encoded, reason=reason))
        self.started = True

    def write(self, data: bytes) -> None:
        """Send a piece of the body, and the head before it.

        What exceeds a Content-Length is dropped, as Go does.
        """
        if self._room is not None:
            data, self._room = data[: self._room], max(0, self._room - len(data))
        self._put(self._http.send(h11.Data(data)))

    def finish(self) -> None:
        """End the answer."""
        if self.finished:
            return
        if not self.started:
            self.start(200, [("Content-Length", "0")])
        end = b""
        with contextlib.suppress(
            h11.LocalProtocolError
        ):  # shorter than its Content-Length: the connection ends
            end = self._http.send(h11.EndOfMessage())
        self._put(end)
        self.finished = True
        self.unwatch()

    def _put(self, data: bytes) -> None:
        if self._head:
            data, self._head = self._head + data, b""
        if not data or self.gone:
            return
        try:
            self._sock.sendall(data)
        except OSError:
            self._leave()

    def abort(self, *, reset: bool = False) -> None:
        """Close the connection inside the answer, by an RST if told so."""
        self.finished = True
        self.unwatch()
        if reset:
            self._sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")
        else:
            with contextlib.suppress(OSError):
                self._sock.shutdown(socket.SHUT_WR)

    def switch(self, serve: Callable[[Any], None]) -> None:
        """Leave HTTP: the connection is `serve`'s, and ends with it."""
        self.gone = self.finished = True
        serve(self._sock)

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

    def _serve(self, sock: Any, _address: tuple[str, int]) -> None:
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._open[id(sock)] = sock
        reader = Reader(sock, h11.SERVER)
        try:
            while self._one(sock, reader):
                reader.http.start_next_cycle()
        except (OSError, Cut):
            pass
        except h11.RemoteProtocolError as error:
            headers = [("Connection", "close"), ("Content-Length", "0")]
            refusal = h11.Response(status_code=error.error_status_hint, headers=headers)
            with contextlib.suppress(OSError):
                sock.sendall(reader.http.send(refusal))
        finally:
            del self._open[id(sock)]

    def _one(self, sock: Any, reader: Reader) -> bool:
        head = reader.head()
        if not isinstance(head, h11.Request):
            return False
        if reader.http.they_are_waiting_for_100_continue:
            sock.sendall(reader.http.send(h11.InformationalResponse(status_code=100, headers=[])))
        headers = [
            (name.decode("latin-1"), value.decode("latin-1")) for name, value in head.headers.raw_items()
        ]
        body = self._limited(reader.body())
        exchange = Exchange(
            sock, reader.http, Request(head.method.decode(), head.target.decode(), headers, body)
        )
        try:
            self._handler(exchange)
        finally:
            exchange.unwatch()
        exchange.finish()
        return exchange.keeps_connection

    def _limited(self, pieces: Iterable[bytes]) -> bytes:
        body = bytearray()
        for piece in pieces:
            body += piece if self._limit is None else piece[: self._limit - len(body)]
        return bytes(body)
