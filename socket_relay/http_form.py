"""A payload of Socket Mode as the HTTP request that Slack would have sent.

Source: docs/platform/slack.md#socket-mode-envelopes.
"""

import json
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode

from slack_sdk.signature import SignatureVerifier
from slack_sdk.socket_mode.request import SocketModeRequest

_JSON: Final = "application/json"
_FORM: Final = "application/x-www-form-urlencoded"


class UnknownPayloadError(Exception):
    """An envelope of a type that has no form over HTTP. The text is the type."""


@dataclass(frozen=True, slots=True)
class HttpForm:
    """What is posted: a path below the hook, the exact bytes, and the headers that stay the same at a repetition."""

    path: str
    body: bytes
    headers: dict[str, str]

    def signed(self, secret: str, now: float) -> dict[str, str]:
        """All headers, with Slack's signature made at `now` (seconds of Unix time)."""
        stamp = str(int(now))
        signature = SignatureVerifier(secret).generate_signature(timestamp=stamp, body=self.body)
        if signature is None:
            raise ValueError("slack_sdk signs every body with a time stamp")
        return self.headers | {"X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": signature}


def as_http(request: SocketModeRequest) -> HttpForm:
    """Events as JSON, presses and forms as `payload=`, slash commands as fields. Raises UnknownPayloadError."""
    if request.type == "events_api":
        return HttpForm("/slack/events", _dumped(request.payload).encode(), _headers(_JSON) | _retry(request))
    if request.type == "interactive":
        body = urlencode({"payload": _dumped(request.payload)})
        return HttpForm("/slack/interactions", body.encode(), _headers(_FORM))
    if request.type == "slash_commands":
        fields = {name: _field(value) for name, value in request.payload.items() if value is not None}
        return HttpForm("/slack/commands", urlencode(fields).encode(), _headers(_FORM))
    raise UnknownPayloadError(str(request.type)[:40])


def ack_payload(request: SocketModeRequest, content_type: str, body: bytes) -> dict[str, Any] | None:
    """What the ack carries: the JSON of the answer, or its text, where Slack takes one; otherwise None."""
    if not request.accepts_response_payload or not body.strip():
        return None
    text = body.decode("utf-8", "replace")
    if content_type.partition(";")[0].strip().lower() != _JSON:
        return {"text": text}
    try:
        read = json.loads(text)
    except ValueError:
        return None
    return read if isinstance(read, dict) and read else None


def _headers(content_type: str) -> dict[str, str]:
    return {
        "Content-Type": content_type,
        "User-Agent": "Slackbot 1.0 (+https://api.slack.com/robots)",
        # A connection that the daemon closed meanwhile would lose a press, which Slack does not send again.
        "Connection": "close",
    }


def _retry(request: SocketModeRequest) -> dict[str, str]:
    if not request.retry_attempt:
        return {}
    reason = str(request.retry_reason or "").encode("ascii", "ignore").decode().strip()
    return {"X-Slack-Retry-Num": str(int(request.retry_attempt)), "X-Slack-Retry-Reason": reason or "unknown"}


def _field(value: object) -> str:
    return value if isinstance(value, str) else _dumped(value)


def _dumped(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
