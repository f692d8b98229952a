"""A Slack that keeps every state of every message as its reader sees it, and refuses nothing."""

import ast
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple, cast

from simulators.slack.messages import fold
from slack_api.client import SlackApi
from slack_reply.optional_blocks import BlockSupport
from slack_reply.shared import RateShare, Slack, TableSupport, Written
from slack_reply.writer import ReplyTarget, Writer, WriterGone
from slack_reply.writers.edited_message import EditedMessage
from slack_reply.writers.native_stream import NativeStream
from slack_reply.writers.opening import Opening
from slack_reply.writers.single_post import Posting, SinglePost
from slack_reply.writers.stream_cleanup import StreamCleanup
from tests.fake_clock import FakeClock

PLACE = ReplyTarget("T1", "C1", "channel", "1.0", "1.0", "U1", "T1", "UBOT")

Chunks = Sequence[Mapping[str, Any]]
Look = tuple[tuple[str, str], ...]
"""The parts of a message in their order, each with its kind: `markdown`, `table` or `card`; without a `plan` block."""


class State(NamedTuple):
    message: int
    look: Look


def cells(block: str) -> list[tuple[str, tuple[str, ...]]]:
    """The cells of a table block, row by row: a table that still grows is a beginning of the later one."""
    return [(str(cell), ("cell",)) for row in ast.literal_eval(block)["rows"] for cell in row]


def without_lost_table(look: Look, end: Look) -> Look:
    """The message without the table at its end, if that table grew too large for the message and became code."""
    tables = [[kind for kind, _ in message].count("table") for message in (look, end)]
    return look[:-1] if tables[0] > tables[1] and look[-1][0] == "table" else look


class KeepingSlack:
    """`messages` are the current states of the messages, `states` all states so far."""

    def __init__(self) -> None:
        self.messages: list[Look] = []
        self.states: list[State] = []
        self._chunks: dict[int, list[Mapping[str, Any]]] = {}

    def start_stream(
        self, _channel: str, _thread: str, _user: str, _team: str, chunks: Chunks, **_: Any
    ) -> str:
        self.messages.append(())
        return self._append(len(self.messages) - 1, chunks)

    def append_stream(self, _channel: str, ts: str, chunks: Chunks, **_: Any) -> None:
        self._append(int(ts), chunks)

    def stop_stream(self, _channel: str, ts: str, chunks: Chunks = (), **_: Any) -> None:
        if chunks:
            self._append(int(ts), chunks)

    def post_message(self, _channel: str, _thread: str, **arguments: Any) -> str:
        self.messages.append(())
        return self._keep(len(self.messages) - 1, _posted(arguments))

    def update_message(self, _channel: str, ts: str, **arguments: Any) -> None:
        self._keep(int(ts), _posted(arguments))

    def _append(self, number: int, chunks: Chunks) -> str:
        log = self._chunks.setdefault(number, [])
        log += chunks
        return self._keep(number, _streamed(fold([dict(chunk) for chunk in log])))

    def _keep(self, number: int, look: Look) -> str:
        self.messages[number] = look
        self.states.append(State(number, look))
        return str(number)


class NoLimits:
    """A rate share that grants every call at once."""

    patience = float("inf")
    target = PLACE

    def granted(self, *_: Any, **__: Any) -> bool:
        return True

    def try_take(self, *_: Any) -> bool:
        return True

    def interval(self, *_: Any) -> float:
        return 0.0

    def __getattr__(self, _name: str) -> Callable[..., None]:
        return lambda *_, **__: None


def writer(method: str, slack: KeepingSlack) -> tuple[Writer, StreamCleanup]:
    clock = FakeClock()
    api, share = cast("SlackApi", slack), cast("RateShare", NoLimits())
    nothing = cast("Any", NoLimits())
    shared = Slack(api, nothing, nothing, TableSupport(clock), Written(), clock, BlockSupport(clock))
    ends = StreamCleanup(shared, share)
    posting = Posting(shared, share)
    if method == "stream":
        return NativeStream(shared, share, Opening(shared, share), ends), ends
    if method == "edit":
        return EditedMessage(shared, share, posting, ends, WriterGone(0)), ends
    return SinglePost(posting), ends


def _streamed(parts: Iterable[Mapping[str, Any]]) -> Look:
    look: list[tuple[str, str]] = []
    for part in parts:
        if part["kind"] == "markdown":
            look.append(("markdown", part["text"]))
        elif part["kind"] == "task":
            look.append(("card", part["id"]))
        else:
            look += [("table", str(block)) for block in part["blocks"]]
    return tuple(look)


def _posted(arguments: Mapping[str, Any]) -> Look:
    blocks = arguments.get("blocks", [{"type": "markdown", "text": arguments.get("markdown_text", "")}])
    return tuple(
        ("markdown", block["text"]) if block["type"] == "markdown" else ("table", str(block))
        for block in blocks
        if block["type"] != "plan"
    )
