"""What type a channel is, as its own messages said: `app_mention` names none.

Source: docs/platform/slack.md#event-subscriptions.
"""

from dataclasses import replace

from cachetools import TTLCache

from clock import Clock
from message import Message

KEPT_SECONDS = 3600.0
CHANNELS = 10_000


class ChannelTypes:
    """One per process. Each hook has a memory of its own, since only its own signing secret vouches for an event.

    A type that is known here is also one whose messages Slack sends us.
    """

    def __init__(self, clock: Clock) -> None:
        self._heard: TTLCache[tuple[str, str, str], str] = TTLCache(CHANNELS, KEPT_SECONDS, timer=clock.now)

    def with_type(self, hook_id: str, message: Message) -> Message:
        """The message with its channel's type, as far as this hook knows it. Whatever has one is learned from."""
        place = (hook_id, message.team_id, message.channel)
        if message.channel_type:
            self._heard[place] = message.channel_type
            return message
        return replace(message, channel_type=self._heard.get(place, ""))
