"""Tells whether an event comes from the workspace of the bot's token, and who is of another organisation."""

from collections.abc import Sequence
from dataclasses import dataclass

import gevent
from cachetools import LRUCache, TTLCache

from clock import Clock
from errors import SlackError, SlackRefused
from message import Message
from slack_api import TOKEN_DEAD, AuthInfo, SlackApi, Users

KEEP = 3600.0  # seconds
KEEP_FAILURE = 30.0
AUTH_TEST_TIMEOUT = 3.0  # seconds: no answer waits longer for auth.test
AUTH_TEST_WALL_FLOOR = 1.0  # wall seconds
TOKENS = 1_000
LONGEST_DOUBT = 90.0  # seconds that a turn waits until Slack says which workspace the token belongs to
LOOK = 5.0


class BotIdentities:
    """Knows which workspaces our tokens belong to. One per process; never raises.

    The workspace of a token never changes. After an hour Slack is asked again, while turns use the old answer.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._known: LRUCache[str, AuthInfo] = LRUCache(TOKENS)
        self._fresh: TTLCache[str, None] = TTLCache(TOKENS, KEEP, timer=clock.now)
        self._failed: TTLCache[str, bool] = TTLCache(TOKENS, KEEP_FAILURE, timer=clock.now)
        self._asking: dict[str, gevent.Greenlet[..., None]] = {}

    def of(self, api: SlackApi) -> AuthInfo | None:
        """The bot of this token; None while Slack has not answered yet."""
        token = _token(api)
        if token not in self._fresh and token not in self._failed:
            asking = self._asking.get(token)
            if asking is None:
                asking = self._asking[token] = gevent.spawn(self._ask, token, api)
            if token not in self._known:
                asking.join(timeout=self._clock.wall(AUTH_TEST_TIMEOUT, at_least=AUTH_TEST_WALL_FLOOR))
        return self._known.get(token)

    def known(self, api: SlackApi) -> AuthInfo | None:
        """The bot of this token, if Slack has told it. Does not wait."""
        return self._known.get(_token(api))

    def is_refused(self, api: SlackApi) -> bool:
        """Whether Slack said lately that this token is not valid."""
        return self._failed.get(_token(api), False)

    def is_asking(self, api: SlackApi) -> bool:
        """Whether Slack was asked and has not answered yet."""
        return _token(api) in self._asking

    def _ask(self, token: str, api: SlackApi) -> None:
        try:
            bot = api.auth_test()
        except SlackError as error:
            self._failed[token] = isinstance(error, SlackRefused) and error.error in TOKEN_DEAD
        else:
            if bot.team_id or bot.enterprise_id:
                self._known[token], self._fresh[token] = bot, None
            else:
                self._failed[token] = False
        finally:
            self._asking.pop(token, None)


@dataclass(frozen=True, slots=True)
class Installation:
    """The bot of one hook's token. Only Slack's own answer counts, since an event or a press could name another."""

    bots: BotIdentities
    users: Users
    api: SlackApi
    clock: Clock

    def bot(self) -> AuthInfo | None:
        """The bot, if Slack tells it within AUTH_TEST_TIMEOUT seconds; otherwise None."""
        return self.bots.of(self.api)

    def known_bot(self) -> AuthInfo | None:
        """The bot, if Slack has told it before. Does not wait."""
        return self.bots.known(self.api)

    def patient_bot(self) -> AuthInfo | None:
        """The bot. Slack is asked again for LONGEST_DOUBT seconds, unless it refuses the token for good."""
        until = self.clock.now() + LONGEST_DOUBT
        while (bot := self.bot()) is None and self.clock.now() < until and not self.bots.is_refused(self.api):
            if not self.bots.is_asking(self.api):  # otherwise the next look waits for the answer
                self.clock.sleep(LOOK)
        return bot

    def outsiders(self, message: Message, authors: Sequence[tuple[str, str]]) -> list[bool]:
        """Whether each author is of another organisation: the one rule for messages, threads and presses.

        An author is a user and the user's workspace as the message or the press names them; the authors write where
        `message` stands. Whoever Slack does not show to be of our organisation is an outsider.
        """
        bot = self.bot()
        ours = bot.enterprise_id if bot else ""
        judged = [(user, message.is_outsider(team, ours)) for user, team in authors]
        doubtful = dict.fromkeys(user for user, outside in reversed(judged) if outside is None)
        people = self.users.many(self.api, doubtful)  # the latest first, for only some are asked for at once
        return [people[user].enterprise_id != ours if out is None else out for user, out in judged]

    def scopes(self) -> frozenset[str]:
        """The token's scopes, as far as Slack told them."""
        bot = self.bot()
        return (bot.scopes if bot else None) or frozenset()


def is_foreign(message: Message, bot: AuthInfo) -> bool:
    """Whether the event is of another installation. One token may serve all workspaces of an organisation.

    A press may name no workspace of ours; it comes from a message of ours (docs/platform/slack.md#enterprise-grid).
    """
    if message.source == "button" and bot.user_id and message.bot_user_id == bot.user_id:
        return False
    is_of_organisation = bot.enterprise_id and message.enterprise_id == bot.enterprise_id
    return not is_of_organisation and message.team_id not in {bot.team_id, bot.enterprise_id}


def _token(api: SlackApi) -> str:
    """What `account` says of the token, without the workspace before the slash."""
    return api.account.rpartition("/")[2]
