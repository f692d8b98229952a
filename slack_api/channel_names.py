"""The names of channels, for the rules that name channels. Only an id stays when a channel is renamed."""

import gevent
from cachetools import TTLCache

from clock import Clock
from errors import SlackError
from json_fields import text_of
from slack_api.client import SlackApi
from slack_api.retry import PATIENT

KEEP = 600.0  # seconds
KEEP_FAILURE = 60.0
REMEMBERED = 10_000
WALL_FLOOR = 0.5  # wall seconds: no wait is shorter, since scaled time makes no machine faster


class ChannelNames:
    """One per process; never raises."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._known: TTLCache[tuple[str, str], str] = TTLCache(REMEMBERED, KEEP, timer=clock.now)
        self._failed: TTLCache[tuple[str, str], None] = TTLCache(REMEMBERED, KEEP_FAILURE, timer=clock.now)
        self._asking: dict[tuple[str, str], gevent.Greenlet[..., None]] = {}

    def soon(self, api: SlackApi, channel: str, seconds: float) -> str | None:
        """The same for a caller who can wait only so long: None if Slack has not answered yet, "" if it tells no name.

        Slack is asked on, so that a later caller gets the name.
        """
        place = (api.account, channel)
        if place not in self._known and place not in self._failed:
            if place not in self._asking:
                self._asking[place] = gevent.spawn(self._ask_apart, api, channel)
            self._asking[place].join(timeout=self._clock.wall(seconds, at_least=WALL_FLOOR))
        return "" if place in self._failed else self._known.get(place)

    def _ask_apart(self, api: SlackApi, channel: str) -> None:
        try:
            self.of(api, channel)
        finally:
            self._asking.pop((api.account, channel), None)

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
