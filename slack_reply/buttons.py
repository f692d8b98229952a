"""Questions that members may ask by pressing a button. Pure.

Source: docs/platform/slack.md#block-limits, docs/platform/slack.md#block-actions.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from plain_text import shortened

BLOCK = "team_"
ACTION = "ask_{number}"
MOST = 5
LABEL_LIMIT = 75
VALUE_LIMIT = 2_000

_HARMLESS = str.maketrans({"<": "\u2039", ">": "\u203a"})


def usable(questions: Iterable[str]) -> tuple[str, ...]:
    """The first few, once each, on one line each."""
    lines = (" ".join(question.split())[:VALUE_LIMIT] for question in questions)
    return tuple(dict.fromkeys(filter(None, lines)))[:MOST]


def buttons(questions: Sequence[str], team_id: str) -> list[dict[str, Any]]:
    """One block with a button for each; its value is the question, its label the beginning of it.

    The block's id names the workspace of the bot: a press from another organisation may name only that one.
    """
    elements = [
        {
            "type": "button",
            "action_id": ACTION.format(number=number),
            "text": {"type": "plain_text", "text": _label(question), "emoji": False},
            "value": question,
        }
        for number, question in enumerate(questions)
    ]
    return [{"type": "actions", "block_id": f"{BLOCK}{team_id}", "elements": elements}] if elements else []


def fits_button(question: str) -> bool:
    """Whether the button says all of it."""
    return len(question) <= LABEL_LIMIT


def listed(title: str, questions: Sequence[str]) -> str:
    """The same as Markdown; empty without any."""
    return "\n".join([title, "", *(f"- {question}" for question in questions)]) if questions else ""


def _label(question: str) -> str:
    return shortened(question.translate(_HARMLESS), LABEL_LIMIT)
