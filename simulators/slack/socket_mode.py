"""Socket Mode: the app fetches an address, keeps a WebSocket open, and acks what comes over it.

Source: docs/platform/slack.md#socket-mode-delivery, docs/platform/slack.md#socket-mode-envelopes,
docs/platform/slack.md#socket-mode-connections.
"""

import json
import random
import time

import gevent
from werkzeug.wrappers import Request

from simulators.slack.arguments import Arguments
from simulators.slack.messages import Json
from simulators.slack.outbound import Attempt
from simulators.slack.refusals import Refused
from simulators.slack.socket_link import SocketLink
from simulators.slack.world import World, ok

MOST_LINKS = 10
TICKET_SECONDS = 30.0  # of the wall: "short-lived"
LINK_SECONDS = 18_060


def connections_open(world: World, _arguments: Arguments) -> Json:
    """`apps.connections.open`: an address that works once."""
    if not world.install.socket_mode:
        raise Refused("socket_mode_not_enabled")
    ticket = world.next_id("ticket-")
    world.tickets[ticket] = time.time() + TICKET_SECONDS
    return ok(url=f"{world.url.replace('http', 'ws', 1)}/link/?ticket={ticket}&app_id={world.install.app_id}")


class SocketMode:
    """The app's links. Each envelope goes to any one of them; only that link can ack it."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._links: list[SocketLink] = []
        self._opened = 0
        self._most = 0
        self._acks = 0
        self._refused = 0

    @property
    def on(self) -> bool:
        """Whether the app is switched to Socket Mode: nothing goes over HTTP then."""
        return self._world.install.socket_mode

    def serve(self, request: Request, sock: object) -> None:
        """One link from its handshake to its end; without a good ticket it ends at once."""
        expires = self._world.tickets.pop(request.args.get("ticket", ""), 0.0)
        if not self.on or expires < time.time():
            self._refused += 1
            return
        link = SocketLink(sock)
        headers = [(name.lower().encode(), value.encode()) for name, value in request.headers]
        link.accept(headers, request.full_path)
        if len(self._live()) >= MOST_LINKS:
            link.say({"type": "disconnect", "reason": "too_many_websockets"})
            link.close()
            return
        self._links.append(link)
        self._opened += 1
        self._most = max(self._most, len(self._live()))
        self._hello(link)
        self._world.changes.bump()
        try:
            link.run()
        finally:
            self._links.remove(link)
            self._acks += link.acks
            self._world.changes.bump()

    def deliver(self, envelope: Json, patience: float, attempt: Attempt) -> None:
        """Send an envelope over any link and write into `attempt` what came of it within `patience` (wall s)."""
        links = self._live()
        if not links:
            attempt.failure = "connection_failed"
            return
        link = random.choice(links)
        envelope_id = self._world.next_id("envelope-")
        acked = link.expect(envelope_id)
        link.say({"envelope_id": envelope_id} | envelope)
        try:
            payload = acked.get(timeout=patience)
        except gevent.Timeout:
            attempt.failure = "http_timeout"
        else:
            attempt.status = 200
            if payload is not None and envelope.get("accepts_response_payload"):
                attempt.body, attempt.content_type = json.dumps(payload), "application/json"
        attempt.ms = (time.time() - attempt.at) * 1000

    def refresh(self) -> None:
        """The end of each link, told some time before (`link_warning`). Returns at once."""
        for link in self._live():
            gevent.spawn(self._end, link)

    def disable(self) -> None:
        """An admin switches Socket Mode off."""
        self._world.install.socket_mode = False
        for link in self._live():
            link.say({"type": "disconnect", "reason": "link_disabled"})
            link.close()

    def cut(self) -> None:
        """The network breaks every link."""
        for link in self._live():
            link.cut()

    def hush(self) -> None:
        """Every link goes dead without anybody being told, as behind a firewall that forgot it."""
        for link in self._live():
            link.silent = True

    def reset(self) -> None:
        """Off, without links and memories."""
        self._world.install.socket_mode = False
        self._world.tickets.clear()
        self.cut()
        self._opened = self._most = self._acks = self._refused = 0

    def view(self) -> Json:
        """Links that are open, the most at once, how many were opened and refused, acks that came to their link."""
        return {
            "links": len(self._live()),
            "most": self._most,
            "opened": self._opened,
            "refused": self._refused,
            "acks": self._acks + sum(link.acks for link in self._links),
        }

    def _live(self) -> list[SocketLink]:
        return [link for link in self._links if link.open]

    def _hello(self, link: SocketLink) -> None:
        link.say(
            {
                "type": "hello",
                "num_connections": len(self._live()),
                "connection_info": {"app_id": self._world.install.app_id},
                "debug_info": {"host": "applink-simulated", "approximate_connection_time": LINK_SECONDS},
            }
        )

    def _end(self, link: SocketLink) -> None:
        link.say({"type": "disconnect", "reason": "warning", "debug_info": {"host": "applink-simulated"}})
        self._world.clock.sleep(self._world.rules.link_warning)
        link.say({"type": "disconnect", "reason": "refresh_requested", "debug_info": {}})
        self._world.clock.sleep(1.0)
        link.close()
