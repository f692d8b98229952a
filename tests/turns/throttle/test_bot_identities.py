from dataclasses import replace
from typing import cast

import gevent
import pytest

from errors import SlackRefused
from message import Message, Source
from slack_api.client import SlackApi
from slack_api.identity import AuthInfo
from tests.fake_clock import FakeClock
from tests.turns.installations import People, installation
from turns.throttle import bot_identities as team
from turns.throttle.bot_identities import KEEP, KEEP_FAILURE, BotIdentities, is_foreign

BOT = AuthInfo("T1", "UBOT", "B1", None)
MESSAGE = Message("T1", "C1", "1.000001", "app_mention")


class Slack:
    def __init__(
        self, account: str = "T1/abc", *, fails: bool = False, waits: float = 0.0, says: AuthInfo = BOT
    ) -> None:
        self.account = account
        self.says = says
        self.waits = waits
        self.fails = fails
        self.asked = 0

    def auth_test(self) -> AuthInfo:
        self.asked += 1
        gevent.sleep(self.waits)
        if self.fails:
            raise SlackRefused("auth.test", "token_revoked")
        return self.says


@pytest.mark.parametrize(
    ("bot", "message", "foreign"),
    [
        (BOT, MESSAGE, False),
        (BOT, replace(MESSAGE, team_id="T2"), True),
        (replace(BOT, team_id=""), replace(MESSAGE, team_id="T2"), True),
        (replace(BOT, enterprise_id="E1"), replace(MESSAGE, team_id="T2", enterprise_id="E1"), False),
        (replace(BOT, enterprise_id="E1"), replace(MESSAGE, team_id="E1"), False),
        (replace(BOT, enterprise_id="E1"), replace(MESSAGE, team_id="T2", enterprise_id="E2"), True),
        (BOT, replace(MESSAGE, team_id="T2", enterprise_id="E1"), True),
    ],
)
def test_event_of_another_installation_is_foreign(bot: AuthInfo, message: Message, foreign: bool) -> None:
    assert is_foreign(message, bot) is foreign


def test_slack_is_asked_once_an_hour_for_each_token() -> None:
    clock = FakeClock()
    bots, one, other = BotIdentities(clock), Slack(), Slack("T1/def")
    for slack in (one, one, other, other):
        assert bots.of(cast("SlackApi", slack)) == BOT
    assert (one.asked, other.asked) == (1, 1)
    clock.advance(KEEP)
    bots.of(cast("SlackApi", one))
    gevent.sleep(0.01)
    assert one.asked == 2


def test_bot_stays_known_when_slack_does_not_answer_again() -> None:
    clock = FakeClock()
    bots, slack = BotIdentities(clock), Slack()
    assert bots.of(cast("SlackApi", slack)) == BOT
    slack.fails = True
    for _ in range(3):
        clock.advance(KEEP)
        assert bots.of(cast("SlackApi", slack)) == BOT
        gevent.sleep(0.01)
    assert slack.asked == 4


def test_caller_does_not_wait_while_slack_is_asked_again() -> None:
    clock = FakeClock()
    bots, slack = BotIdentities(clock), Slack()
    bots.of(cast("SlackApi", slack))
    slack.waits = 30.0
    clock.advance(KEEP)
    with gevent.Timeout(1.0):
        assert bots.of(cast("SlackApi", slack)) == BOT


def test_answer_without_a_workspace_counts_as_none() -> None:
    bots = BotIdentities(FakeClock())
    assert bots.of(cast("SlackApi", Slack(says=replace(BOT, team_id="")))) is None


def test_failed_call_is_repeated_after_a_minute() -> None:
    clock = FakeClock()
    bots, slack = BotIdentities(clock), Slack(fails=True)
    assert [bots.of(cast("SlackApi", slack)) for _ in range(3)] == [None] * 3
    assert slack.asked == 1
    clock.advance(KEEP_FAILURE)
    slack.fails = False
    assert bots.of(cast("SlackApi", slack)) == BOT


def test_callers_at_one_time_make_one_call() -> None:
    clock = FakeClock()
    bots, slack = BotIdentities(clock), Slack(waits=0.02)
    asking = [gevent.spawn(bots.of, cast("SlackApi", slack)) for _ in range(5)]
    assert [greenlet.get(timeout=5) for greenlet in asking] == [BOT] * 5
    assert slack.asked == 1


def test_caller_waits_only_its_limit_when_slack_does_not_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(team, "AUTH_TEST_WALL_FLOOR", 0.01)
    bots, slack = BotIdentities(FakeClock()), Slack(waits=0.1)
    assert bots.of(cast("SlackApi", slack)) is None
    gevent.sleep(0.2)
    assert bots.of(cast("SlackApi", slack)) == BOT
    assert slack.asked == 1


def test_organisation_without_a_workspace_is_an_answer() -> None:
    bot = replace(BOT, team_id="", enterprise_id="E1")
    assert BotIdentities(FakeClock()).of(cast("SlackApi", Slack(says=bot))) == bot


def test_press_under_a_message_of_our_own_is_not_foreign() -> None:
    press = replace(MESSAGE, source="button", team_id="T7", bot_user_id="UBOT")
    assert not is_foreign(press, BOT)
    assert is_foreign(replace(press, bot_user_id="UOTHER"), BOT)
    assert is_foreign(replace(press, source="app_mention"), BOT)
    assert is_foreign(replace(press, bot_user_id=""), replace(BOT, user_id=""))


@pytest.mark.parametrize("source", ["message", "app_mention", "button"])
def test_outsiders_are_told_by_the_organisation_that_slack_names(source: Source) -> None:
    people = People({"UOURS": "E1", "UTHEIRS": "E9"})
    ours = installation(replace(BOT, enterprise_id="E1"), people=people)
    authors = [
        ("UHOME", "T1"),
        ("UORG", "E1"),
        ("UOURS", "T2"),
        ("UTHEIRS", "T2"),
        ("UHIDDEN", "T2"),
        ("U", ""),
    ]
    shared = replace(MESSAGE, source=source, is_ext_shared=True)
    assert ours.outsiders(shared, authors) == [False, False, False, True, True, True]
    assert people.asked == ["UHIDDEN", "UOURS", "UTHEIRS"]


def test_nobody_is_asked_where_no_organisation_or_no_stranger_can_be() -> None:
    people = People({"UOURS": ""})
    alone = installation(people=people)
    assert alone.outsiders(replace(MESSAGE, is_ext_shared=True), [("UOURS", "T2")]) == [True]
    ours = installation(replace(BOT, enterprise_id="E1"), people=people)
    assert ours.outsiders(replace(MESSAGE, is_ext_shared=False), [("UOURS", "T2")]) == [False]
    assert people.asked == []
