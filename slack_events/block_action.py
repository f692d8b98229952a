"""Reads the press of one of our buttons from the verified bytes of an interactions request.

Source: docs/platform/slack.md#block-actions.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs

from pydantic_core import from_json

from errors import Malformed
from json_fields import first_mapping_of, id_of, mapping_of, text_of
from message import Message

ASK, TEAM = "ask_", "team_"
"""The beginnings of our buttons' ids and of their blocks' ids. The bot's workspace follows in a block's id."""
LONGEST_VALUE = 2_000
"""Slack's own limit for the value of a button (docs/platform/slack.md#block-limits)."""

_MOST_FIELDS = 10
_ENTITIES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})

type _Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class BlockAction:
    """A member pressed a button, and so asks the question of the button.

    A press does not tell the channel's type (it gives only a name, and a channel may have any name), nor whether
    other organisations are in the channel, nor our own organisation: its `enterprise` is the member's.

    `message` is the message that the member would have written, at the time of the press and in the thread of the
    button. `button` names the button and the member.
    """

    message: Message
    button: str


def parse_block_action(raw: bytes) -> BlockAction | None:
    """Read a request's body; None for any other interaction. Raises Malformed for a body that is no interaction."""
    try:
        fields = parse_qs(raw.decode(), max_num_fields=_MOST_FIELDS)
        payload = from_json(fields["payload"][0]) if "payload" in fields else {}
    except ValueError as error:
        raise Malformed("the body is no form with a payload of JSON") from error
    if not isinstance(payload, dict):
        raise Malformed("the payload is no JSON object")
    action = first_mapping_of(payload, "actions")
    if payload.get("type") != "block_actions":
        return None
    if not (id_of(action, "action_id").startswith(ASK) and id_of(action, "block_id").startswith(TEAM)):
        return None
    return _press(payload, action)


def _press(payload: _Json, action: _Json) -> BlockAction | None:
    question = text_of(action, "value")
    user, container, posted = (mapping_of(payload, name) for name in ("user", "container", "message"))
    channel = id_of(mapping_of(payload, "channel"), "id") or id_of(container, "channel_id")
    ts = id_of(container, "message_ts") or id_of(posted, "ts")
    if not question.strip() or not id_of(user, "id"):
        return None
    team = id_of(user, "team_id")
    message = Message(
        team_id=id_of(action, "block_id").removeprefix(TEAM),
        bot_user_id=id_of(posted, "user"),
        api_app_id=id_of(payload, "api_app_id"),
        source="button",
        channel=channel,
        ts=id_of(action, "action_ts"),
        thread_ts=id_of(container, "thread_ts") or id_of(posted, "thread_ts") or ts,
        user=id_of(user, "id"),
        user_team=team,
        text=question[:LONGEST_VALUE].translate(_ENTITIES),
    )
    return BlockAction(
        message, f"{message.team_id}/{channel}/{ts}/{id_of(action, 'action_id')}/{message.user}"
    )
