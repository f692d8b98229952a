"""The simulated Slack in this process and in virtual time, with a chosen trouble for each call."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from werkzeug.test import EnvironBuilder
from werkzeug.wrappers import Request

from simulators.slack.double import Double
from simulators.slack.messages import Message
from simulators.slack.options import Options
from slack_api.client import SlackApi
from slack_api.connection import NeverSent
from slack_api.pool import Bounds, HttpResponse, Unanswered
from slack_api.rate_limit.rate_limiter import RateLimiter
from slack_reply.optional_blocks import BlockSupport
from slack_reply.reply import Reply, Style
from slack_reply.shared import NativeSupport, Slack, TableSupport, Written
from slack_reply.snapshot import Snapshot
from slack_reply.writer import ReplyTarget
from tests.fake_clock import FakeClock
from tests.slack_api.scripted_pool import refuses, says
from tests.support.growing_answer import Now

TROUBLES: dict[str, HttpResponse | Exception] = {
    "unreachable": NeverSent("ConnectionRefusedError"),
    "lost": Unanswered("RemoteDisconnected"),
    "late": Unanswered("ReadTimeoutError"),
    "500": says(b"upstream trouble", 500),
    "html": says(b"<html>"),
    "429": says({"ok": False, "error": "ratelimited"}, 429, retry_after="3"),
    "429-bare": says({"ok": False, "error": "ratelimited"}, 429),
    "internal_error": refuses("internal_error"),
}
FOR_LONG = {"429-long": says({"ok": False, "error": "ratelimited"}, 429, retry_after="299")}
DONE = ("lost", "500", "html")  # these may also strike when the call has had its effect
GENERAL, ANNA = "C0GENERAL", "U0ANNA000"


@dataclass
class TroubledSlack:
    """`troubles` are used up by the calls in their order: "" for none, a name, or a name and "!": after the effect.

    A trouble for one method is written `method:name`. "late" is a call that is lost and has its effect only when
    `happen` is called.
    """

    troubles: list[str] = field(default_factory=list)
    clock: FakeClock = field(default_factory=FakeClock)
    sent: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.double = Double(Options(), self.clock)
        self.double.world.url = "http://simulated"
        self.budget = RateLimiter(self.clock)
        self.written = Written()
        self.support = NativeSupport(self.clock)
        self.tables = TableSupport(self.clock)
        self.blocks = BlockSupport(self.clock)
        self.root = self.ask()
        self._late: list[tuple[str, str, Mapping[str, str], bytes | None, Bounds]] = []

    def ask(self) -> str:
        world = self.double.world
        ts = world.next_ts()
        world.add(Message(GENERAL, ts, "", ANNA, log=[{"type": "text", "text": "why?"}]), "user")
        return ts

    @property
    def api(self) -> SlackApi:
        install = self.double.world.install
        return SlackApi(
            install.token,
            base_url="http://simulated/api/",
            pool=self,
            clock=self.clock,
            budget=self.budget,
            team_id=install.team_id,
        )

    def reply(self, style: Style = "stream", *, channel_type: str = "channel", **more: Any) -> Reply:
        install, api = self.double.world.install, self.api
        place = ReplyTarget(
            api.account, GENERAL, channel_type, self.root, self.root, ANNA, install.team_id, install.bot_user
        )
        slack = Slack(api, self.budget, self.support, self.tables, self.written, self.clock, self.blocks)
        return Reply(slack, place, style, **more)

    def exchange(
        self, verb: str, url: str, headers: Mapping[str, str], body: bytes | None, bounds: Bounds
    ) -> HttpResponse:
        method = urlsplit(url).path.rpartition("/")[2]
        self.sent.append(method)
        trouble, after = self._trouble(method)
        if trouble and not after:
            if trouble == "late":
                self._late.append((verb, url, headers, body, bounds))
            return _struck(trouble)
        builder = EnvironBuilder(f"/api/{method}", method=verb, data=body, headers=list(headers.items()))
        answer = self.double.web_api.serve(method, Request(builder.get_environ()))
        if trouble:
            return _struck(trouble)
        lowered = {name.lower(): value for name, value in answer.headers.items()}
        return HttpResponse(answer.status_code, lowered, answer.get_data())

    def happen(self) -> None:
        """Let the late calls take effect."""
        while self._late:
            self.exchange(*self._late.pop(0))

    def answers(self) -> list[Message]:
        world = self.double.world
        ours = [m for m in world.channels[GENERAL].thread(self.root) if m.bot_id == world.install.bot_id]
        return [message for message in ours if not message.deleted]

    def text(self) -> str:
        return " ".join(message.text() for message in self.answers())

    def open(self) -> list[str]:
        """The streams that were not stopped, and the expired streams that were not repaired."""
        streams = [(message.ts, message.stream) for message in self.answers() if message.stream]
        return [ts for ts, one in streams if not one.ended or (one.ended == "expired" and not one.repaired)]

    def _trouble(self, method: str) -> tuple[str, bool]:
        if not self.troubles:
            return "", False
        only, _, name = self.troubles[0].rpartition(":")
        if only and only != method:
            return "", False
        self.troubles.pop(0)
        return name.rstrip("!"), name.endswith("!")


def _struck(trouble: str) -> HttpResponse:
    found = (TROUBLES | FOR_LONG).get(trouble) or refuses(trouble)
    if isinstance(found, Exception):
        raise found
    return found


def grow(slack: TroubledSlack, reply: Reply, texts: list[str]) -> None:
    """Show each of the texts in its time, bring the last one to its end, and close."""
    for text in texts[:-1]:
        reply.show(Now(Snapshot(text)))
        slack.clock.advance(3.0)
    reply.finish(Snapshot(texts[-1]))
    reply.close()
