"""The names of channels, for the rules that name channels. Only an id stays when a channel is renamed."""

from cachetools import TTLCache

from clock import Clock
from errors import SlackError
from json_fields import text_of
from slack_api.client import SlackApi
from slack_api.retry import PATIENT

KEEP = 600.0  # seconds
KEEP_FAILURE = 60.0
REMEMBERED = 10_000


class ChannelNames:
    """One per process; never raises."""

    def __init__(self, clock: Clock) -> None:
        self._known: TTLCache[tuple[str, str], str] = TTLCache(REMEMBERED, KEEP, timer=clock.now)
        self._failed: TTLCache[tuple[str, str], None] = TTLCache(REMEMBERED, KEEP_FAILURE, timer=clock.now)

    def of(self, api: SlackApi, channel: str) -> str | None:
        """The name without `#`; None if Slack does not tell, as without `channels:read` or `groups:read`."""
        place = (api.account, channel)
        if place not in self._known and place not in self._failed:
            try:
                self._known[place] = text_of(api.channel(channel, PATIENT), "name")
            except SlackError:
                self._failed[place] = None
        return self.known(api, channel)

    def known(self, api: SlackApi, channel: str) -> str | None:
        """The name without `#`, if Slack told it before. Asks nobody."""
        return self._known.get((api.account, channel)) or None
