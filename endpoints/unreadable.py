"""Requests that the SDK can't even read: it would answer them with HTTP 500 and a traceback in the body.

It decodes every header as UTF-8 and refuses names with an underscore before any endpoint is asked, so whoever knows
the URL could make it fail (docs/platform/dify.md#endpoint-requests). Here such a request is read without these
headers, which a proxy may have added to a genuine one, and if that is not enough without any: then it is refused
like every other one that carries no signature. So is one with more than MOST_HEADERS, which the SDK would read for
half a second.
"""

from collections.abc import Callable, Iterator

from dify_plugin.core import plugin_executor
from werkzeug import Request

type Reader = Callable[[bytes], Request]

MOST_HEADERS = 32 * 1024
"""Bytes of all headers together; those of Slack with what proxies add are 2 KiB."""

_NOWHERE = b"GET /unreadable"


def tolerant(read: Reader) -> Reader:
    """The SDK's reader, made to read anything."""

    def read_anything(raw: bytes) -> Request:
        for attempt in _attempts(raw):
            try:
                return read(attempt)
            except Exception:  # noqa: BLE001, S112 - whatever a stranger sends
                continue
        raise ValueError("unreadable")

    return read_anything


def _attempts(raw: bytes) -> Iterator[bytes]:
    """What may be read in the place of this request, the whole of it first."""
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
    """Control characters count too: the SDK takes some of them for the end of a line."""
    is_plain = header.isascii() and header.replace(b"\t", b" ").decode("ascii").isprintable()
    return is_plain and b"_" not in header.partition(b":")[0]


def install() -> None:
    """Put it before the SDK's endpoints, in its one private place (tests/endpoints/test_unreadable.py holds it)."""
    plugin_executor.deserialize_request = tolerant(plugin_executor.deserialize_request)
