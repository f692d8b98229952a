"""Which channels are group direct messages, asked once an hour: neither `app_mention` nor a block action tells it."""

from collections.abc import Collection

from cachetools import TTLCache

from clock import Clock
from errors import SlackError, SlackRefused
from slack_api.client import SlackApi
from slack_api.retry import Patience

KEEP = 3600.0  # seconds
KEEP_FAILURE = 60.0
CHANNELS = 10_000
_OF_ANOTHER_TYPE = frozenset({"missing_scope", "channel_not_found"})
"""Errors that Slack answers to a bot with the scope READ for any other channel that the bot cannot see."""
READ = "mpim:read"


class Channels:
    """One per process, for all workspaces. Never raises."""

    def __init__(self, clock: Clock) -> None:
        self._known: TTLCache[tuple[str, str], bool] = TTLCache(CHANNELS, KEEP, timer=clock.now)
        self._failed: TTLCache[tuple[str, str], bool] = TTLCache(CHANNELS, KEEP_FAILURE, timer=clock.now)

    def is_group_dm(
        self, api: SlackApi, channel: str, scopes: Collection[str], patience: Patience
    ) -> bool | None:
        """Whether the channel is a group direct message for this bot; None where Slack does not tell.

        `scopes` are the known scopes of the token.
        """
        place = (api.account, channel)
        if place not in self._known and place not in self._failed:
            try:
                self._known[place] = api.channel(channel, patience).get("is_mpim") is True
            except SlackError as error:
                told = isinstance(error, SlackRefused) and error.error in _OF_ANOTHER_TYPE and READ in scopes
                (self._known if told else self._failed)[place] = False
        return self._known.get(place)
