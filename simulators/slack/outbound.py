"""One POST of Slack's to the app: hang up at the end of patience, follow at most two redirects.

Source: docs/platform/slack.md#ack.
"""

import http.client
import time
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

import gevent

REDIRECTS = 2


@dataclass(slots=True)
class Attempt:
    """`failure` is Slack's retry reason, empty on success; `ms` is wall time until the whole answer."""

    number: int
    reason: str
    at: float
    design: float
    status: int = 0
    ms: float = 0.0
    failure: str = ""
    body: str = ""
    content_type: str = ""
    no_retry: bool = False

    def accepted(self) -> bool:
        """2xx in time."""
        return not self.failure and 200 <= self.status < 300


def post(url: str, body: bytes, headers: dict[str, str], patience: float, attempt: Attempt) -> None:
    """Send, and write into `attempt` what came of it; the socket is closed after `patience` wall seconds."""
    target = url
    try:
        with gevent.Timeout(patience):
            for _ in range(REDIRECTS + 1):
                location = _exchange(target, body, headers, attempt)
                if not location:
                    break
                target = urljoin(target, location)
            else:
                attempt.failure = "too_many_redirects"
    except gevent.Timeout:
        attempt.failure = "http_timeout"
    except (OSError, http.client.HTTPException):
        attempt.failure = "connection_failed"
    attempt.ms = (time.time() - attempt.at) * 1000
    if not attempt.failure and not attempt.accepted():
        attempt.failure = "http_error"


def _exchange(url: str, body: bytes, headers: dict[str, str], attempt: Attempt) -> str:
    """One request; where it redirects to, or nothing. The complete answer is awaited (docs/platform/slack.md#ack)."""
    parts = urlsplit(url)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = kind(parts.hostname or "", parts.port)
    try:
        path = parts.path + (f"?{parts.query}" if parts.query else "")
        connection.request("POST", path or "/", body, headers | {"Connection": "close"})
        response = connection.getresponse()
        attempt.body = response.read().decode("utf-8", "replace")
        attempt.status = response.status
        attempt.content_type = response.headers.get("Content-Type", "")
        attempt.no_retry = response.headers.get("X-Slack-No-Retry") == "1"
        return response.headers.get("Location", "") if response.status in {301, 302} else ""
    finally:
        connection.close()
