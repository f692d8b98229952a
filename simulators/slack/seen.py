"""What the double shows of itself, typed: the values that `Workspace` hands out."""

import base64
import json
from dataclasses import dataclass
from typing import Any, Self

Json = dict[str, Any]


class _FromView:
    """Built from the control API's JSON; fields it has on top are left out."""

    __slots__: tuple[str, ...] = ()

    @classmethod
    def of(cls, view: Json) -> Self:
        """The value of a view."""
        return cls(**{name: view[name] for name in cls.__slots__ if name in view})


@dataclass(frozen=True, slots=True)
class SeenMessage(_FromView):
    """A message as the workspace holds it.

    text: all its text as sent. seen: what a reader reads, blocks' texts included. parts: in order, dicts with
    `kind` text | markdown | fallback (`text`), blocks (`blocks`), plan (`title`), task (`id`, `title`,
    `status`, `details`, `output`, `sources`). broken: a stream that expired and was never repaired.
    live_tokens: what Slack would act on (mentions, mass mentions, links). method: what made it. states: how
    many it went through.
    """

    channel: str
    ts: str
    thread_ts: str
    author: str
    author_name: str
    ours: bool
    is_bot: bool
    subtype: str
    text: str
    seen: str
    parts: list[Json]
    blocks: list[Json]
    tasks: list[Json]
    plan: str
    streaming: bool
    stream_ended: str
    broken: bool
    edited: bool
    deleted: bool
    ephemeral_for: str
    metadata: Json | None
    files: list[Json]
    reactions: dict[str, list[str]]
    live_tokens: list[str]
    states: int
    method: str


@dataclass(frozen=True, slots=True)
class SeenState(_FromView):
    """One look of a message, from `at` (wall epoch), `design` (design seconds since the start), on."""

    at: float
    design: float
    method: str
    streaming: bool
    text: str
    seen: str
    parts: list[Json]
    blocks: list[Json]
    tasks: list[Json]


@dataclass(frozen=True, slots=True)
class SeenCall(_FromView):
    """A Web API call, its token left out.

    outcome: "ok", Slack's error code, "429", an HTTP status, "html", "dropped", or "" while it runs. effect:
    whether it changed the state, whatever the caller heard.
    """

    number: int
    method: str
    arguments: Json
    at: float
    design: float
    outcome: str
    effect: bool
    ms: float
    answer: Json


@dataclass(frozen=True, slots=True)
class SeenAttempt(_FromView):
    """One request. failure: Slack's retry reason, "" on success. ms: wall, until the whole answer."""

    number: int
    reason: str
    at: float
    design: float
    status: int
    ms: float
    failure: str
    body: str
    content_type: str
    no_retry: bool


@dataclass(frozen=True, slots=True)
class SeenDelivery:
    """An event on its way. state: pending, accepted, refused (no-retry), given up. kind: type/subtype."""

    number: int
    kind: str
    event_id: str
    channel: str
    ts: str
    state: str
    attempts: tuple[SeenAttempt, ...]
    raw: bytes

    @classmethod
    def of(cls, view: Json) -> "SeenDelivery":
        """From the control API's JSON."""
        plain = {name: view[name] for name in ("number", "kind", "event_id", "channel", "ts", "state")}
        attempts = tuple(SeenAttempt.of(attempt) for attempt in view["attempts"])
        return cls(**plain, attempts=attempts, raw=base64.b64decode(view["body"]))

    @property
    def body(self) -> Json:
        """The envelope that was sent."""
        envelope: Json = json.loads(self.raw)
        return envelope


@dataclass(frozen=True, slots=True)
class SeenStatus:
    """A thread's status line: the text shown now, and each change ({text, loading, reason, at, design})."""

    current: str
    history: list[Json]

    def texts(self) -> list[str]:
        """Every text it showed, in order."""
        return [change["text"] for change in self.history if change["text"]]
