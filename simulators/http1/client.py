"""A small HTTP/1.1 client on gevent for one request at a time, with the body as it arrives."""

import contextlib
import socket as std_socket
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import h11
from gevent import socket

from simulators.http1.reading import Cut, Reader


class Call:
    """One connection. `close` from another greenlet ends a read that waits."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._host = parts.netloc
        self._address = (parts.hostname or "127.0.0.1", parts.port or 80)
        self._base = parts.path.rstrip("/")
        self._sock: Any = None
        self._reader: Reader | None = None
        self.closed = False

    @property
    def reusable(self) -> bool:
        """Whether the answer was read to its end and another request may follow on this connection."""
        return self._reader is not None and self._reader.http.states == {
            h11.CLIENT: h11.DONE,
            h11.SERVER: h11.DONE,
        }

    def send(self, method: str, path: str, headers: dict[str, str], body: bytes) -> int:
        """Send a request and give the status of the answer; OSError or Cut if there is none."""
        if self.closed:
            raise Cut("closed")
        if self._reader is None:
            self._sock = socket.create_connection(self._address, timeout=None)
            self._sock.setsockopt(std_socket.IPPROTO_TCP, std_socket.TCP_NODELAY, 1)
            self._reader = Reader(self._sock, h11.CLIENT)
        http = self._reader.http
        if self.reusable:
            http.start_next_cycle()
        framing = {"Host": self._host, "Content-Length": str(len(body))}
        head = h11.Request(
            method=method, target=f"{self._base}{path}", headers=[*(framing | headers).items()]
        )
        self._sock.sendall(http.send(head) + http.send(h11.Data(body)) + http.send(h11.EndOfMessage()))
        answer = self._reader.head()
        if not isinstance(answer, h11.Response):
            raise Cut("before a head")
        return answer.status_code

    def chunks(self) -> Iterator[bytes]:
        """Give the body of the answer as it arrives; raise Cut if it is torn, OSError if closed here."""
        if self._reader is None:
            raise Cut("closed")
        return self._reader.body()

    def body(self) -> bytes:
        """Read the whole body."""
        return b"".join(self.chunks())

    def ends(self) -> str:
        """Name both ends of the connection as Go does in its errors."""
        with contextlib.suppress(OSError):
            here, there = self._sock.getsockname(), self._sock.getpeername()
            return f"{here[0]}:{here[1]}->{there[0]}:{there[1]}"
        return "?"

    def close(self) -> None:
        """Close; safe to call twice and from any greenlet."""
        self.closed = True
        sock, self._sock = self._sock, None
        if sock is not None:
            with contextlib.suppress(OSError):
                sock.shutdown(std_socket.SHUT_RDWR)
            sock.close()


def post(call: Call, path: str, headers: dict[str, str], body: bytes) -> tuple[int, bytes]:
    """POST and read the whole answer."""
    return call.send("POST", path, headers, body), call.body()
