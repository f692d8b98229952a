"""Buttons that ask a question when a member presses them, and those that stop or share an answer. Pure.

Source: docs/platform/slack.md#block-limits, docs/platform/slack.md#block-actions.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from json_fields import mappings_of
from plain_text import shortened, without_tokens

BLOCK = "team_"
ACTION = "ask_{number}"
STOP_ACTION = "stop"
SHARE_ACTION = "share"
MOST = 5
LABEL_LIMIT = 75
VALUE_LIMIT = 2_000


def usable(questions: Iterable[str]) -> tuple[str, ...]:
    """The first MOST questions without repetitions, each on one line and cut to VALUE_LIMIT characters."""
    lines = (" ".join(question.split())[:VALUE_LIMIT] for question in questions)
    return tuple(dict.fromkeys(filter(None, lines)))[:MOST]


def buttons(questions: Sequence[str], team_id: str, app_name: str = "") -> list[dict[str, Any]]:
    """One block with a button for each question. The value is the question, the label its beginning.

    For an app that is chosen by its name, the value begins with that name.

    The block's id names the bot's workspace, since a press from another organisation may name only its own workspace.
    """
    elements = [
        {
            "type": "button",
            "action_id": ACTION.format(number=number),
            "text": {"type": "plain_text", "text": _label(question), "emoji": False},
            "value": f"~{app_name} {question}"[:VALUE_LIMIT] if app_name else question,
        }
        for number, question in enumerate(questions)
    ]
    return [{"type": "actions", "block_id": f"{BLOCK}{team_id}", "elements": elements}] if elements else []


def stop_button(label: str, team_id: str) -> dict[str, Any]:
    """A block with the button that stops the answer above it. Its id names the bot's workspace, as for `buttons`."""
    button = {
        "type": "button",
        "action_id": STOP_ACTION,
        "text": {"type": "plain_text", "text": shortened(label, LABEL_LIMIT), "emoji": False},
    }
    return {"type": "actions", "block_id": f"{BLOCK}{team_id}", "elements": [button]}


def share_button(label: str, team_id: str, name: str) -> dict[str, Any]:
    """A block with the button that shares the private answer `name`. Its id names the workspace, as for `buttons`."""
    button = {
        "type": "button",
        "action_id": SHARE_ACTION,
        "text": {"type": "plain_text", "text": shortened(label, LABEL_LIMIT), "emoji": False},
        "value": name,
    }
    return {"type": "actions", "block_id": f"{BLOCK}{team_id}", "elements": [button]}


def is_stop_button(block: Mapping[str, Any]) -> bool:
    """Whether the block is one of `stop_button`."""
    elements = mappings_of(block, "elements")
    return block.get("type") == "actions" and [one.get("action_id") for one in elements] == [STOP_ACTION]


def fits_button(question: str) -> bool:
    """Whether the whole question fits in the button's label."""
    return len(question) <= LABEL_LIMIT


def listed(title: str, questions: Sequence[str]) -> str:
    """The title and the questions as a Markdown list; empty if there are no questions."""
    return "\n".join([title, "", *(f"- {question}" for question in questions)]) if questions else ""


def _label(question: str) -> str:
    return shortened(without_tokens(question), LABEL_LIMIT)
