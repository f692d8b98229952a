"""Reads presses of the button that shares a private answer (docs/platform/slack.md#response-urls)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from json_fields import id_of, mapping_of, text_of
from message import Message
from slack_events.vote_press import TEAM

type _Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class SharePress:
    """A member shares the private answer `name`. `message` tells who, when and where. `response_url` is a secret."""

    message: Message
    name: str
    response_url: str = field(repr=False)


def share_press(payload: _Json, action: _Json, place: _Json) -> SharePress | None:
    """A press of Share; None if it names nobody. `place` are the fields of its message, which one member alone sees."""
    member = mapping_of(payload, "user")
    if not id_of(member, "id"):
        return None
    message = Message(
        team_id=id_of(action, "block_id").removeprefix(TEAM),
        source="button",
        user=id_of(member, "id"),
        user_team=id_of(member, "team_id"),
        api_app_id=id_of(payload, "api_app_id"),
        ts=id_of(action, "action_ts"),
        **place,
    )
    return SharePress(message, text_of(action, "value"), text_of(payload, "response_url"))
