"""A small HTTP/1.1 client on gevent for one request at a time, with the body as it arrives."""

import contextlib
import socket as std_socket
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from gevent import socket

from simulators.http1.messages import ResponseHead, parse_response
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
        self.reusable = False

    def send(self, method: str, path: str, headers: dict[str, str], body: bytes) -> ResponseHead:
        """Send a request and wait for the answer's head; OSError or Cut if there is none."""
        if self.closed:
            raise Cut("closed")
        if self._sock is None:
            self._sock = socket.create_connection(self._address, timeout=None)
            self._sock.setsockopt(std_socket.IPPROTO_TCP, std_socket.TCP_NODELAY, 1)
            self._reader = Reader(self._sock)
        lines = [
            f"{method} {self._base}{path} HTTP/1.1",
            f"Host: {self._host}",
            f"Content-Length: {len(body)}",
        ]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        self._sock.sendall("\r\n".join([*lines, "", ""]).encode("latin-1") + body)
        head = self._open_reader().head()
        if head is None:
            raise Cut("before a head")
        return parse_response(head)

    def _open_reader(self) -> Reader:
        if self._reader is None:
            raise Cut("closed")
        return self._reader

    def chunks(self, head: ResponseHead) -> Iterator[bytes]:
        """Give the body of the answer as it arrives; raise Cut if it is torn, OSError if closed here."""
        reader = self._open_reader()
        self.reusable = False
        if "chunked" in head.headers.get("transfer-encoding", ""):
            yield from reader.chunks()
        elif "content-length" in head.headers:
            yield reader.exactly(int(head.headers["content-length"]))
        else:
            yield reader.until_closed()
            return
        self.reusable = "close" not in head.headers.get("connection", "").lower()

    def body(self, head: ResponseHead) -> bytes:
        """Read the whole body."""
        return b"".join(self.chunks(head))

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
    head = call.send("POST", path, headers, body)
    return head.status, call.body(head)
