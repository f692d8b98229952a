"""Reads presses of our buttons, and those under answers: thumbs, the form for a reason, and Share.

Source: docs/platform/slack.md#feedback-buttons, docs/platform/slack.md#response-urls.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from json_fields import id_of, mapping_of, text_of
from message import Message
from turns import REASON_FORM, RatedAnswer, Rating, reason_of, told_by

VOTE, TEAM = "vote", "team_"
"""The beginnings of our buttons' ids and of their blocks' ids. The bot's workspace follows in a block's id."""

type _Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class VotePress:
    """A member pressed a thumb. `message` tells who, when and where; it asks nothing.

    `trigger_id` may open a form, within 3 s.
    """

    message: Message
    answer: RatedAnswer
    rating: Rating
    trigger_id: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class ReasonSent:
    """A member said why an answer is bad. `message` is that of the press which opened the form."""

    message: Message
    answer: RatedAnswer
    reason: str


def press_message(payload: _Json, action: _Json, place: _Json, **more: str) -> Message:
    """The press of a button of ours as a message: who, when and where, and `more` fields, such as its words.

    `place` are the fields of the message under which the button stands. Raises Malformed.
    """
    member = mapping_of(payload, "user")
    return Message(
        team_id=id_of(action, "block_id").removeprefix(TEAM),
        source="button",
        user=id_of(member, "id"),
        user_team=id_of(member, "team_id"),
        api_app_id=id_of(payload, "api_app_id"),
        ts=id_of(action, "action_ts"),
        **{**place, **more},
    )


def vote_press(payload: _Json, action: _Json, place: _Json) -> VotePress | None:
    """A press of a thumb; None for a value that is not one of ours. `place` are the fields of its message."""
    read = RatedAnswer.read(text_of(action, "value"))
    if read is None or not id_of(mapping_of(payload, "user"), "id"):
        return None
    return VotePress(press_message(payload, action, place), *read, text_of(payload, "trigger_id"))


def reason_sent(payload: _Json) -> ReasonSent | None:
    """A form for a reason that was sent; None for any other view. Raises Malformed for a view that names no place."""
    view, member = mapping_of(payload, "view"), mapping_of(payload, "user")
    if id_of(view, "callback_id") != REASON_FORM or not id_of(member, "id"):
        return None
    told, reason = told_by(view), reason_of(view)
    read = RatedAnswer.read(told.get("value", ""))
    if read is None or not reason:
        return None
    message = Message(
        team_id=told.get("team_id", ""),
        channel=told.get("channel", ""),
        ts=told.get("ts", ""),
        thread_ts=told.get("thread_ts", ""),
        bot_user_id=told.get("bot_user_id", ""),
        source="button",
        user=id_of(member, "id"),
        user_team=id_of(member, "team_id"),
        api_app_id=id_of(payload, "api_app_id"),
    )
    return ReasonSent(message, read[0], reason)


@dataclass(frozen=True, slots=True)
class SharePress:
    """A member shares the private answer `name`. `message` tells who, when and where. `response_url` is a secret."""

    message: Message
    name: str
    response_url: str = field(repr=False)


def share_press(payload: _Json, action: _Json, place: _Json) -> SharePress | None:
    """A press of Share; None if it names nobody. `place` are the fields of its message, which one member alone sees."""
    if not id_of(mapping_of(payload, "user"), "id"):
        return None
    return SharePress(
        press_message(payload, action, place), text_of(action, "value"), text_of(payload, "response_url")
    )
