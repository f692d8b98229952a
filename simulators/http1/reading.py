"""Reads HTTP/1.1 from a gevent socket: h11 understands the bytes, this module fetches them."""

from collections.abc import Iterator
from typing import Protocol

import h11

HEAD_LIMIT = 1 << 20


class Receives(Protocol):
    """The one method of a socket that reading needs."""

    def recv(self, size: int, /) -> bytes:
        """Give up to `size` bytes; none at the end."""


class Cut(EOFError):
    """The other side closed the connection inside a message."""


class Reader:
    """The messages that come over a socket.

    `http` is our side of the connection, h11.CLIENT or h11.SERVER by its role. What is sent is framed by `http`
    too. Every method raises h11.RemoteProtocolError for bytes that are no HTTP/1.1.
    """

    def __init__(self, sock: Receives, role: type[h11.CLIENT | h11.SERVER]) -> None:
        self.http = h11.Connection(role, HEAD_LIMIT)
        self._sock = sock

    def head(self) -> h11.Request | h11.Response | None:
        """Read a head; none when the connection ends before anything came. Raise Cut if it ends in the head."""
        while not isinstance(event := self._next(), h11.Request | h11.Response):
            if isinstance(event, h11.ConnectionClosed):
                return None
            self._fill(event)
        return event

    def body(self) -> Iterator[bytes]:
        """Give the body as it arrives, as much at a time as there is. Raise Cut when torn."""
        event: object = None
        while not isinstance(event, h11.EndOfMessage):
            self._fill(event)
            parts = []
            while isinstance(event := self._next(), h11.Data):
                parts.append(event.data)
            if parts:
                yield b"".join(parts)

    def _next(self) -> object:
        try:
            return self.http.next_event()
        except h11.RemoteProtocolError as error:
            if self.http.trailing_data[1]:  # the end of the connection was read
                raise Cut(str(error)) from error
            raise

    def _fill(self, event: object) -> None:
        if event is h11.NEED_DATA:
            self.http.receive_data(self._sock.recv(65536))
