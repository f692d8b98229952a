"""Remembers the types of channels from the events of their messages, because `app_mention` names no type.

Source: docs/platform/slack.md#event-subscriptions.
"""

from dataclasses import replace

from cachetools import TTLCache

from clock import Clock
from message import Message

KEPT_SECONDS = 3600.0
CHANNELS = 10_000


class ChannelTypes:
    """One per process. Each hook has its own memory, since an event is verified with the hook's own signing secret.

    If a channel's type is known here, the app is subscribed to the `message` events of channels of that type.
    """

    def __init__(self, clock: Clock) -> None:
        self._heard: TTLCache[tuple[str, str, str], str] = TTLCache(CHANNELS, KEPT_SECONDS, timer=clock.now)

    def with_type(self, hook_id: str, message: Message) -> Message:
        """The message with its channel's type, if this hook knows it. If the message has a type, it is remembered."""
        place = (hook_id, message.team_id, message.channel)
        if message.channel_type:
            self._heard[place] = message.channel_type
            return message
        return replace(message, channel_type=self._heard.get(place, ""))
