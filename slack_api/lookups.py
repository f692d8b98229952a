"""What is asked once an hour, for all workspaces: who the users are, and which channels are group direct messages."""

from collections.abc import Callable, Collection, Iterable
from contextlib import suppress
from functools import partial

from cachetools import TTLCache
from gevent.event import AsyncResult
from gevent.pool import Pool as Greenlets

from clock import Clock
from errors import SlackError, SlackRefused
from slack_api.client import SlackApi
from slack_api.identity import UserInfo
from slack_api.rate_limit import USER
from slack_api.retry import Patience

KEEP = 3600.0  # seconds, after which an answer is old
KEEP_OLD = 86_400.0  # seconds in which an old answer may still be used, while Slack is asked again beside
KEEP_FAILURE = 60.0
REMEMBERED = 10_000  # channels, and users
AT_ONCE = 4  # calls side by side
QUEUEING = 3.0  # seconds that a name may wait for the budget
MOST = 30  # users asked for at once: all turns share the budget, and no answer needs the names of all members
NAMES_TIMEOUT = 6.0  # seconds after which no further name is asked for
READ = "mpim:read"
_OF_ANOTHER_TYPE = frozenset({"missing_scope", "channel_not_found"})
"""Errors that Slack answers to a bot with the scope READ for any other channel that the bot cannot see."""

type Place = tuple[str, str]
"""The token's account (SlackApi.account), and the id that Slack is asked about."""


class _Answers[V]:
    """Slack's answers about ids. Whoever asks about an id while Slack is being asked shares that call."""

    def __init__(self, clock: Clock, most: int) -> None:
        self._clock = clock
        self._known: TTLCache[Place, tuple[V, float]] = TTLCache(most, KEEP_OLD, timer=clock.now)
        self._failed: TTLCache[Place, None] = TTLCache(most, KEEP_FAILURE, timer=clock.now)
        self._running: dict[Place, AsyncResult[bool]] = {}

    def old(self, place: Place) -> V | None:
        """The last answer, also an old one."""
        known = self._known.get(place)
        return known[0] if known else None

    def new(self, place: Place) -> V | None:
        """The last answer, if it is not old."""
        known = self._known.get(place)
        return known[0] if known and self._clock.now() - known[1] < KEEP else None

    def settled(self, place: Place) -> bool:
        """Whether Slack need not be asked: the last answer is not old, or there was none lately."""
        return place in self._failed or self.new(place) is not None

    def keep(self, place: Place, answer: V | None) -> None:
        """Keep Slack's answer; None: Slack gave none. Then an earlier answer stays."""
        if answer is None:
            self._failed[place] = None
        else:
            self._known[place] = answer, self._clock.now()

    def ask(self, place: Place, ask: Callable[[], None]) -> None:
        """Call `ask`, which keeps the answer, unless Slack need not be asked; wait if another caller asks already."""
        while running := self._running.get(place):
            if running.get():
                return
        if self.settled(place):
            return
        running = self._running[place] = AsyncResult()
        asked = False
        try:
            ask()
            asked = True  # otherwise the caller's turn was ended, and the next caller asks
        finally:
            del self._running[place]
            running.set(asked)


class Channels:
    """For `app_mention` and block actions, which tell no type. Never raises."""

    def __init__(self, clock: Clock) -> None:
        self._answers: _Answers[bool] = _Answers(clock, REMEMBERED)

    def is_group_dm(
        self, api: SlackApi, channel: str, scopes: Callable[[], Collection[str]], patience: Patience
    ) -> bool | None:
        """Whether the channel is a group direct message, by an old answer too; None if Slack does not tell.

        `scopes` returns the token's scopes; it is called only if Slack refuses to tell.
        """
        if self.recalled(api, channel) is None:
            self.learn(api, channel, scopes, patience)
        return self.recalled(api, channel)

    def recalled(self, api: SlackApi, channel: str) -> bool | None:
        """The same by what Slack has told before, without asking."""
        return self._answers.old((api.account, channel))

    def learn(
        self, api: SlackApi, channel: str, scopes: Callable[[], Collection[str]], patience: Patience
    ) -> None:
        """Ask Slack for the channel's type, unless there is an answer that is not old."""
        place = (api.account, channel)
        self._answers.ask(place, partial(self._ask, api, channel, scopes, patience))

    def _ask(
        self, api: SlackApi, channel: str, scopes: Callable[[], Collection[str]], patience: Patience
    ) -> None:
        is_group_dm: bool | None = None
        try:
            is_group_dm = api.channel(channel, patience).get("is_mpim") is True
        except SlackError as error:
            refused = isinstance(error, SlackRefused) and error.error in _OF_ANOTHER_TYPE
            if refused and READ in scopes():
                is_group_dm = False
        self._answers.keep((api.account, channel), is_group_dm)


class Users:
    """Names for the app, languages for the bot's own words. Never raises: an unknown user's name is the id."""

    def __init__(self, clock: Clock, *, people: int = REMEMBERED) -> None:
        self._clock = clock
        self._answers: _Answers[UserInfo] = _Answers(clock, people)

    def one(self, api: SlackApi, user_id: str) -> UserInfo:
        """The user as this bot sees them."""
        return self.many(api, [user_id])[user_id]

    def many(self, api: SlackApi, user_ids: Iterable[str]) -> dict[str, UserInfo]:
        """Each id with its user. The first MOST of the users not known yet are asked for, AT_ONCE side by side."""
        return self._found(api, user_ids, self._answers.new)

    def recalled(self, api: SlackApi, user_ids: Iterable[str]) -> dict[str, UserInfo]:
        """The same, but a user of whom there is an old answer is not asked for."""
        return self._found(api, user_ids, self._answers.old)

    def known(self, api: SlackApi, user_id: str) -> UserInfo | None:
        """The user as Slack told before; None if it did not. Asks nobody."""
        return self._answers.old((api.account, user_id))

    def _found(
        self, api: SlackApi, user_ids: Iterable[str], known: Callable[[Place], UserInfo | None]
    ) -> dict[str, UserInfo]:
        places = {user_id: (api.account, user_id) for user_id in user_ids}
        # Those that Slack did not know count too: a second call for the same users asks for no others.
        unknown = [one for one, place in places.items() if not known(place)][:MOST]
        missing = [one for one in unknown if not self._answers.settled(places[one])]
        until = self._clock.now() + NAMES_TIMEOUT

        def ask(user_id: str) -> None:
            if self._clock.now() < until:
                self._answers.ask(places[user_id], partial(self._ask, api, user_id))

        if len(missing) == 1:
            ask(missing[0])
        else:
            Greenlets(AT_ONCE).map(ask, missing)
        return {user_id: self._answers.old(place) or _unknown(user_id) for user_id, place in places.items()}

    def _ask(self, api: SlackApi, user_id: str) -> None:
        if not user_id or not api.budget.acquire(api.account, USER, user_id, timeout=QUEUEING, final=True):
            return
        user = _unknown(user_id)
        with suppress(SlackError):
            user = api.user(user_id)
        self._answers.keep((api.account, user_id), user if user.known else None)


def _unknown(user_id: str) -> UserInfo:
    return UserInfo(user_id, user_id, known=False)
