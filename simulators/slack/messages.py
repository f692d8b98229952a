"""One message and everything it ever looked like.

A message's content is a log of chunks; an append adds to the log, an update begins a new one. A state
remembers its log and how much of it there was, so a long stream costs no copies.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]
_SPOKEN = {"text", "elements", "rows", "fields", "tasks", "details", "output"}


@dataclass(slots=True, frozen=True)
class State:
    """What the message was from `at` (wall epoch) / `design` (seconds since the start) on."""

    at: float
    design: float
    method: str
    log: list[Json]
    count: int
    streaming: bool

    def parts(self) -> list[Json]:
        """The content in this state, folded."""
        return fold(self.log[: self.count])


@dataclass(slots=True)
class Stream:
    """The streaming side of a message; `ended` is empty while it is open."""

    mode: (
        # "markdown_text" or "chunks", fixed by the opening call (docs/platform/slack.md#stream-mode); "" until the
        # first text
        str
    )
    started: float  # design seconds
    recipient: str  # who sees it grow (docs/platform/slack.md#stream-visibility); "" in direct messages
    weight: int = 0  # bytes counted against the cumulative cap
    full: bool = False
    ended: str = ""  # "stopped", "user", "expired"
    repaired: bool = False


@dataclass(slots=True)
class Message:
    """`thread_ts` is empty at top level; `user` is the bot's user id for ours, with `bot_id` set."""

    channel: str
    ts: str
    thread_ts: str
    user: str
    bot_id: str = ""
    subtype: str = ""
    log: list[Json] = field(default_factory=list)
    states: list[State] = field(default_factory=list)
    stream: Stream | None = None
    metadata: Json | None = None
    files: list[Json] = field(default_factory=list)
    attachments: list[Json] = field(default_factory=list)
    composed: list[Json] = field(default_factory=list)  # the blocks that a member's client sent
    username: str = ""  # the name of a workflow, which has no user
    reactions: dict[str, list[str]] = field(default_factory=dict)
    edited: str = ""
    client_msg_id: str = ""
    ephemeral_for: str = ""
    deleted: bool = False
    broadcast: bool = False

    def parts(self) -> list[Json]:
        """The content now."""
        return fold(self.log)

    def root(self) -> str:
        """The thread it belongs to or could begin."""
        return self.thread_ts or self.ts

    def streaming(self) -> bool:
        """Whether the pill still turns: open, or expired and never repaired (docs/platform/slack.md#stream-repair)."""
        return self.stream is not None and not self.stream.ended

    def text(self) -> str:
        """What a reader sees as text: all text parts, else the fallback of its blocks."""
        return text_of(self.parts())

    def fallback(self) -> str:
        """The `text` that was sent beside blocks, which only notifications show; "" if there was none."""
        return "".join(part["text"] for part in self.parts() if part["kind"] == "fallback")

    def blocks(self) -> list[Json]:
        """Every block it holds, in order."""
        return blocks_of(self.parts())


def text_of(parts: Sequence[Json]) -> str:
    """All text parts, with the `context` blocks between them; else the fallback of the blocks."""
    if not any(part["kind"] in {"text", "markdown"} for part in parts):
        return "".join(part["text"] for part in parts if part["kind"] == "fallback")
    return "".join(filter(None, map(_read, parts)))


def _read(part: Json) -> str:
    if part["kind"] in {"text", "markdown"}:
        return str(part["text"])
    small = [block for block in part.get("blocks") or () if block["type"] == "context"]
    return "".join(f"\n\n{spoken(block)}" for block in small)


def blocks_of(parts: Iterable[Json]) -> list[Json]:
    """Every block in these parts, in order."""
    return [block for part in parts if part["kind"] == "blocks" for block in part["blocks"]]


def tasks_of(parts: Iterable[Json]) -> list[Json]:
    """The tasks of a message, those of its `plan` blocks in the form of a stream's."""
    found: list[Json] = []
    for part in parts:
        if part["kind"] == "task":
            found.append(part)
        for block in part.get("blocks") or ():
            found += map(_task_of, (block.get("tasks") or ()) if block["type"] == "plan" else ())
    return found


def plan_of(parts: Iterable[Json]) -> str:
    """The title of the plan, "" if there is none."""
    for part in parts:
        if part["kind"] == "plan":
            return str(part["title"])
        for block in part.get("blocks") or ():
            if block["type"] == "plan":
                return str(block["title"])
    return ""


def _task_of(card: Json) -> Json:
    said = {name: spoken(card[name]) if card.get(name) else "" for name in ("details", "output")}
    plain = {"kind": "task", "id": card["task_id"], "title": card["title"], "status": card["status"]}
    return plain | said | {"sources": card.get("sources") or []}


def spoken(value: Any) -> str:
    """All text inside a block, in order; used for measuring and for reading it aloud."""
    if isinstance(value, list):
        return "".join(spoken(item) for item in value)
    if not isinstance(value, dict):
        return ""
    own = value.get("text")
    if isinstance(own, str):
        return own
    title = value.get("title") if value.get("type") in {"plan", "task_card"} or "task_id" in value else ""
    return (title or "") + "".join(spoken(item) for key, item in value.items() if key in _SPOKEN)


def fold(log: Iterable[Json]) -> list[Json]:
    """Chunks to the parts a reader sees: neighbouring texts join, a task keeps the place it began at.

    A task's title and status replace, its details append (docs/platform/slack.md#stream-chunks).
    """
    parts: list[Json] = []
    tasks: dict[str, Json] = {}
    plan: Json = {"kind": "plan", "title": None}
    for chunk in log:
        kind = chunk["type"]
        if kind == "markdown_text":
            _fold_markdown(parts, chunk["text"])
        elif kind == "task_update":
            _fold_task(parts, tasks, chunk)
        elif kind == "plan_update":
            if plan["title"] is None:
                parts.append(plan)
            plan["title"] = chunk["title"]
        elif kind == "blocks":
            _fold_blocks(parts, chunk["blocks"])
        else:
            parts.append({"kind": kind, "text": chunk["text"]})
    for part in parts:
        if part["kind"] == "markdown":
            part["text"] = "".join(part["text"])
    return parts


def _fold_markdown(parts: list[Json], text: str) -> None:
    if not parts or parts[-1]["kind"] != "markdown":
        parts.append({"kind": "markdown", "text": []})
    parts[-1]["text"].append(text)


def _fold_blocks(parts: list[Json], blocks: list[Json]) -> None:
    """A `markdown` block is text to a reader, and so is what Slack made of it; other blocks in a row are one part."""
    for block in blocks:
        if block["type"] in {"markdown", "rich_text"}:
            _fold_markdown(parts, block["text"] if block["type"] == "markdown" else spoken(block))
        elif parts and parts[-1]["kind"] == "blocks":
            parts[-1] = {"kind": "blocks", "blocks": [*parts[-1]["blocks"], block]}
        else:
            parts.append({"kind": "blocks", "blocks": [block]})
    if not blocks:
        parts.append({"kind": "blocks", "blocks": []})


def _fold_task(parts: list[Json], tasks: dict[str, Json], chunk: Json) -> None:
    task = tasks.get(chunk["id"])
    if task is None:
        task = {"kind": "task", "id": chunk["id"], "details": "", "output": "", "sources": []}
        tasks[chunk["id"]] = task
        parts.append(task)
    task["title"] = chunk["title"]
    task["status"] = chunk["status"]
    task["details"] += chunk.get("details") or ""
    task["output"] = chunk.get("output") or task["output"]
    task["sources"] = chunk.get("sources") or task["sources"]
