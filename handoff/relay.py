"""Posts a signed job to ourselves, and waits until it is accepted: memory tells, or the answer's first byte.

A reverse invocation lives only as long as the HTTP request it came with (docs/platform/dify.md#request-lifetime),
so the connection of an accepted request stays open for the whole turn (handoff/open_requests.py).
"""

import uuid
from collections import Counter
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, field
from http.client import HTTPException, HTTPResponse

import gevent
from cachetools import LRUCache
from gevent.queue import Empty, SimpleQueue

from clock import Clock
from errors import HandoffError
from handoff.acceptances import Acceptances, Answer
from handoff.claims import CancellationRegistry
from handoff.open_requests import SILENCE, OpenRequests
from handoff.own_connection import OwnConnection, OwnConnections
from turns import REQUEST_SECONDS

OK, TAKEN, FULL = 200, 409, 503
NO_ANSWER = 0
RECEIPT_HEADER = "Slack-Bridge-Receipt"
REQUEST_HEADER = "Slack-Bridge-Request"
"""Carries the name of the request. Several requests may have one body; the turn lives in the first that arrived."""
# Slack waits 3 s for the whole ack (docs/platform/slack.md#ack); the remaining 0.4 s are for the ack's way back.
ACCEPT_SECONDS = 2.6
# A route that has worked may be slow under load (docs/platform/dify.md#hand-off-figures); any other gets less time.
KNOWN_ROUTE_SECONDS = 2.0
UNKNOWN_ROUTE_SECONDS = 0.8
# Wall seconds, for an unknown route: a scaled clock does not make the machine faster.
ROUTE_WALL_FLOOR = 0.35
HOOKS = 10_000
# So many requests of one hook are waited for as long as a turn may take; further ones are given up after SILENCE.
UNHEARD = 100


@dataclass(frozen=True, slots=True)
class HandOffRequest:
    """One signed job, which is posted to one or several routes. An answer counts only if it carries the `receipt`.

    `since` is the epoch (design seconds) at which Slack began to wait; None: Slack does not wait. `answers` holds the
    routes that were tried, with the status of our own answer, or NO_ANSWER.
    """

    body: bytes
    receipt: str
    since: float | None = None
    answers: SimpleQueue[Answer] = field(default_factory=SimpleQueue)


class Relay:
    """One per process. `acceptances` and `cancellations` are told what is heard of each request, by its name."""

    def __init__(
        self,
        clock: Clock,
        connections: OwnConnections,
        acceptances: Acceptances,
        cancellations: CancellationRegistry,
    ) -> None:
        self._clock = clock
        self._connections = connections
        self._open = OpenRequests(clock, cancellations)
        self._acceptances = acceptances
        self._cancellations = cancellations
        self._working: LRUCache[str, str] = LRUCache(HOOKS)
        self._unheard: Counter[str] = Counter()  # requests of each hook

    def hand_off(self, hook_id: str, routes: Sequence[str], request: HandOffRequest) -> None:
        """Return once a route has accepted the turn. Raises HandoffError when no route accepts in time.

        A slow attempt is never hung up on, since its turn may have begun. The next route is tried at the same time,
        and the request that arrives second gets 409, which counts as accepted too.
        """
        known = self._working.get(hook_id)
        order = sorted(routes, key=lambda route: route != known)
        waited = 0.0 if request.since is None else max(0.0, self._clock.epoch() - request.since)
        end = self._clock.now() + self._patience(ACCEPT_SECONDS) - waited
        open_attempts = 0
        for number, route in enumerate(order, 1):
            if self._clock.now() >= end:
                break
            gevent.spawn(self._attempt, hook_id, route, request)
            open_attempts += 1
            patience = self._patience(KNOWN_ROUTE_SECONDS if route == known else UNKNOWN_ROUTE_SECONDS)
            until = end if number == len(order) else min(end, self._clock.now() + patience)
            while open_attempts and (answer := self._next(request, until)):
                open_attempts -= 1
                tried, status = answer
                if status in {OK, TAKEN}:
                    self._working[hook_id] = tried
                    return
                if status == FULL:
                    raise HandoffError("no room for another turn")
        raise HandoffError(
            "no route to our own endpoint accepted the turn; set internal_url, the Internal address"
        )

    def working_route(self, hook_id: str) -> str:
        """The address at which the last hand-off of this hook was accepted, or ""."""
        return self._working.get(hook_id, "")

    def _next(self, request: HandOffRequest, until: float) -> Answer | None:
        """The next of the `answers`; None if there is none until the clock's `now` is `until`."""
        left = self._clock.wall(until - self._clock.now())
        try:
            return request.answers.get(timeout=left) if left > 0 else request.answers.get_nowait()
        except Empty:
            return None

    def _attempt(self, hook_id: str, route: str, request: HandOffRequest) -> None:
        name = uuid.uuid4().hex
        self._acceptances.sent(name, request.answers, (route, OK))
        was_sent = is_open = False
        try:
            with closing(self._connections.to(route, self._clock.wall(1.0) + 0.2)) as connection:
                connection.open()
                was_sent = True
                response = self._post(hook_id, connection, request.body, name)
                status = self._judge(response, request.receipt)
                request.answers.put((route, status))
                if is_open := status == OK:
                    self._open.keep(name, connection.detach())
        except (HTTPException, OSError, ValueError):
            request.answers.put((route, NO_ANSWER))
        finally:
            self._acceptances.heard(name)
        if was_sent and not is_open:
            self._cancellations.ended(name)  # its turn may have begun

    def _post(self, hook_id: str, connection: OwnConnection, body: bytes, name: str) -> HTTPResponse:
        """Wait long for the answer: its turn may have begun, and a proxy can hold the answer until the turn ends."""
        longest = REQUEST_SECONDS if self._unheard[hook_id] < UNHEARD else SILENCE
        self._unheard[hook_id] += 1
        try:
            headers = {"Content-Type": "application/octet-stream", REQUEST_HEADER: name}
            return connection.post(body, headers, self._clock.wall(longest) + 5.0)
        finally:
            self._unheard[hook_id] -= 1
            if not self._unheard[hook_id]:
                del self._unheard[hook_id]

    def _judge(self, response: HTTPResponse, receipt: str) -> int:
        """The status of our own answer; a 200 counts when its first byte has come."""
        is_ours = response.headers.get(RECEIPT_HEADER) == receipt
        return response.status if is_ours and (response.status != OK or response.read1(1)) else NO_ANSWER

    def _patience(self, seconds: float) -> float:
        """The same design seconds, or more where a scaled clock would make them shorter than the machine needs."""
        return self._clock.stretched(seconds, at_least=ROUTE_WALL_FLOOR * seconds / UNKNOWN_ROUTE_SECONDS)
