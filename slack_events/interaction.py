"""Reads the verified bytes of an interaction: a press, a shortcut, or a form that was sent."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from html import escape
from typing import Any
from urllib.parse import parse_qs

from pydantic_core import from_json

from errors import Malformed
from json_fields import first_mapping_of, id_of, mapping_of, text_of
from message import Message, known_files
from slack_events.asked_again import AGAIN
from slack_events.form_actions import FormAnswered, form_press, form_submission
from slack_events.presses import (
    TEAM,
    VOTE,
    ReasonSent,
    SharePress,
    VotePress,
    press_message,
    reason_sent,
    share_press,
    vote_press,
)
from slack_events.stop_signs import STOP, StopPress, stop_press
from turns import FORM_ACTION, SHARE_ACTION, message_text

ASK = "ask_"
"""The beginning of the ids of buttons that ask a question."""
LONGEST_VALUE = 2_000  # Slack's own limit for the value of a button (docs/platform/slack.md#block-limits)

_MOST_FIELDS = 10

type _Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class BlockAction:
    """A press of a button, which asks the button's question (docs/platform/slack.md#block-actions).

    `message` is what the member would have written, at the time of the press and in the thread of the button; `button`
    names the button and the member. A press does not tell the channel's type (it gives only a name, and a channel may
    have any name), nor whether other organisations are in the channel, nor our own: its `enterprise` is the member's.
    """

    message: Message
    button: str


@dataclass(frozen=True, slots=True)
class Shortcut:
    """A member asks about a message (docs/platform/slack.md#shortcuts), whose words and files are the question.

    The question goes into the thread of that message. `response_url` is a secret. `again` is that message where the
    member asks a question once more; None otherwise.
    """

    message: Message
    response_url: str = field(repr=False)
    again: Message | None = None

    @property
    def name(self) -> str:
        """Names the message and the member: within AGAIN_SECONDS, the same is a double click."""
        message = self.message
        if self.again is not None:
            return f"again/{message.team_id}/{message.channel}/{self.again.ts}/{message.user}"
        return f"{message.team_id}/{message.channel}/{message.thread_ts}/{hash(message.text)}/{message.user}"


type Interaction = BlockAction | FormAnswered | SharePress | Shortcut | StopPress | VotePress | ReasonSent


def parse_interaction(raw: bytes, now: float = 0.0) -> Interaction | None:
    """Read a request's body at `now` (epoch); None for any other interaction.

    Raises Malformed for a body that is no interaction.
    """
    try:
        fields = parse_qs(raw.decode(), max_num_fields=_MOST_FIELDS)
        payload = from_json(fields["payload"][0]) if "payload" in fields else {}
    except ValueError as error:
        raise Malformed("the body is no form with a payload of JSON") from error
    if not isinstance(payload, dict):
        raise Malformed("the payload is no JSON object")
    match payload.get("type"):
        case "message_action":
            return _shortcut(payload)
        case "view_submission":
            return reason_sent(payload) or form_submission(payload, now)
        case "block_actions":
            return _action(payload, first_mapping_of(payload, "actions"))
    return None


def _action(payload: _Json, action: _Json) -> Interaction | None:
    """A press of one of our buttons; each kind of button has ids with a beginning of its own."""
    name, place, below = id_of(action, "action_id"), _place(payload), _message_ts(payload)
    if not id_of(action, "block_id").startswith(TEAM):
        return None
    if name == STOP:
        return stop_press(payload, action, place, below)
    if name == SHARE_ACTION:
        return share_press(payload, action, place)
    if name.startswith(FORM_ACTION):
        return form_press(payload, action, place, below)
    if name.startswith(VOTE):
        return vote_press(payload, action, place)
    return _press(payload, action, place, below) if name.startswith(ASK) else None


def _place(payload: _Json) -> _Json:
    """Where the message of a press stands, and by which bot."""
    container, posted = mapping_of(payload, "container"), mapping_of(payload, "message")
    thread_ts = id_of(container, "thread_ts") or id_of(posted, "thread_ts")
    return {
        "channel": id_of(mapping_of(payload, "channel"), "id") or id_of(container, "channel_id"),
        "thread_ts": thread_ts or _message_ts(payload),
        "bot_user_id": id_of(posted, "user"),
    }


def _message_ts(payload: _Json) -> str:
    """The ts of the message under which the pressed button stands."""
    return id_of(mapping_of(payload, "container"), "message_ts") or id_of(
        mapping_of(payload, "message"), "ts"
    )


def _press(payload: _Json, action: _Json, place: _Json, below: str) -> BlockAction | None:
    question, user = text_of(action, "value"), id_of(mapping_of(payload, "user"), "id")
    if not question.strip() or not user:
        return None
    message = press_message(payload, action, place, text=escape(question[:LONGEST_VALUE], quote=False))
    name = f"{message.team_id}/{message.channel}/{below}/{id_of(action, 'action_id')}/{user}"
    return BlockAction(message, name)


def _shortcut(payload: _Json) -> Shortcut | None:
    member, about = mapping_of(payload, "user"), mapping_of(payload, "message")
    team, enterprise = (id_of(mapping_of(payload, name), "id") for name in ("team", "enterprise"))
    ts = id_of(about, "ts") or id_of(payload, "message_ts")
    text, is_again = message_text(about), id_of(payload, "callback_id") == AGAIN
    if not id_of(member, "id") or not (text.strip() or known_files(about) or is_again):
        return None
    message = Message(
        team_id=enterprise if payload.get("is_enterprise_install") is True else team,
        api_app_id=id_of(payload, "api_app_id"),
        source="command",
        channel=id_of(mapping_of(payload, "channel"), "id"),
        ts=id_of(payload, "action_ts"),
        thread_ts=id_of(about, "thread_ts") or ts,
        user=id_of(member, "id"),
        user_team=id_of(member, "team_id") or team,
        text=text,
        files=known_files(about),
    )
    again = None
    if is_again:
        again = replace(message, ts=ts, user=id_of(about, "user"), app_id=id_of(about, "app_id"))
    return Shortcut(message, text_of(payload, "response_url"), again)
