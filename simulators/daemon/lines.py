"""The lines between daemon and plugin: one JSON object each (its session_manager and plugin_entities)."""

import json
from typing import Any

from simulators.daemon.answers import go_json, through_go

LINE_LIMIT = 5 * 1024 * 1024
TOO_LONG = "bufio.Scanner: token too long"


def request_line(session_id: str, endpoint_id: str, raw: bytes, settings: dict[str, Any]) -> bytes:
    """The line that begins a session."""
    head = _head(session_id, endpoint_id, "request")
    data = {
        "action": "invoke_endpoint",
        "raw_http_request": raw.hex(),
        "settings": settings,
        "type": "endpoint",
        "user_id": "",
    }
    return head + go_json(data).encode("utf-8", "surrogatepass") + b"}\n"


def _head(session_id: str, endpoint_id: str, event: str) -> bytes:
    message = {
        "session_id": session_id,
        "conversation_id": None,
        "message_id": None,
        "app_id": None,
        "endpoint_id": endpoint_id,
        "context": None,
        "event": event,
    }
    return json.dumps(message, separators=(",", ":")).encode()[:-1] + b',"data":'


class Replies:
    """The lines of one reverse call's answer; what stays the same in them is encoded once."""

    def __init__(self, session_id: str, endpoint_id: str, request_id: str) -> None:
        opened = json.dumps({"backwards_request_id": request_id}).encode()[:-1]
        self._head = _head(session_id, endpoint_id, "backwards_response") + opened
        self._stream = self._head + b',"event":"response","message":"stream","data":'

    def stream(self, data: bytes) -> bytes:
        """One event, encoded already."""
        return b"%b%b}}\n" % (self._stream, data)

    def struct(self, data: Any) -> bytes:
        """The one answer of a call that does not stream."""
        body = go_json(through_go(data)).encode()
        return b'%b,"event":"response","message":"struct","data":%b}}\n' % (self._head, body)

    def error(self, message: str) -> bytes:
        """What the SDK raises as Exception(message)."""
        text = go_json(message).encode("utf-8", "surrogatepass")
        return b'%b,"event":"error","message":%b,"data":null}}\n' % (self._head, text)

    def end(self) -> bytes:
        """The end of the answer."""
        return self._head + b',"event":"end","message":"","data":null}}\n'
