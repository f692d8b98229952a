"""How events travel: in length-prefixed frames (docs/platform/dify.md#inner-api) or as server-sent events.

Source of the second: docs/platform/dify-service-api.md#event-stream.
"""

import json
import struct
from typing import Any, Protocol

_PREFIX = struct.Struct("<BBHI6x")
MAGIC = 0x0F
HEADER_LENGTH = 10
PREFIX_LENGTH = 14


def frame(payload: bytes) -> bytes:
    """Put 0x0F, 0, the header length 10, the data length and six reserved bytes before the payload."""
    return _PREFIX.pack(MAGIC, 0, HEADER_LENGTH, len(payload)) + payload


def event_frame(event: dict[str, Any]) -> bytes:
    """One event of a stream."""
    return frame(b'{"data":%b,"error":""}' % json.dumps(event, separators=(",", ":")).encode())


def error_frame(message: str) -> bytes:
    """An exception while Dify iterates (docs/platform/dify.md#error-frames)."""
    return frame(json.dumps({"data": None, "error": message}).encode())


PING = b"event: ping\n\n"
"""A keep-alive of the Service API."""


class Wire(Protocol):
    """Encodes a stream. `last` names the events behind which nothing more is sent of a run of a workflow."""

    last: frozenset[str]

    def event(self, event: dict[str, Any]) -> bytes:
        """One event."""

    def text(self, before: bytes, text: bytes, after: bytes) -> bytes:
        """One event whose JSON was encoded before but for its text."""

    def exception(self, message: str) -> bytes:
        """An exception while Dify iterates."""


class Framed:
    """The wire of a reverse invocation."""

    last: frozenset[str] = frozenset()

    def event(self, event: dict[str, Any]) -> bytes:
        """One event."""
        return event_frame(event)

    def text(self, before: bytes, text: bytes, after: bytes) -> bytes:
        """One event whose JSON was encoded before but for its text."""
        return frame(b'{"data":%b%b%b,"error":""}' % (before, text, after))

    def exception(self, message: str) -> bytes:
        """See `error_frame`."""
        return error_frame(message)


class ServerSent:
    """The wire of the Service API. It ends at a workflow's end.

    Source: docs/platform/dify-service-api.md#streams-of-both-ways.
    """

    last = frozenset({"workflow_finished", "workflow_paused"})

    def event(self, event: dict[str, Any]) -> bytes:
        """One event."""
        return b"data: %b\n\n" % json.dumps(event, ensure_ascii=False).encode()

    def text(self, before: bytes, text: bytes, after: bytes) -> bytes:
        """One event whose JSON was encoded before but for its text."""
        return b"data: %b%b%b\n\n" % (before, text, after)

    def exception(self, message: str) -> bytes:
        """The event of an exception that nobody foresaw (docs/platform/dify.md#errors-in-the-stream)."""
        return self.event(
            {"event": "error", "code": "internal_server_error", "message": message, "status": 500}
        )
