"""One connection of Socket Mode: from its address to its end (docs/platform/slack.md#socket-mode-connections)."""

import json
import logging
import time
from threading import Event, Lock
from typing import Any, Final, Protocol

from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.socket_mode.response import SocketModeResponse
from websockets.exceptions import WebSocketException
from websockets.sync.client import ClientConnection, connect

OPEN_SECONDS: Final = 10.0
WATCHDOG_SECONDS: Final = 30.0
"""A link that answers no ping for so long is dead."""
MOST_BYTES: Final = 4 * 1024 * 1024
_log = logging.getLogger(__name__)


class LinkError(Exception):
    """The link could not be opened. The text names the kind of failure, never the address, which holds a ticket."""


class Payloads(Protocol):
    """Takes the payloads of all links. The call must return at once."""

    def received(self, link: "Link", request: SocketModeRequest) -> None:
        """A payload came."""


class Endings(Protocol):
    """Hears of the ends of links. The call must return at once."""

    def ending(self, link: "Link", reason: str) -> None:
        """Slack said that the link ends soon: warning, refresh_requested, link_disabled or another word."""


class Link:
    """`open_link` makes it; `run` reads until it ends; acks may be sent from any thread."""

    def __init__(self, connection: ClientConnection, payloads: Payloads, endings: Endings) -> None:
        self._connection = connection
        self._payloads = payloads
        self._endings = endings
        self._in_flight = 0
        self._counting = Lock()
        self._idle = Event()
        self._idle.set()
        self._closing = False
        self.closed = False

    def run(self) -> str:
        """Read to the end; returns the kind of the end, in a word for the log."""
        try:
            for text in self._connection:
                self._take(text)
        except WebSocketException as error:
            return type(error).__name__
        finally:
            self.closed = True
        return "closed"

    def ack(self, envelope_id: str, payload: dict[str, Any] | None) -> bool:
        """Send an ack; whether the link could take it."""
        try:
            self._connection.send(json.dumps(SocketModeResponse(envelope_id, payload).to_dict()))
        except (WebSocketException, OSError):
            return False
        return True

    def begin(self) -> bool:
        """Count a payload as on its way to the plugin. False if the link is closing and could not ack the payload."""
        with self._counting:
            if self._closing:
                return False
            self._in_flight += 1
            self._idle.clear()
            return True

    def ended(self) -> None:
        """Its ack was sent, or will never be."""
        with self._counting:
            self._in_flight -= 1
            if not self._in_flight:
                self._idle.set()

    def close(self, drain: float = 0.0) -> None:
        """End it, after its payloads on the way are acked or `drain` seconds have passed."""
        ends = time.monotonic() + drain
        while not self._may_close() and (left := ends - time.monotonic()) > 0:
            self._idle.wait(left)
        with self._counting:
            self._closing = True
        self._connection.close()

    def _may_close(self) -> bool:
        """Take no more payloads if none is on its way."""
        with self._counting:
            self._closing = not self._in_flight
            return self._closing

    def _take(self, text: str | bytes) -> None:
        try:
            message = json.loads(text)
        except ValueError:
            return
        if not isinstance(message, dict):
            return
        if message.get("type") == "disconnect":
            self._endings.ending(self, str(message.get("reason"))[:40])
        elif (request := SocketModeRequest.from_dict(message)) is not None:
            self._payloads.received(self, request)


def open_link(url: str, payloads: Payloads, endings: Endings, watchdog: float = WATCHDOG_SECONDS) -> Link:
    """Connect, and wait for Slack's `hello`. Raises LinkError.

    A third of the watchdog passes between two pings, and the rest may pass until the pong.
    """
    started = time.monotonic()
    try:
        connection = connect(
            url,
            open_timeout=OPEN_SECONDS,
            close_timeout=2.0,
            ping_interval=watchdog / 3,
            ping_timeout=watchdog * 2 / 3,
            max_size=MOST_BYTES,
            logger=logging.getLogger(f"{__name__}.wire"),
        )
    except (OSError, WebSocketException, TimeoutError, ValueError) as error:
        raise LinkError(type(error).__name__) from None
    try:
        first = json.loads(connection.recv(timeout=OPEN_SECONDS))
    except (WebSocketException, TimeoutError, ValueError) as error:
        connection.close()
        raise LinkError(f"no hello: {type(error).__name__}") from None
    if not isinstance(first, dict) or first.get("type") != "hello":
        connection.close()
        raise LinkError(f"no hello: {first.get('reason') if isinstance(first, dict) else 'no object'}")
    _log.info("link open, %d ms", (time.monotonic() - started) * 1000)
    return Link(connection, payloads, endings)
