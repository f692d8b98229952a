"""From the verified bytes of an interactions request to the press of one of our buttons (field/slack.md §8)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs

from pydantic_core import from_json

from errors import Malformed
from message import Message

ASK, TEAM = "ask_", "team_"
"""How the ids of our buttons begin, and those of their blocks, which go on with the workspace of the bot."""
LONGEST_VALUE = 2_000
"""Slack's own limit for the value of a button (field/slack.md §3.2)."""

_LONGEST_ID = 64
_MOST_FIELDS = 10
_ENTITIES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})

type _Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class BlockAction:
    """Somebody asks what a button says.

    A press does not tell the channel's type, since anybody may give a channel any name; nor whether other
    organisations are in the channel; nor our own organisation, since its `enterprise` is that of whoever presses.

    `message` is what they would have written, at the time of the press and in the thread of the button; `button`
    names the button and who pressed it.
    """

    message: Message
    button: str


def parse_block_action(raw: bytes) -> BlockAction | None:
    """Read a request's body; None for any other interaction. Raises Malformed for what is no interaction."""
    try:
        fields = parse_qs(raw.decode(), max_num_fields=_MOST_FIELDS)
        payload = from_json(fields["payload"][0]) if "payload" in fields else {}
    except ValueError as error:
        raise Malformed("the body is no form with a payload of JSON") from error
    if not isinstance(payload, dict):
        raise Malformed("the payload is no JSON object")
    actions = payload.get("actions")
    action = actions[0] if isinstance(actions, list) and actions else None
    if payload.get("type") != "block_actions" or not isinstance(action, dict):
        return None
    if not (_id(action, "action_id").startswith(ASK) and _id(action, "block_id").startswith(TEAM)):
        return None
    return _press(payload, action)


def _press(payload: _Json, action: _Json) -> BlockAction | None:
    question = action.get("value")
    user, container, posted = (_object(payload, name) for name in ("user", "container", "message"))
    channel = _id(_object(payload, "channel"), "id") or _id(container, "channel_id")
    ts = _id(container, "message_ts") or _id(posted, "ts")
    if not isinstance(question, str) or not question.strip() or not _id(user, "id"):
        return None
    team = _id(user, "team_id")
    message = Message(
        team_id=_id(action, "block_id").removeprefix(TEAM),
        bot_user_id=_id(posted, "user"),
        api_app_id=_id(payload, "api_app_id"),
        source="button",
        channel=channel,
        ts=_id(action, "action_ts"),
        thread_ts=_id(container, "thread_ts") or _id(posted, "thread_ts") or ts,
        user=_id(user, "id"),
        user_team=team,
        text=question[:LONGEST_VALUE].translate(_ENTITIES),
    )
    return BlockAction(message, f"{message.team_id}/{channel}/{ts}/{_id(action, 'action_id')}/{message.user}")


def _object(body: _Json, name: str) -> _Json:
    value = body.get(name)
    return value if isinstance(value, dict) else {}


def _id(body: _Json, name: str) -> str:
    value = body.get(name)
    return value if isinstance(value, str) and len(value) <= _LONGEST_ID else ""
