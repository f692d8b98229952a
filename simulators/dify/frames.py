"""Dify's length-prefixed frames (docs/platform/dify.md#inner-api)."""

import json
import struct
from typing import Any

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
