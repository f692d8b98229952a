"""Whether an event is of the workspace that the bot's token belongs to."""

import gevent
from cachetools import TTLCache

from clock import Clock
from errors import SlackError
from message import Message
from slack_api.client import SlackApi
from slack_api.identity import AuthInfo

KEEP = 3600.0  # seconds
KEEP_FAILURE = 60.0
PATIENCE = 3.0  # for Slack to tell: no answer waits longer for that
SHORTEST_PATIENCE = 1.0  # wall seconds
TOKENS = 1_000


class Bots:
    """Whose tokens we hold, asked of Slack once an hour. One per process; never raises."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._known: TTLCache[str, AuthInfo] = TTLCache(TOKENS, KEEP, timer=clock.now)
        self._failed: TTLCache[str, None] = TTLCache(TOKENS, KEEP_FAILURE, timer=clock.now)
        self._asking: dict[str, gevent.Greenlet[..., None]] = {}

    def of(self, api: SlackApi) -> AuthInfo | None:
        """The bot of this token; None while Slack does not tell."""
        token = api.account.rpartition("/")[2]
        if token not in self._known and token not in self._failed:
            asking = self._asking.get(token)
            if asking is None:
                asking = self._asking[token] = gevent.spawn(self._ask, token, api)
            asking.join(timeout=max(SHORTEST_PATIENCE, self._clock.wall(PATIENCE)))
        return self._known.get(token)

    def _ask(self, token: str, api: SlackApi) -> None:
        try:
            self._known[token] = api.auth_test()
        except SlackError:
            self._failed[token] = None
        finally:
            self._asking.pop(token, None)


def is_foreign(message: Message, bot: AuthInfo | None) -> bool:
    """Whether the event names another installation than the token's. What is not known is no reason.

    An app that was installed for a whole organisation has one token for all of its workspaces.
    """
    if bot is None or not bot.team_id or message.team_id in {bot.team_id, bot.enterprise_id}:
        return False
    return not (bot.enterprise_id and message.enterprise_id == bot.enterprise_id)
