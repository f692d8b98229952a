"""The app's work as one `plan` block, which an edited message shows above its text, and how it is read. Pure.

Source: docs/platform/slack.md#plan-block.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from json_fields import mappings_of
from slack_reply.markdown import counted
from slack_reply.snapshot import Card
from slack_reply.writers.streamed_message import STATUS, fitted

ROOM = 2000
"""Counted characters that the first message of an answer keeps free for its plan."""
MOST_TASKS = 45  # of 50
EARLIER = "earlier"  # the id of the task that stands for all tasks that are left out
_RESERVE = 20  # counted characters of that task's title


def plan_block(cards: Iterable[Card], title: str, room: int) -> Mapping[str, Any] | None:
    """The plan with these cards, within `room` counted characters; None without cards, or if no card fits.

    What is too much is left out: first the details and outputs of the oldest cards, then the oldest cards; one task
    says how many there were.
    """
    wanted = [fitted(card) for card in cards]
    left = room - _RESERVE - counted(title)
    tasks: list[dict[str, Any]] = []
    for card in reversed(wanted[-MOST_TASKS:]):
        bare = replace(card, details="", output="")
        shown = card if _size(card) <= left else bare
        if _size(shown) > left:
            break
        left -= _size(shown)
        tasks.append(_task(shown))
    earlier = wanted[: len(wanted) - len(tasks)]
    if earlier and tasks:
        failed = any(card.state == "failed" for card in earlier)
        status = STATUS["failed" if failed else "done"]
        tasks.append({"task_id": EARLIER, "title": f"+{len(earlier)}", "status": status})
    return {"type": "plan", "title": title or "…", "tasks": tasks[::-1]} if tasks else None


def cards_of(message: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The task cards in a message as Slack returns it, whether they stand alone or in a plan."""
    found: list[Mapping[str, Any]] = []
    for block in mappings_of(message, "blocks"):
        if block.get("type") == "task_card":
            found.append(block)
        elif block.get("type") == "plan":
            found += mappings_of(block, "tasks")
    return found


def _size(card: Card) -> int:
    return counted(card.title) + counted(card.details) + counted(card.output)


def _task(card: Card) -> dict[str, Any]:
    said = {"details": card.details, "output": card.output}
    texts = {name: _rich_text(text) for name, text in said.items() if text.strip()}
    return {"task_id": card.id, "title": card.title, "status": STATUS[card.state], **texts}


def _rich_text(text: str) -> dict[str, Any]:
    section = {"type": "rich_text_section", "elements": [{"type": "text", "text": text}]}
    return {"type": "rich_text", "elements": [section]}
