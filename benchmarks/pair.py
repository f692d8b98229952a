"""The plugin and the bare plugin, each behind a simulated daemon of its own, with one Slack and one Dify for both.

What is measured of the two is measured in turns within one run, so that a busy machine slows both.
"""

import json
import time
from http.client import HTTPConnection
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlsplit

from simulators.daemon.control import DaemonControl
from simulators.slack.workspace import Workspace
from simulators.stack import SimulatedDaemon, Stack

BARE = Path(__file__).parent / "bare_plugin"
TRIES = 4  # Slack sends an event that is not acked up to three times again


class Pair:
    """`plugin_url` and `bare_url` are the bases of the two hooks; `app` answers both."""

    def __init__(self, *, tiers: bool = False, **settings: Any) -> None:
        self.stack = Stack.start(1.0, tiers=tiers)
        self.slack, self.dify = self.stack.slack, self.stack.dify
        assert isinstance(self.stack.daemon, SimulatedDaemon)
        self.plugin: DaemonControl = self.stack.daemon.control
        self._bare = SimulatedDaemon(self.dify.url, 1.0, {}, plugin=BARE)
        self._bare.ready()
        self.bare: DaemonControl = self._bare.control
        self.app = self.dify.app("bench", "advanced-chat")
        self.plugin_url = self.hook(**settings)
        self.bare_url = self._bare.add_hook({"signing_secret": self.slack.signing_secret})

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._bare.stop()
        self.stack.stop()

    def hook(self, **settings: Any) -> str:
        """The base of one more hook of the plugin."""
        secrets = {"bot_token": self.slack.token, "signing_secret": self.slack.signing_secret}
        return self.stack.daemon.add_hook({"app": {"app_id": self.app, "inputs": {}}, **secrets, **settings})

    def settle(self, timeout: float = 120.0) -> None:
        """Wait until no request is open at either daemon, no run in Dify and no stream in Slack."""
        until = time.monotonic() + timeout
        while time.monotonic() < until:
            if not (self.plugin.sessions() or self.bare.sessions() or self.dify.running()):
                time.sleep(0.3)  # what trails: the stop of a stream, the last status
                return
            time.sleep(0.05)
        raise TimeoutError("turns are open still")


def mention(slack: Workspace, channel: str, user: str, text: str) -> bytes:
    """The body of the event of a message that mentions the bot. The message stands in Slack; nothing is delivered."""
    text = slack.mentioning(text)
    ts = slack.say(channel, user, text)
    event = {"type": "app_mention", "user": user, "text": text, "ts": ts, "event_ts": ts, "channel": channel}
    return json.dumps(
        {
            "token": "deprecated",
            "team_id": slack.team_id,
            "context_team_id": slack.team_id,
            "api_app_id": slack.app_id,
            "type": "event_callback",
            "event_id": f"Ev{ts.replace('.', '')}",
            "event_time": int(time.time()),
            "event": {**event, "team": slack.team_id},
            "authorizations": [
                {
                    "enterprise_id": None,
                    "team_id": slack.team_id,
                    "user_id": slack.bot_user,
                    "is_bot": True,
                    "is_enterprise_install": False,
                }
            ],
            "is_ext_shared_channel": False,
        }
    ).encode()


def deliver(slack: Workspace, url: str, body: bytes) -> float:
    """Send an event as Slack does, which tries again; the milliseconds until it was acked. Raises RuntimeError."""
    taken, status = 0.0, 0
    for _ in range(TRIES):
        status, ms = post(url, body, slack.sign(body))
        taken += ms
        if status == 200:
            return taken
    raise RuntimeError(f"{url}: status {status}")


def post(url: str, body: bytes, headers: dict[str, str]) -> tuple[int, float]:
    """The status of the answer, and the milliseconds from the connection's first packet to the answer's last byte."""
    parts = urlsplit(url)
    began = time.perf_counter()
    connection = HTTPConnection(parts.hostname or "", parts.port, timeout=30)
    try:
        connection.request("POST", parts.path, body, headers | {"Content-Type": "application/json"})
        response = connection.getresponse()
        response.read()
        return response.status, (time.perf_counter() - began) * 1000
    finally:
        connection.close()
