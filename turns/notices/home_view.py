"""The Home tab of a member (docs/platform/slack.md#home-tab). Pure.

All words of the app go out as plain text, in which nothing is a mention or a link.
"""

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from dify_app import AppForm
from plain_text import shortened
from slack_reply import usable
from wording import Say

LONGEST = 3_000  # characters of a section (docs/platform/slack.md#block-limits)
MOST_OPEN = 10


@dataclass(frozen=True, slots=True)
class OpenQuestion:
    """A question of the member that is being answered: its channel, and its time in whole seconds since the epoch."""

    channel: str
    asked: int


def home_view(
    form: AppForm, questions: Sequence[OpenQuestion], say: Callable[[Say], str], *, direct_messages: bool
) -> dict[str, Any]:
    """What the bot can do, how to start, what it is working on for the member, and privacy."""
    suggestions = "\n".join(f"• {question}" for question in usable(form.suggested_questions))
    start = [say(Say.HOME_START), say(Say.HOME_START_DIRECT) if direct_messages else ""]
    what = form.opening_statement or say(Say.GREETING)
    blocks = [
        *_part(say(Say.HOME_WHAT), _plain(what)),
        *(_part(say(Say.SUGGESTIONS), _plain(suggestions)) if suggestions else []),
        *_part(say(Say.HOME_HOW), _plain("\n".join(filter(None, start)))),
        *(_part(say(Say.HOME_OPEN), _open(questions, say)) if questions else []),
        *_part(say(Say.HOME_PRIVACY_TITLE), _plain(say(Say.HOME_PRIVACY))),
    ]
    return _view(blocks)


def refusal_view(text: str) -> dict[str, Any]:
    """For a member whom the rules refuse: why, and nothing of the app."""
    return _view([{"type": "section", "text": _plain(text)}])


def _view(blocks: list[dict[str, Any]]) -> dict[str, Any]:
    """The view; its `private_metadata` is a digest, by which the next opening tells whether anything changed."""
    digest = hashlib.sha256(json.dumps(blocks).encode()).hexdigest()[:32]
    return {"type": "home", "private_metadata": digest, "blocks": blocks}


def _part(title: str, text: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"type": "header", "text": _plain(title, 150)}, {"type": "section", "text": text}]


def _plain(text: str, longest: int = LONGEST) -> dict[str, Any]:
    return {"type": "plain_text", "text": shortened(text, longest), "emoji": False}


def _open(questions: Sequence[OpenQuestion], say: Callable[[Say], str]) -> dict[str, Any]:
    """Slack shows the channel's name and the time in the member's own zone; the ids have only letters and digits."""
    lines = [
        f"• {say(Say.HOME_OPEN_DIRECT) if one.channel.startswith('D') else f'<#{one.channel}>'}, "
        f"<!date^{one.asked}^{{time}}|{one.asked}>"
        for one in questions[:MOST_OPEN]
    ]
    return {"type": "mrkdwn", "text": "\n".join(lines)}
