"""The connection to our own endpoint that carries one request (docs/architecture.md#d1-hand-off)."""

import socket
import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property
from http.client import HTTPConnection, HTTPResponse, HTTPSConnection
from typing import Any
from urllib.parse import urlsplit

from hosts import is_address
from tls import shared_context

_CORK: int | None = getattr(socket, "TCP_CORK", None)  # Linux has it


class OwnConnection:
    """For one request: no proxy, no redirect. The server closes the connection once its answer has ended."""

    def __init__(self, http: HTTPConnection, target: str) -> None:
        self._http = http
        self._target = target
        self._socket: Any = None
        self._answer: HTTPResponse | None = None  # would close the connection if nothing held it

    def open(self) -> None:
        """Connect. Raises OSError; then nothing was sent."""
        self._http.connect()
        self._socket = self._http.sock

    def post(self, body: bytes, headers: Mapping[str, str], timeout: float) -> HTTPResponse:
        """The beginning of the answer. Any silence of more than `timeout` seconds raises OSError.

        Raises http.client.HTTPException when the answer is none.
        """
        self._socket.settimeout(timeout)
        with self._in_one_piece():
            self._http.request("POST", self._target, body, {**headers, "Connection": "close"})
        self._answer = self._http.getresponse()
        return self._answer

    @contextmanager
    def _in_one_piece(self) -> Iterator[None]:
        """Let head and body leave together where the system can do that: each piece wakes the server."""
        if _CORK is not None:
            self._socket.setsockopt(socket.IPPROTO_TCP, _CORK, 1)
        yield
        if _CORK is not None:
            self._socket.setsockopt(socket.IPPROTO_TCP, _CORK, 0)

    def detach(self) -> int:
        """The open file of the connection, which the caller must close. It still tells when the answer ends."""
        fileno: int = self._socket.detach()
        return fileno

    def close(self) -> None:
        """Hang up, unless the connection was detached."""
        self._http.close()


class _AddressConnection(HTTPConnection):
    """A connection to an address. gevent hands each look-up of a host to a thread, even that of an address.

    A connection to this machine is made at once, so that no other greenlet runs between its begin and the request.
    """

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_INET6 if ":" in self.host else socket.AF_INET)
        self.sock.settimeout(0)
        self.sock.connect_ex((self.host, self.port))
        self.sock.settimeout(self.timeout)
        self.sock.connect((self.host, self.port))
        self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)


class OwnConnections:
    """Makes the connections of the process. `tls` says which certificates are trusted; None: those of the machine."""

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        self._given = tls

    def to(self, route: str, timeout: float) -> OwnConnection:
        """A connection that is not open yet; `timeout` is for opening it. Raises ValueError if the URL is no such."""
        url = urlsplit(route)
        target = f"{url.path or '/'}?{url.query}" if url.query else url.path or "/"
        host, port = url.hostname or "", url.port
        if url.scheme == "https":
            return OwnConnection(HTTPSConnection(host, port, timeout=timeout, context=self._tls), target)
        kind = _AddressConnection if is_address(host) else HTTPConnection
        return OwnConnection(kind(host, port, timeout=timeout), target)

    @cached_property
    def _tls(self) -> ssl.SSLContext:
        return self._given or shared_context()
