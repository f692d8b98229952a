"""Server-sent events as Dify sends them, cut out of the bytes of a response. Pure.

Source: docs/platform/dify-service-api.md#event-stream.
"""

from collections.abc import Iterable, Iterator
from typing import Any

from dify_app.port import PING
from errors import DifyUnavailable
from json_fields import parsed

LONGEST_EVENT = 16 * 1024 * 1024
"""Bytes of one event that are kept (docs/architecture.md#d16-tenants-and-bounds)."""
_END = b"\n\n"


def events_in(pieces: Iterable[bytes]) -> Iterator[dict[str, Any]]:
    """The events, however the bytes are cut; a keep-alive is an event of the name PING.

    What is no JSON object is left out, also an event that the end of the bytes cuts. Raises DifyUnavailable for an
    event that is too long.
    """
    rest, looked = bytearray(), 0
    for piece in pieces:
        rest += piece.replace(b"\r", b"") if b"\r" in piece else piece
        begin = 0
        while (end := rest.find(_END, max(begin, looked))) >= 0:
            if (event := _event(bytes(rest[begin:end]))) is not None:
                yield event
            begin = looked = end + len(_END)
        del rest[:begin]
        looked = max(0, len(rest) - 1)  # the first half of an end may stand there
        if len(rest) > LONGEST_EVENT:
            raise DifyUnavailable("event_too_long")


def _event(block: bytes) -> dict[str, Any] | None:
    data = []
    for line in block.split(b"\n"):
        name, _, value = line.partition(b":")
        if name == b"event" and value.strip() == PING.encode():
            return {"event": PING}
        if name == b"data":
            data.append(value.removeprefix(b" "))
    found = parsed(b"\n".join(data)) if data else None
    return found if isinstance(found, dict) else None
