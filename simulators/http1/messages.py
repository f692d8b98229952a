"""HTTP/1.1 heads as bytes and as values: no sockets here."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from http import HTTPStatus
from urllib.parse import unquote

HEAD_LIMIT = 1 << 20
CRLF = b"\r\n"


class BadHead(ValueError):
    """What came is no HTTP/1.1 head."""


@dataclass(slots=True)
class Request:
    """A request as it came; header names keep their spelling, `get` ignores case."""

    method: str
    target: str
    headers: list[tuple[str, str]]
    body: bytes = b""
    peer: str = ""
    _index: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name, value in self.headers:
            self._index.setdefault(name.lower(), value)

    def get(self, name: str, default: str = "") -> str:
        """Give the first value of a header, by its lower-case name."""
        return self._index.get(name, default)

    @property
    def path(self) -> str:
        """Decoded, without the query."""
        return unquote(self.target.partition("?")[0])

    @property
    def query(self) -> str:
        """As sent, without the question mark."""
        return self.target.partition("?")[2]

    @property
    def keeps_alive(self) -> bool:
        """Whether the client wants to send another request on this connection."""
        return "close" not in self.get("connection").lower()


@dataclass(frozen=True, slots=True)
class ResponseHead:
    """The status line and the headers; names are lower case, the last of several wins."""

    status: int
    headers: dict[str, str]


_HEADER = re.compile(rb"([^\s:]+):[ \t]*(.*?)[ \t]*")


def parse_headers(lines: Iterable[bytes]) -> list[tuple[str, str]]:
    """Split header lines; raise BadHead for anything else. No folding, as in today's servers."""
    found = []
    for line in lines:
        match = _HEADER.fullmatch(line)
        if not match:
            raise BadHead(line[:100])
        found.append((match[1].decode("latin-1"), match[2].decode("latin-1")))
    return found


def parse_request(head: bytes, peer: str = "") -> Request:
    """Read a request head without its closing blank line; the body is not part of it."""
    line, *rest = head.split(CRLF)
    parts = line.split(b" ")
    if len(parts) != 3 or not parts[2].startswith(b"HTTP/1."):
        raise BadHead(line[:100])
    return Request(parts[0].decode("latin-1"), parts[1].decode("latin-1"), parse_headers(rest), peer=peer)


def parse_response(head: bytes) -> ResponseHead:
    """Read a response head without its closing blank line."""
    line, *rest = head.split(CRLF)
    parts = line.split(b" ", 2)
    if len(parts) < 2 or not parts[0].startswith(b"HTTP/1.") or not parts[1].isdigit():
        raise BadHead(line[:100])
    return ResponseHead(int(parts[1]), {name.lower(): value for name, value in parse_headers(rest)})


def encode_head(status: int, headers: Iterable[tuple[str, str]]) -> bytes:
    """Write a response head with its closing blank line."""
    try:
        reason = HTTPStatus(status).phrase
    except ValueError:
        reason = "Unknown"
    lines = [f"HTTP/1.1 {status} {reason}", *(f"{name}: {value}" for name, value in headers), "", ""]
    return "\r\n".join(lines).encode("latin-1", "replace")


def chunk(data: bytes) -> bytes:
    """One chunk of a chunked body; empty data would end it, so it gives nothing."""
    return b"%x\r\n%b\r\n" % (len(data), data) if data else b""


LAST_CHUNK = b"0\r\n\r\n"
