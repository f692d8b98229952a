"""Reads Dify's frames and takes the event out of each, a flat one without parsing it.

4,000 of them a second must stay cheap.
"""

import json
from collections.abc import Iterator

from simulators.daemon.answers import go_json, through_go

HEADER = 14
FRAME_LIMIT = 30 * 1024 * 1024
_OPEN = (b'{"data":', b'{"data": ')
_CLOSE = (b',"error":""}', b', "error": ""}')


class StreamFailed(Exception):
    """Its text is what follows "read app failed: "."""


class FrameReader:
    """Collects bytes and gives the events in them.

    Texts of errors as in the daemon's LengthPrefixedChunking.
    """

    def __init__(self) -> None:
        self._buffer = bytearray()

    def feed(self, data: bytes) -> Iterator[bytes]:
        """Give each whole event as JSON bytes without a line break."""
        buffer = self._buffer
        buffer += data
        at = 0
        try:
            while len(buffer) - at >= HEADER:
                if buffer[at] != 0x0F:
                    raise StreamFailed(f"magic number mismatch: {buffer[at]}")
                length = int.from_bytes(buffer[at + 4 : at + 8], "little")
                if length > FRAME_LIMIT:
                    raise StreamFailed(f"data length is too long: {length}")
                end = at + HEADER + length
                if len(buffer) < end:
                    break
                payload = bytes(buffer[at + HEADER : end])
                at = end
                yield event_of(payload)
        finally:
            del buffer[:at]

    def where(self) -> str:
        """Name what was being read when the stream broke off."""
        have = len(self._buffer)
        if have < 4:
            return "failed to read system header"
        return "failed to read header" if have < HEADER else "failed to read data"


def event_of(payload: bytes) -> bytes:
    """Cut `data` out of {"data": ..., "error": ""}; raise StreamFailed for an error or nothing.

    A flat event keeps the order of its keys and its long numbers, which nobody reads.
    """
    if payload.startswith(_OPEN) and payload.endswith(_CLOSE) and b"\n" not in payload:
        data = payload[8 : payload.rindex(b",")].strip()
        if data.startswith(b"{") and data.count(b"{") == 1:
            return data
    try:
        value = json.loads(payload)
    except ValueError as error:
        raise StreamFailed(f"failed to process data: {error}") from error
    if not isinstance(value, dict):
        raise StreamFailed("data is nil")
    if value.get("error"):
        raise StreamFailed(f"request failed: {value['error']}")
    if value.get("data") is None:
        raise StreamFailed("data is nil")
    return go_json(through_go(value["data"])).encode("utf-8", "surrogatepass")
