"""Reads HTTP/1.1 from a gevent socket: heads, bodies with a length, chunked bodies."""

from collections.abc import Iterator
from typing import Protocol

from simulators.http1.messages import CRLF, HEAD_LIMIT, BadHead


class Receives(Protocol):
    """The one method of a socket that reading needs."""

    def recv(self, size: int, /) -> bytes:
        """Give up to `size` bytes; none at the end."""


class Cut(EOFError):
    """The other side closed the connection inside a message."""


class Reader:
    """A buffer in front of a socket; `bytes_left` may hold the beginning of the next message."""

    def __init__(self, sock: Receives) -> None:
        self._sock = sock
        self._buffer = bytearray()

    @property
    def bytes_left(self) -> int:
        """How much of the next message is here already."""
        return len(self._buffer)

    def _fill(self) -> bool:
        data = self._sock.recv(65536)
        self._buffer += data
        return bool(data)

    def _take(self, size: int) -> bytes:
        data = bytes(self._buffer[:size])
        del self._buffer[:size]
        return data

    def head(self) -> bytes | None:
        """Read up to the blank line; none when the connection ends before anything came."""
        while (end := self._buffer.find(b"\r\n\r\n")) < 0:
            if len(self._buffer) > HEAD_LIMIT:
                raise BadHead("too large")
            if not self._fill():
                if self._buffer:
                    raise Cut("in a head")
                return None
        head = self._take(end)
        del self._buffer[:4]
        return head

    def exactly(self, size: int) -> bytes:
        """Read that many bytes; raise Cut if there are fewer."""
        while len(self._buffer) < size:
            if not self._fill():
                raise Cut("in a body")
        return self._take(size)

    def until_closed(self) -> bytes:
        """Read all that is left."""
        while self._fill():
            pass
        return self._take(len(self._buffer))

    def chunks(self) -> Iterator[bytes]:
        """Give a chunked body as it arrives, as many whole chunks at a time as there are.

        Raise Cut when torn.
        """
        while True:
            parts, consumed, ended = split_chunks(self._buffer)
            del self._buffer[:consumed]
            if parts:
                yield b"".join(parts)
            if ended:
                return
            if not self._fill():
                raise Cut("in a chunked body", self._torn())

    def _torn(self) -> bytes:
        """What had arrived of the chunk that never became whole."""
        _, found, rest = bytes(self._buffer).partition(CRLF)
        return rest if found else b""


def split_chunks(buffer: bytearray) -> tuple[list[bytes], int, bool]:
    """Cut the whole chunks off: (their data, bytes used, whether the last chunk was among them)."""
    parts: list[bytes] = []
    at = 0
    while (line_end := buffer.find(CRLF, at)) >= 0:
        size = int(bytes(buffer[at:line_end]).partition(b";")[0], 16)
        begin = line_end + 2
        if len(buffer) < begin + size + 2:
            break
        at = begin + size + 2
        if not size:
            return parts, at, True
        parts.append(bytes(buffer[begin : begin + size]))
    return parts, at, False
