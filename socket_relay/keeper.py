"""Keeps a link to Slack: opens the next one before the last one ends, and again after each break."""

import logging
import random
import time
from collections.abc import Callable
from threading import Event, Lock, Thread, Timer
from typing import Final, Protocol

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError

from socket_relay.link import Endings, Link, LinkError, Payloads, open_link

DRAIN_SECONDS: Final = 15.0
"""Longer than the 10 s between Slack's warning and the end of a link."""
LONGEST_PAUSE: Final = 30.0
"""Seconds between two tries, at most. The tries never end, since a relay without a link is of no use."""
SPACING_SECONDS: Final = 1.0
"""Between two openings, at least: links that end at once must not use up the rate of `apps.connections.open`."""
_FOR_GOOD: Final = {
    "invalid_auth": "SLACK_APP_TOKEN is not valid",
    "not_authed": "SLACK_APP_TOKEN is missing",
    "account_inactive": "SLACK_APP_TOKEN belongs to an app that was removed",
    "token_revoked": "SLACK_APP_TOKEN was revoked",
    "not_allowed_token_type": "SLACK_APP_TOKEN must be the app-level token (xapp-…), not the bot's",
    "missing_scope": "SLACK_APP_TOKEN lacks the scope connections:write",
}
_log = logging.getLogger(__name__)


class TokenError(Exception):
    """Slack refuses the token; trying again would not help. The text says what to mend."""


class Addresses:
    """Asks Slack for the address of a new link; each works once."""

    def __init__(self, app_token: str, slack_api_url: str) -> None:
        self._token = app_token
        self._web = WebClient(base_url=slack_api_url, timeout=10)

    def next(self) -> str:
        """Raises TokenError, and LinkError where another try may help."""
        try:
            return str(self._web.apps_connections_open(app_token=self._token)["url"])
        except SlackApiError as error:
            code = str(error.response.get("error"))[:60]
            if code in _FOR_GOOD:
                raise TokenError(_FOR_GOOD[code]) from None
            raise LinkError(code) from None
        except (SlackClientError, OSError) as error:
            raise LinkError(type(error).__name__) from None


class Opens(Protocol):
    """`socket_relay.link.open_link`, or what a test puts in its place."""

    def __call__(self, url: str, payloads: Payloads, endings: Endings) -> Link:
        """Raises LinkError."""


class Keeper:
    """`run` keeps a link open until `stop`; what the links bring goes to `payloads`."""

    def __init__(
        self,
        addresses: Addresses,
        payloads: Payloads,
        opens: Opens = open_link,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._addresses = addresses
        self._payloads = payloads
        self._opens = opens
        self._now = now
        self._current: Link | None = None
        self._all: set[Link] = set()
        self._guard = Lock()
        self._wanted = Event()
        self._stopping = Event()
        self._refusals = 0
        self._tried_at = -SPACING_SECONDS

    @property
    def connected(self) -> bool:
        """Whether a link is open, be it one that ends soon."""
        with self._guard:
            return any(not link.closed for link in self._all)

    def run(self) -> None:
        """Open a link whenever one is wanted, until `stop`. Raises TokenError."""
        self._wanted.set()
        while True:
            self._wanted.wait()
            self._wanted.clear()
            self._stopping.wait(max(self._pause(), self._tried_at + SPACING_SECONDS - self._now(), 0.0))
            if self._stopping.is_set():
                return
            self._tried_at = self._now()
            if not self._renew():
                self._wanted.set()

    def ending(self, link: Link, reason: str) -> None:
        """Slack said that this link ends: open the next one. Payloads may come over this one until Slack ends it."""
        _log.info("link ends: %s", reason)
        self._replace(link)

    def stop(self) -> None:
        """Open no more links."""
        self._stopping.set()
        self._wanted.set()

    def close(self) -> None:
        """End all links, each once its payloads are acked."""
        with self._guard:
            links = list(self._all)
        for link in links:
            link.close(DRAIN_SECONDS)

    def _pause(self) -> float:
        if not self._refusals:
            return 0.0
        longest = min(LONGEST_PAUSE, 2.0 ** min(self._refusals, 10))
        return longest * random.uniform(0.5, 1.0)  # noqa: S311 - no secret

    def _renew(self) -> bool:
        """Open a link and let the ones before it end; whether that worked."""
        try:
            link = self._opens(self._addresses.next(), self._payloads, self)
        except LinkError as error:
            self._refusals += 1
            _log.warning("no link: %s", error)
            return False
        self._refusals = 0
        with self._guard:
            for old in self._all:
                _later(old.close)
            self._all.add(link)
            self._current = link
        Thread(target=self._read, args=(link,), daemon=True, name="link").start()
        return True

    def _read(self, link: Link) -> None:
        how = link.run()
        with self._guard:
            self._all.discard(link)
        _log.info("link ended: %s", how)
        self._replace(link)

    def _replace(self, link: Link) -> None:
        with self._guard:
            if link is self._current:
                self._current = None
                self._wanted.set()


def _later(close: Callable[[], None]) -> None:
    timer = Timer(DRAIN_SECONDS, close)
    timer.daemon = True
    timer.start()
