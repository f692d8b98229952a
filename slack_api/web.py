"""slack_sdk's WebClient over our own pool: it would open a connection per call (field/slack.md §11)."""

import json
import logging
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit
from urllib.request import Request

from slack_sdk import WebClient

from errors import SlackFateUnknown, SlackRateLimited, SlackUnreachable
from slack_api.connection import NeverSent
from slack_api.pool import Bounds, HttpResponse, Sender, Unanswered
from slack_api.retry import REPEATABLE

DEFAULT_RETRY_AFTER = 10.0  # seconds, for a 429 that does not say
LONGEST_RETRY_AFTER = 300.0
SIZE = 32 * 1024 * 1024
# A write that is given up on may still happen, later: it is worth a longer wait than a look-up, which is asked again.
WRITE = Bounds(silence=40.0, whole=45.0, size=SIZE)
LOOKUP = Bounds(silence=8.0, whole=25.0, size=SIZE)

# slack_sdk logs bodies at DEBUG and every failure at ERROR: neither belongs in our log.
SILENT = logging.getLogger("slack_api.silent")
SILENT.setLevel(logging.CRITICAL + 1)
SILENT.propagate = False


class PooledWebClient(WebClient):
    """Holds no connection itself; repeats nothing; raises SlackError subtypes where no usable answer came."""

    def __init__(self, token: str, base_url: str, pool: Sender) -> None:
        super().__init__(token=token, base_url=base_url, retry_handlers=[], logger=SILENT)
        self._pool = pool

    def _perform_urllib_http_request_internal(self, url: str, req: Request) -> dict[str, Any]:
        """slack_sdk's private hook for one request (pinned to 3.47; tests/slack_api/test_web.py holds it)."""
        method = urlsplit(url).path.rpartition("/")[2]
        body = req.data if isinstance(req.data, bytes) else None
        try:
            bounds = LOOKUP if method in REPEATABLE else WRITE
            answer = self._pool.exchange("POST", url, dict(req.header_items()), body, bounds)
        except NeverSent as fault:
            raise SlackUnreachable(method, str(fault)) from fault
        except Unanswered as fault:
            raise SlackFateUnknown(method, str(fault)) from fault
        return {
            "status": answer.status,
            "headers": answer.headers,
            "body": usable_body(method, answer),
        }


def usable_body(method: str, answer: HttpResponse) -> str:
    """The JSON object Slack answered with, as text. Raises SlackRateLimited, SlackFateUnknown."""
    if answer.status == 429:  # noqa: PLR2004 - the HTTP status itself
        raise SlackRateLimited(method, retry_after(answer.headers))
    if answer.status >= 500:  # noqa: PLR2004
        raise SlackFateUnknown(method, f"HTTP {answer.status}")
    text = answer.body.decode("utf-8", "replace")
    try:
        parsed = json.loads(text)
    except (ValueError, RecursionError):
        parsed = None
    if not isinstance(parsed, dict):
        raise SlackFateUnknown(method, f"HTTP {answer.status} without a JSON object")
    return text


def retry_after(headers: Mapping[str, str]) -> float:
    """Seconds by the header of a 429, within reason; a default when it is missing or senseless."""
    value = headers.get("retry-after", "").strip()
    if not (value.isascii() and value.isdecimal()):
        return DEFAULT_RETRY_AFTER
    return min(float(value[:9]), LONGEST_RETRY_AFTER)
