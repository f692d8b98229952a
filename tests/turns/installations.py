"""Installations for tests, whose token's account is known without a call to Slack."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, cast

from provider import Settings
from slack_api.client import SlackApi
from slack_api.identity import AuthInfo, UserInfo
from slack_api.lookups import Users
from tests.fake_clock import FakeClock
from turns.throttle.bot_identities import BotIdentities, Installation
from turns.throttle.rule_check import RuleCheck

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


@dataclass
class People:
    """Users whose organisations are given; Slack does not tell those of others."""

    organisations: Mapping[str, str] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def many(self, _api: Any, users: Iterable[str]) -> dict[str, UserInfo]:
        asked = sorted(users)
        self.asked += asked
        return {user: UserInfo(user, user, enterprise_id=self.organisations.get(user, "")) for user in asked}

    def known(self, _api: Any, user: str) -> UserInfo | None:
        organisation = self.organisations.get(user)
        return None if organisation is None else UserInfo(user, user, enterprise_id=organisation)


def installation(
    bot: AuthInfo | Exception = BOT, clock: FakeClock | None = None, people: People | None = None
) -> Installation:
    clock = clock or FakeClock()
    return Installation(
        BotIdentities(clock),
        cast("Users", people or People()),
        cast("SlackApi", AccountOfTests(bot=bot)),
        clock,
    )


@dataclass
class SlackFacts:
    """What Slack tells of channels and groups; None: Slack does not tell."""

    group_dm: bool | None = None
    name: str | None = None
    groups: frozenset[str] | None = None
    asked: list[str] = field(default_factory=list)

    def is_group_dm(self, *_: Any) -> bool | None:
        self.asked.append("type")
        return self.group_dm

    def of(self, _api: Any, *asked: Any) -> Any:
        self.asked.append("groups" if len(asked) > 1 else "name")
        return self.groups if len(asked) > 1 else self.name

    def recalled(self, *_: Any) -> bool | None:
        return self.group_dm

    def known(self, _api: Any, *asked: Any) -> Any:
        return self.groups if len(asked) > 1 else self.name


def rules(ours: Installation, facts: SlackFacts | None = None, **settings: Any) -> RuleCheck:
    slack = cast("Any", facts or SlackFacts())
    return RuleCheck(Settings(app_id="app", **settings), ours, slack, slack, slack)
