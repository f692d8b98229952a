"""Reads requests that the SDK can't read: the SDK would answer them with HTTP 500 and a traceback in the body.

The SDK decodes every header as UTF-8 and refuses header names with an underscore before any endpoint is asked
(docs/platform/dify.md#endpoint-requests). Such a request is read without these headers, since a proxy may have added
them to a genuine request. If the SDK still can't read the request, or if its headers are too long, the request is read
without any header, and then refused for its missing signature.
"""

from collections.abc import Callable, Iterator

from dify_plugin.core import plugin_executor
from werkzeug import Request

type Reader = Callable[[bytes], Request]

MOST_HEADERS = (
    32 * 1024
)  # bytes of all headers; usual are 2 KiB, and the SDK reads longer ones for half a second
_NOWHERE = b"GET /unreadable"


def tolerant(read: Reader) -> Reader:
    """Make the SDK's reader read any request."""

    def read_anything(raw: bytes) -> Request:
        for attempt in _attempts(raw):
            try:
                return read(attempt)
            except Exception:  # noqa: BLE001, S112 - a stranger may send anything
                continue
        raise ValueError("unreadable")

    return read_anything


def _attempts(raw: bytes) -> Iterator[bytes]:
    """The requests that may be read instead of this one: first the whole request, then less and less of it."""
    if b"\r\n\r\n" in raw[:MOST_HEADERS]:
        yield raw
        yield _with_usual_headers(raw)
    line = raw[:MOST_HEADERS].split(b"\r\n", 1)[0].rpartition(b" HTTP/")[0]
    for start in (line, _NOWHERE):
        yield start + b" HTTP/1.1\r\nHost: unreadable\r\n\r\n"


def _with_usual_headers(raw: bytes) -> bytes:
    head, end, body = raw.partition(b"\r\n\r\n")
    line, *headers = head.split(b"\r\n")
    return b"\r\n".join([line, *filter(_is_usual, headers)]) + end + body


def _is_usual(header: bytes) -> bool:
    """Whether the SDK can read this header. Some control characters look like the end of a line to the SDK."""
    is_plain = header.isascii() and header.replace(b"\t", b" ").decode("ascii").isprintable()
    return is_plain and b"_" not in header.partition(b":")[0]


def install() -> None:
    """Replace the SDK's reader under its private name, which tests/endpoints/test_unreadable.py checks."""
    plugin_executor.deserialize_request = tolerant(plugin_executor.deserialize_request)
