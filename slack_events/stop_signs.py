"""What of Slack's requests asks to stop an answer (docs/platform/slack.md#stop-controls). Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from errors import Malformed
from message import Message
from provider import STOP_REACTIONS, Settings
from slack_events.envelope import Reacted, SessionStopped
from slack_events.presses import press_message
from turns import StopRequest, says_stop

STOP = "stop"
"""The id of our Stop button."""

type _Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class StopPress:
    """A press of a Stop button. `message` has the member, and the button's thread; the button is under `below`."""

    message: Message
    below: str


def stop_press(payload: _Json, action: _Json, place: _Json, below: str) -> StopPress | None:
    """A press of a Stop button; None if it names nobody. `place` are the fields of its message, `below` is its ts."""
    try:
        message = press_message(payload, action, place)
    except Malformed:
        return None
    return StopPress(message, below) if message.user and below else None


def stop_of_press(hook_id: str, press: StopPress) -> StopRequest:
    """The answer above the button."""
    message = press.message
    place = (message.channel, message.user, message.ts, message.root_ts)
    return StopRequest(hook_id, message.team_id, *place, press.below, message.user_team)


def stop_of_word(hook_id: str, message: Message, settings: Settings) -> StopRequest | None:
    """All answers of the thread, if the message says no more than to stop; None if it says something else."""
    if not says_stop(message):
        return None
    whole = message.is_dm and settings.dm_conversation == "continuous"
    thread_ts = "" if whole else message.root_ts
    place = (message.channel, message.user, message.ts, thread_ts)
    return StopRequest(hook_id, message.team_id, *place, user_team=message.user_team)


def stop_of_reaction(hook_id: str, reacted: Reacted) -> StopRequest | None:
    """The answer that the member reacted to, or whose question it is; None for any other reaction."""
    message = reacted.message
    if reacted.reaction not in STOP_REACTIONS or message.user == message.bot_user_id:
        return None
    place = (message.channel, message.user, message.ts)
    return StopRequest(hook_id, message.team_id, *place, message_ts=message.thread_ts)


def stop_of_session(hook_id: str, stopped: SessionStopped) -> StopRequest:
    """The answers of the thread."""
    place = (stopped.channel, stopped.user, stopped.at, stopped.thread_ts)
    return StopRequest(hook_id, stopped.team_id, *place)
