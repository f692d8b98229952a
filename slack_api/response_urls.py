"""Answers to one member through the `response_url` of a command or a shortcut (docs/platform/slack.md#response-urls).

Whoever has such a URL can write into the conversation. So the URL goes to Slack's own host alone, and into no error.
"""

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from errors import SlackFateUnknown, SlackRefused, SlackUnreachable
from hosts import is_loopback
from slack_api.connection import NeverSent
from slack_api.pool import Bounds, Sender, Unanswered

METHOD = "response_url"
HOSTS = {"slack.com": "hooks.slack.com", "slack-gov.com": "hooks.slack-gov.com"}
"""The host of the response URLs by the host of the Web API."""
_BOUNDS = Bounds(silence=10.0, whole=20.0, size=64 * 1024)
_JSON = {"Content-Type": "application/json; charset=utf-8"}


class ResponseUrls:
    """One per process. `api_url` is the base of the Web API."""

    def __init__(self, pool: Sender, api_url: str) -> None:
        self._pool = pool
        self._api = urlsplit(api_url)

    def tell(self, url: str, text: str) -> None:
        """Show a text to the member alone. Raises SlackError; a URL that is not Slack's is refused unsent."""
        self.show(url, {"text": text})

    def show(self, url: str, content: Mapping[str, Any], *, replace: bool = False) -> None:
        """Show `text` and `blocks` to the member alone, with `replace` in place of the message that was pressed.

        Raises SlackError; a URL that is not Slack's is refused unsent.
        """
        if not self._is_slacks(url):
            raise SlackRefused(METHOD, "invalid_url")
        body = json.dumps({"response_type": "ephemeral", "replace_original": replace, **content}).encode()
        try:
            answer = self._pool.exchange("POST", url, _JSON, body, _BOUNDS)
        except NeverSent:
            raise SlackUnreachable(METHOD) from None
        except Unanswered:
            raise SlackFateUnknown(METHOD) from None
        if answer.status != 200:  # noqa: PLR2004 - of HTTP
            raise SlackRefused(METHOD, f"http_{answer.status}")

    def _is_slacks(self, url: str) -> bool:
        try:
            parts = urlsplit(url)
            api_host = self._api.hostname or ""
            if is_loopback(api_host):  # a simulated Slack, which has all its hosts in one
                return (parts.scheme, parts.netloc) == (self._api.scheme, self._api.netloc)
            return parts.scheme == "https" and parts.netloc == HOSTS.get(api_host)
        except ValueError:
            return False
