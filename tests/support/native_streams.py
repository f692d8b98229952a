"""A native stream against a Slack that only keeps what it is told."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

from errors import SlackRefused
from simulators.slack.chunks import check_chunks, weight
from simulators.slack.messages import fold
from slack_api.client import SlackApi
from slack_api.rate_limit.rate_limiter import RateLimiter
from slack_reply.optional_blocks import BlockSupport
from slack_reply.shared import RateShare, TableSupport
from slack_reply.shared import Slack as SharedSlack
from slack_reply.snapshot import Card, CardState
from slack_reply.writer import ReplyTarget
from slack_reply.writers.native_stream import NativeStream
from slack_reply.writers.opening import Opening
from slack_reply.writers.stream_cleanup import StreamCleanup
from tests.fake_clock import FakeClock

PLACE = ReplyTarget("T1", "C1", "channel", "1.0", "1.0", "U1", "T1", "UBOT")
CAP = 10_600


@dataclass
class Slack:
    """Keeps the chunks of each message, and refuses the next calls as told."""

    messages: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    open: set[str] = field(default_factory=set)
    refuse: list[str] = field(default_factory=list)
    updates: list[dict[str, Any]] = field(default_factory=list)
    started: int = 1

    def start_stream(self, _c: str, _t: str, _u: str, _team: str, chunks: Any, **_: Any) -> str:
        self.started += 1
        ts = f"{self.started}.0"
        self.messages[ts] = []
        self.open.add(ts)
        self._write(ts, chunks)
        return ts

    def append_stream(self, _c: str, ts: str, chunks: Any, **_: Any) -> None:
        if self.refuse == ["message_not_in_streaming_state"]:
            self.open.discard(ts)
        if self.refuse:
            raise SlackRefused("chat.appendStream", self.refuse.pop())
        assert ts in self.open
        assert chunks
        self._write(ts, chunks)

    def stop_stream(self, _c: str, ts: str, chunks: Sequence[Mapping[str, Any]] = (), **_: Any) -> None:
        assert ts in self.open
        self.open.remove(ts)
        self._write(ts, chunks)

    def update_message(self, _c: str, ts: str, **arguments: Any) -> None:
        self.updates.append(arguments)
        self.messages[ts] = [{"type": "markdown_text", "text": arguments["markdown_text"]}]

    def delete_message(self, _c: str, ts: str) -> None:
        del self.messages[ts]

    def parts(self) -> list[dict[str, Any]]:
        return [part for log in self.messages.values() for part in fold(log)]

    def texts(self) -> str:
        return " ".join(part["text"] for part in self.parts() if part["kind"] == "markdown")

    def tasks(self) -> list[dict[str, Any]]:
        return [part for part in self.parts() if part["kind"] == "task"]

    def _write(self, ts: str, chunks: Any) -> None:
        self.messages[ts] += check_chunks([dict(chunk) for chunk in chunks])
        assert weight(self.messages[ts]) <= CAP


class Free(RateLimiter):
    def acquire(self, *_: Any, **__: Any) -> bool:
        return True

    def try_acquire(self, *_: Any, **__: Any) -> bool:
        return True


class Anything:
    """Replaces collaborators that do nothing in these tests."""

    def __getattr__(self, _name: str) -> Any:
        return lambda *_, **__: ""


def stream(slack: Slack, clock: FakeClock | None = None) -> tuple[NativeStream, StreamCleanup]:
    clock = clock or FakeClock()
    api, budget = cast("SlackApi", slack), Free(clock)
    share, nothing = RateShare(budget, PLACE), cast("Any", Anything())
    shared = SharedSlack(api, budget, nothing, TableSupport(clock), nothing, clock, BlockSupport(clock))
    ends = StreamCleanup(shared, share)
    return NativeStream(shared, share, Opening(shared, share), ends), ends


def card(number: int, at: int = 0, state: CardState = "done", output: str = "") -> Card:
    return Card(f"id-{number}", f"Step {number}", state, at, output)
