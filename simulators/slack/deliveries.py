"""Slack's side of an event's delivery: signed, three seconds of patience, three retries.

Source: docs/platform/slack.md#event-retries.
"""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import gevent
from gevent.event import Event

from simulators.slack.messages import Json
from simulators.slack.outbound import Attempt, post
from simulators.slack.sending import Sending
from simulators.slack.signing import signed_headers
from simulators.slack.socket_mode import SocketMode
from simulators.slack.world import World

RETRY_AFTER = (0.0, 60.0, 300.0)  # "nearly immediately", 1 min, 5 min


@dataclass(slots=True)
class Delivery:
    """One request to the app, with what became of it.

    state: pending, accepted, refused (x-slack-no-retry), given up.
    """

    number: int
    kind: str  # the event's type, with its subtype after a slash
    event_id: str
    channel: str
    ts: str
    body: bytes
    attempts: list[Attempt] = field(default_factory=list)
    state: str = "pending"
    tried: Event = field(default_factory=Event)


class Deliveries:
    """Sends to `url`, or over Socket Mode where that is on; while there is neither, nothing is sent."""

    def __init__(self, world: World, socket_mode: SocketMode) -> None:
        self._world = world
        self._socket_mode = socket_mode
        self.url = ""
        self.records: list[Delivery] = []
        self._running: set[Any] = set()

    def send(self, body: Json, how: Sending, after: Delivery | None = None) -> Delivery | None:
        """Deliver in the background; `after` holds it back until that delivery was tried once."""
        if not self.url and not self._socket_mode.on:
            return None
        raw = json.dumps(body).encode()
        first = self._record(body, raw)
        retries = how.retries and self._world.rules.retries
        self._spawn(partial(self._run, first, retries=retries, delay=how.delay, after=after))
        for number in range(1, how.deliveries):
            delay = how.delay + number * how.spacing
            self._spawn(partial(self._run_copy, self._record(body, raw), number, delay, after))
        return first

    def again(self, number: int, retry: int) -> Delivery:
        """The delivery of this number once more, as Slack's retry number `retry`. Raises IndexError."""
        old = self.records[number - 1]
        copy = self._record(json.loads(old.body), old.body)
        self._spawn(partial(self._run_copy, copy, retry, 0.0, None))
        return copy

    def reset(self) -> None:
        """Stop what is under way and forget what was."""
        gevent.killall(list(self._running), block=False)
        self.records.clear()

    def _record(self, body: Json, raw: bytes) -> Delivery:
        inner = body.get("event", body)
        event = inner if isinstance(inner, dict) else {}
        kind = "/".join(str(event[key]) for key in ("type", "subtype") if event.get(key))
        place = (str(event.get("channel") or ""), str(event.get("ts") or ""))
        record = Delivery(len(self.records) + 1, kind, str(body.get("event_id") or ""), *place, raw)
        self.records.append(record)
        return record

    def _spawn(self, work: Callable[[], None]) -> None:
        greenlet = gevent.spawn(work)
        self._running.add(greenlet)
        greenlet.link(self._running.discard)

    def _run(self, delivery: Delivery, *, retries: bool, delay: float, after: Delivery | None) -> None:
        self._hold(delay, after)
        reason = self._try(delivery, 0, "")
        for number, wait in enumerate(RETRY_AFTER if retries else (), 1):
            if delivery.state != "pending":
                return
            self._world.clock.sleep(wait)
            reason = self._try(delivery, number, reason)
        if delivery.state == "pending":
            delivery.state = "given up"
        self._world.changes.bump()

    def _run_copy(self, delivery: Delivery, number: int, delay: float, after: Delivery | None) -> None:
        self._hold(delay, after)
        self._try(delivery, number, "http_timeout")
        if delivery.state == "pending":
            delivery.state = "given up"
        self._world.changes.bump()

    def _hold(self, delay: float, after: Delivery | None) -> None:
        if after is not None:
            after.tried.wait()
        if delay:
            self._world.clock.sleep(delay)

    def _try(self, delivery: Delivery, number: int, reason: str) -> str:
        """One request; the reason for the next one, or the delivery's end."""
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "Slackbot 1.0 (+https://api.slack.com/robots)",
        }
        headers |= signed_headers(
            delivery.body, self._world.install.signing_secret, ahead=self._world.rules.clock_ahead
        )
        if number:
            headers |= {"X-Slack-Retry-Num": str(number), "X-Slack-Retry-Reason": reason}
        rules = self._world.rules
        patience = max(self._world.clock.wall(rules.patience), rules.patience_floor)
        began = time.time()
        attempt = Attempt(number, reason, began, self._world.design())
        delivery.attempts.append(attempt)
        if self._socket_mode.on:
            self._socket_mode.deliver(_envelope(delivery.body, number, reason), patience, attempt)
        else:
            post(self.url, delivery.body, headers, patience, attempt)
        if attempt.accepted():
            delivery.state = "accepted"
        elif attempt.no_retry and attempt.failure == "http_error":
            # With a timeout it comes too late (docs/platform/slack.md#event-retries)
            delivery.state = "refused"
        delivery.tried.set()
        self._world.changes.bump()
        return attempt.failure


def _envelope(body: bytes, number: int, reason: str) -> Json:
    """The event as Socket Mode sends it (docs/platform/slack.md#socket-mode-envelopes)."""
    return {
        "type": "events_api",
        "payload": json.loads(body),
        "accepts_response_payload": False,
        "retry_attempt": number,
        "retry_reason": reason,
    }
