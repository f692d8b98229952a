"""Requests that the SDK can't even read: it would answer them with HTTP 500 and a traceback in the body.

It decodes every header as UTF-8 and refuses names with an underscore before any endpoint is asked, so whoever knows
the URL could make it fail (field/dify.md §8). Here such a request is read without these headers, which a proxy may
have added to a genuine one, and if that is not enough without any: then it is refused like every other one that
carries no signature.
"""

from collections.abc import Callable

from dify_plugin.core import plugin_executor
from werkzeug import Request

type Reader = Callable[[bytes], Request]

_NOWHERE = b"GET /unreadable"


def tolerant(read: Reader) -> Reader:
    """The SDK's reader, made to read anything."""

    def read_anything(raw: bytes) -> Request:
        line = raw.split(b"\r\n", 1)[0].rpartition(b" HTTP/")[0]
        bare = (start + b" HTTP/1.1\r\nHost: unreadable\r\n\r\n" for start in (line, _NOWHERE))
        for attempt in (raw, _with_usual_headers(raw), *bare):
            try:
                return read(attempt)
            except Exception:  # noqa: BLE001, S112 - whatever a stranger sends
                continue
        raise ValueError("unreadable")

    return read_anything


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
