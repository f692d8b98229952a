"""The part of the running stack that belongs to one conversation: an app, a hook, a channel and a bot token."""

import time
from collections.abc import Callable
from typing import Any, Literal
from urllib.error import HTTPError
from urllib.request import ProxyHandler, Request, build_opener

from simulators.dify.control import DifyControl
from simulators.slack.seen import SeenDelivery, SeenMessage, SeenState
from simulators.slack.workspace import ANNA, BEN, CAROL, Workspace
from tests.conversations.stack import Daemon, SimulatedDaemon, Stack

__all__ = ["ANNA", "BEN", "CAROL", "World"]

PATIENCE = 60.0
LAST_EDIT = 30.0  # design seconds
OPENER = build_opener(ProxyHandler({}))
"""Made once, because each opener reads the machine's certificates."""
OPENER.addheaders = []
Via = Literal["plugin", "api"]
"""The way to the app: reverse invocation, or the Service API with the app's key."""


class World:
    """An app, a hook that names it, and a channel with three people and the bot.

    `version` is the version of Dify whose Service API is simulated.
    """

    def __init__(self, stack: Stack, number: int, via: Via = "plugin", version: str = "newest") -> None:
        self.stack = stack
        self.slack: Workspace = stack.slack
        self.dify: DifyControl = stack.dify
        self.daemon: Daemon = stack.daemon
        self.scale = stack.scale
        self.began = time.time()
        self.slack.reset()
        self.dify.reset()
        # Each conversation has a bot token of its own, so an earlier conversation has used none of its rates.
        self.slack.configure(
            token=f"xoxb-simulated-{number:04d}", enterprise_id="", org_wide="no", manifest=""
        )
        self.app_id = self.dify.app(f"app-{number:04d}", "advanced-chat")
        self.settings: dict[str, Any] = {
            "app": {"app_id": self.app_id, "inputs": {}},
            "bot_token": self.slack.token,
            "signing_secret": self.slack.signing_secret,
        }
        self.via = via
        self.version = version
        self.dify.version(version)
        self.hook = self.daemon.add_hook(self._settings())
        self.slack.configure(events_url=f"{self.hook}/slack/events")
        self.channel = self.slack.add_channel(f"team-{number:04d}")

    def configure(self, **settings: Any) -> None:
        """Change settings of the hook."""
        self.settings |= settings
        self.daemon.change_hook(self.hook, self._settings())

    def _settings(self, **more: Any) -> dict[str, Any]:
        """The hook's settings; over the Service API with the key of each app that they name."""
        settings = self.settings | more
        if self.via == "plugin" or "dify_api_key" in settings:
            return settings
        app_id = settings["app"]["app_id"]
        others = [
            pair.partition("=")[2].strip() for pair in settings.get("channel_apps", "").split(",") if pair
        ]
        keys = [self.dify.api_key(app_id), *(f"{other}={self.dify.api_key(other)}" for other in others)]
        return settings | {"dify_api_key": " ".join(keys), "dify_api_url": f"{self.dify.url}/v1"}

    @property
    def left(self) -> str:
        """The outcome at Dify of a run whose request ended before it."""
        return "cancelled" if self.via == "api" or self.daemon.cancels else "done"

    def another_hook(self, app_id: str = "", **settings: Any) -> str:
        """Add a second endpoint and send Slack's events there from now on."""
        app = {"app": {"app_id": app_id, "inputs": {}}} if app_id else {}
        hook = self.daemon.add_hook(self._settings(**app, **settings))
        self.slack.configure(events_url=f"{hook}/slack/events")
        return hook

    def ask(self, text: str, *, user: str = ANNA, thread_ts: str = "", channel: str = "", **more: Any) -> str:
        """Mention the bot. Returns the ts of the message."""
        return self.slack.mention(channel or self.channel, user, text, thread_ts=thread_ts, **more)

    def answer(self, root_ts: str, *, channel: str = "", count: int = 1, timeout: float = PATIENCE) -> str:
        """The text of our `count`-th message in the thread, once the answer has ended."""
        return self.answers(root_ts, channel=channel, count=count, timeout=timeout)[count - 1].text

    def answers(
        self, root_ts: str, *, channel: str = "", count: int = 1, timeout: float = PATIENCE
    ) -> list[SeenMessage]:
        """Our messages in the thread, once there are at least `count` and all of them have ended."""
        place = channel or self.channel

        def done() -> list[SeenMessage]:
            ours = [] if self.dify.running() else self.slack.ended_answers(place, root_ts)
            return ours if len(ours) >= count else []

        ends = time.monotonic() + timeout
        self.wait(done, timeout)
        self._let_turns_end()
        seen = self.wait(done, timeout)
        while True:
            self.settle(5)  # an edit may still be on its way
            again = self.wait(done, timeout)
            if again == seen or time.monotonic() > ends:
                return again
            seen = again

    def _let_turns_end(self) -> None:
        """Wait, but not for long, until no turn runs: the last edit of an answer comes after the app has ended."""
        if not isinstance(self.daemon, SimulatedDaemon):
            return
        until = time.monotonic() + LAST_EDIT * self.scale
        while time.monotonic() < until and any(
            session["path"] == "/slack/turns" for session in self.daemon.control.sessions()
        ):
            time.sleep(0.05)

    def wait[T](self, look: Callable[[], T], timeout: float = PATIENCE) -> T:
        """Wait for the first true result and return it. On a time-out the error holds the end of the plugin's log."""
        try:
            return self.slack.wait_for(look, timeout)
        except TimeoutError as error:
            raise AssertionError(f"{error}\n{self.daemon.log()[-4000:]}") from error

    def deliveries(self, kind: str = "", *, ts: str = "") -> list[SeenDelivery]:
        """The deliveries of an event, once none is tried any more: an answer may be seen before Slack has the ack."""

        def ended() -> list[SeenDelivery]:
            seen = self.slack.deliveries(kind, ts=ts)
            return [] if any(one.state == "pending" for one in seen) else seen

        return self.wait(ended)

    def states(self, ts: str, *, channel: str = "") -> list[SeenState]:
        """Every state in which the message was shown."""
        return self.slack.states(channel or self.channel, ts)

    def forget(self) -> None:
        """Start a new plugin process, which has nothing in its memory."""
        self.daemon.kill_plugin()
        # The request is held until the new process serves; a real daemon answers 500 after 6 s of the wall clock.
        self.wait(lambda: self.post("/slack/events", b"{}")[0] == 401, timeout=30)

    def settle(self, seconds: float) -> None:
        """Let design seconds pass, so that a test can check that something does not happen."""
        time.sleep(max(seconds * self.scale, 0.2))

    def post(self, path: str, body: bytes, headers: dict[str, str] | None = None) -> tuple[int, bytes]:
        """Send a request of our own to the hook. Returns its status and body."""
        request = Request(f"{self.hook}{path}", body, headers or {}, method="POST")
        request.add_header("Content-Type", "application/json")
        try:
            with OPENER.open(request, timeout=30) as answer:
                return answer.status, answer.read()
        except HTTPError as error:
            with error:
                return error.code, error.read()
