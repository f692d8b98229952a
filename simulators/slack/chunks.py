"""The chunks of a stream call: their form and their weight against the cumulative cap.

Source: docs/platform/slack.md#stream-chunks, docs/platform/slack.md#stream-size.
"""

from typing import Any

from simulators.slack.blocks import MARKDOWN_CHARS, TASK_STATUSES, check_blocks
from simulators.slack.messages import Json
from simulators.slack.refusals import Refused


def check_chunks(chunks: Any) -> list[Json]:
    """The chunks, or invalid_chunks; `file` blocks fault with internal_error in streams.

    Source: docs/platform/slack.md#stream-chunks.
    """
    if not isinstance(chunks, list):
        raise Refused("invalid_chunks")
    for chunk in chunks:
        _check(chunk)
    if sum(len(chunk["text"]) for chunk in chunks if chunk["type"] == "markdown_text") > MARKDOWN_CHARS:
        raise Refused("msg_too_long")  # 12,000 characters per call
    return chunks


def weight(chunks: list[Json]) -> int:
    """UTF-8 bytes; a task's details and output count twice (docs/platform/slack.md#stream-size)."""
    return sum(_weight(chunk) for chunk in chunks)


def _weight(chunk: Json) -> int:
    if chunk["type"] == "markdown_text":
        return len(chunk["text"].encode("utf-8", "replace"))
    if chunk["type"] == "task_update":
        return 2 * len(f"{chunk.get('details') or ''}{chunk.get('output') or ''}".encode("utf-8", "replace"))
    return 0


def _check(chunk: Any) -> None:
    kind = chunk.get("type") if isinstance(chunk, dict) else None
    if kind == "blocks":
        if any(isinstance(b, dict) and b.get("type") == "file" for b in chunk.get("blocks") or ()):
            raise Refused("internal_error")
        check_blocks(chunk.get("blocks"))
        return
    if kind not in _FIELDS or not all(isinstance(chunk.get(name), str) for name in _FIELDS[kind]):
        raise Refused("invalid_chunks")
    if kind == "task_update" and (chunk["status"] not in TASK_STATUSES or not chunk["id"]):
        raise Refused("invalid_chunks")
    if kind == "task_update" and not isinstance(chunk.get("sources") or [], list):
        raise Refused("invalid_chunks")


_FIELDS = {
    "markdown_text": ("text",),
    "task_update": ("id", "title", "status"),
    "plan_update": ("title",),
}
