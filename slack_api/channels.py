"""Which channels are group direct messages, asked once an hour: `app_mention` does not say it."""

from cachetools import TTLCache

from clock import Clock
from errors import SlackError, SlackRefused
from slack_api.client import SlackApi

KEEP = 3600.0  # seconds
KEEP_FAILURE = 60.0
CHANNELS = 10_000
_OF_ANOTHER_TYPE = frozenset({"missing_scope", "channel_not_found"})
"""With mpim:read granted, Slack answers this for any channel that is no group direct message and not ours to see."""


class Channels:
    """One per process, for all workspaces. Never raises: what Slack does not tell is an ordinary channel."""

    def __init__(self, clock: Clock) -> None:
        self._known: TTLCache[tuple[str, str], bool] = TTLCache(CHANNELS, KEEP, timer=clock.now)
        self._failed: TTLCache[tuple[str, str], bool] = TTLCache(CHANNELS, KEEP_FAILURE, timer=clock.now)

    def is_group_dm(self, api: SlackApi, channel: str) -> bool:
        """Whether several people write there directly, as this bot's token sees it."""
        place = (api.account, channel)
        if place in self._known or place in self._failed:
            return self._known.get(place, False)
        try:
            self._known[place] = api.channel(channel).get("is_mpim") is True
        except SlackError as error:
            told = isinstance(error, SlackRefused) and error.error in _OF_ANOTHER_TYPE
            (self._known if told else self._failed)[place] = False
        return self._known.get(place, False)
