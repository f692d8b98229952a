"""What is asked once an hour, for all workspaces: who the users are, and which channels are group direct messages."""

from collections.abc import Collection, Iterable
from contextlib import suppress

from cachetools import TTLCache
from gevent.pool import Pool as Greenlets

from clock import Clock
from errors import SlackError, SlackRefused
from slack_api.client import SlackApi
from slack_api.identity import UserInfo
from slack_api.rate_limit import USER
from slack_api.retry import Patience

KEEP = 3600.0  # seconds
KEEP_FAILURE = 60.0
REMEMBERED = 10_000  # channels, and users
AT_ONCE = 4  # calls side by side
QUEUEING = 3.0  # seconds that a name may wait for the budget
MOST = 30  # users asked for at once: all turns share the budget, and no answer needs the names of all members
NAMES_TIMEOUT = 6.0  # seconds after which no further name is asked for
READ = "mpim:read"
_OF_ANOTHER_TYPE = frozenset({"missing_scope", "channel_not_found"})
"""Errors that Slack answers to a bot with the scope READ for any other channel that the bot cannot see."""


class Channels:
    """For `app_mention` and block actions, which tell no type. Never raises."""

    def __init__(self, clock: Clock) -> None:
        self._known: TTLCache[tuple[str, str], bool] = TTLCache(REMEMBERED, KEEP, timer=clock.now)
        self._failed: TTLCache[tuple[str, str], bool] = TTLCache(REMEMBERED, KEEP_FAILURE, timer=clock.now)

    def is_group_dm(
        self, api: SlackApi, channel: str, scopes: Collection[str], patience: Patience
    ) -> bool | None:
        """Whether the channel is a group direct message for a token with these scopes; None if Slack does not tell."""
        place = (api.account, channel)
        if place not in self._known and place not in self._failed:
            try:
                self._known[place] = api.channel(channel, patience).get("is_mpim") is True
            except SlackError as error:
                told = isinstance(error, SlackRefused) and error.error in _OF_ANOTHER_TYPE and READ in scopes
                (self._known if told else self._failed)[place] = False
        return self._known.get(place)


class Users:
    """Names for the app, languages for the bot's own words. Never raises: an unknown user's name is the id."""

    def __init__(self, clock: Clock, *, people: int = REMEMBERED) -> None:
        self._clock = clock
        self._known: TTLCache[tuple[str, str], UserInfo] = TTLCache(people, KEEP, clock.now)
        self._failed: TTLCache[tuple[str, str], UserInfo] = TTLCache(people, KEEP_FAILURE, clock.now)

    def one(self, api: SlackApi, user_id: str) -> UserInfo:
        """The user as this bot sees them."""
        return self._remembered(api, user_id) or self._ask(api, user_id)

    def many(self, api: SlackApi, user_ids: Iterable[str]) -> dict[str, UserInfo]:
        """Each id with its user. The first MOST of the users not known yet are asked for, AT_ONCE side by side."""
        found = {user_id: self._remembered(api, user_id) for user_id in user_ids}
        asked = [user_id for user_id, user in found.items() if user is None][:MOST]
        until = self._clock.now() + NAMES_TIMEOUT

        def ask(user_id: str) -> UserInfo | None:
            return self._ask(api, user_id) if self._clock.now() < until else None

        found |= zip(asked, Greenlets(AT_ONCE).map(ask, asked), strict=True)
        return {user_id: user or _unknown(user_id) for user_id, user in found.items()}

    def _remembered(self, api: SlackApi, user_id: str) -> UserInfo | None:
        place = (api.account, user_id)
        return self._known.get(place) or self._failed.get(place)

    def _ask(self, api: SlackApi, user_id: str) -> UserInfo:
        user = _unknown(user_id)
        if not user_id or not api.budget.acquire(api.account, USER, user_id, timeout=QUEUEING, final=True):
            return user
        with suppress(SlackError):
            user = api.user(user_id)
        (self._known if user.known else self._failed)[api.account, user_id] = user
        return user


def _unknown(user_id: str) -> UserInfo:
    return UserInfo(user_id, user_id, known=False)
