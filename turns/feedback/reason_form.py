"""The form that asks why an answer is bad, as a modal (docs/platform/slack.md#modals). Pure.

Slack sends back neither the channel nor the message of a modal, so `private_metadata` holds them.
"""

import json
from collections.abc import Mapping
from typing import Any, Final

from json_fields import mapping_of, parsed, text_of
from message import Message
from turns.feedback.votes import LONGEST_REASON
from wording import Language, Say, say

REASON_FORM: Final = "feedback_reason"
"""The `callback_id`."""
_BLOCK, _FIELD = "reason", "text"


def reason_form(message: Message, value: str, language: Language) -> dict[str, Any]:
    """The view. `value` is that of the pressed button, `message` the press."""
    told = {
        "team_id": message.team_id,
        "channel": message.channel,
        "ts": message.ts,
        "thread_ts": message.thread_ts,
        "bot_user_id": message.bot_user_id,
        "value": value,
    }
    return {
        "type": "modal",
        "callback_id": REASON_FORM,
        "private_metadata": json.dumps(told, separators=(",", ":")),
        "title": _plain(say(language, Say.REASON_TITLE)),
        "submit": _plain(say(language, Say.REASON_SEND)),
        "close": _plain(say(language, Say.REASON_CLOSE)),
        "blocks": [
            {
                "type": "input",
                "block_id": _BLOCK,
                "label": _plain(say(language, Say.REASON_QUESTION)),
                "element": {
                    "type": "plain_text_input",
                    "action_id": _FIELD,
                    "multiline": True,
                    "max_length": LONGEST_REASON,
                },
            }
        ],
    }


def told_by(view: Mapping[str, Any]) -> Mapping[str, str]:
    """What `reason_form` wrote into the view: the fields of its press, and `value`."""
    found = parsed(text_of(view, "private_metadata"))
    if not isinstance(found, dict):
        return {}
    return {str(name): value for name, value in found.items() if isinstance(value, str)}


def reason_of(view: Mapping[str, Any]) -> str:
    """What the member wrote."""
    values = mapping_of(mapping_of(view, "state"), "values")
    return text_of(mapping_of(mapping_of(values, _BLOCK), _FIELD), "value")[:LONGEST_REASON].strip()


def _plain(text: str) -> dict[str, str]:
    return {"type": "plain_text", "text": text}
