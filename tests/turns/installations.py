"""Installations for tests, whose token's account is known without a call to Slack."""

from dataclasses import dataclass, field
from typing import cast

from slack_api.client import SlackApi
from slack_api.identity import AuthInfo
from tests.fake_clock import FakeClock
from turns.throttle.bot_identities import BotIdentities, Installation

BOT = AuthInfo("T1", "UBOT", "B1", frozenset({"mpim:read"}))


@dataclass
class AccountOfTests:
    """The token's account, with a given answer of auth.test."""

    account: str = "T1/abc"
    bot: AuthInfo | Exception = BOT
    asked: int = field(default=0)

    def auth_test(self) -> AuthInfo:
        self.asked += 1
        if isinstance(self.bot, Exception):
            raise self.bot
        return self.bot


def installation(bot: AuthInfo | Exception = BOT, clock: FakeClock | None = None) -> Installation:
    clock = clock or FakeClock()
    return Installation(BotIdentities(clock), cast("SlackApi", AccountOfTests(bot=bot)), clock)
