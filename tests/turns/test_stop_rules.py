"""Who may still stop an answer by the admin's rules, by what Slack tells in time."""

from types import SimpleNamespace
from typing import Any, cast

import gevent
import pytest

from clock import Clock
from errors import SettingsError
from message import Message
from provider import Fact, Ruling
from slack_api import UserInfo
from turns import StopRequest
from turns.stop_rules import StopRules
from wording import Say

REQUEST = StopRequest("hook", "T1", "C1", "U1", "1700000009.000000", "1700000000.000000")
NO = Ruling(answered=False, settings=("guests",))


class House:
    """One process. `person` is what Slack tells of the member, `waits` the seconds of the wall that it takes."""

    def __init__(
        self, ruling: Ruling | Exception, person: UserInfo | None = None, waits: float = 0.0
    ) -> None:
        self.judged: list[Message] = []
        self._said, self._waits = ruling, waits
        self._person = person or UserInfo("U1", "anna", team_id="T1")

    def ruling(self, message: Message) -> Ruling:
        gevent.sleep(self._waits)
        self.judged.append(message)
        if isinstance(self._said, Exception):
            raise self._said
        return self._said

    def refusal(self, request: StopRequest = REQUEST) -> Say | None:
        services = SimpleNamespace(
            clock=Clock(0.01),
            api=lambda *_: None,
            users=SimpleNamespace(one=lambda *_: self._person),
            rules=lambda *_: self,
        )
        return StopRules(cast("Any", services), cast("Any", SimpleNamespace())).refusal(request)


def test_rule_that_says_no_refuses() -> None:
    assert House(NO).refusal() is Say.NO_GUESTS


@pytest.mark.parametrize(
    "ruling",
    [
        Ruling(answered=True),
        Ruling(answered=False, settings=("guests",), lacks=Fact.GUEST),
        SettingsError("bot_token", "give the token"),
        RuntimeError("broken"),
    ],
)
def test_nothing_else_refuses(ruling: Ruling | Exception) -> None:
    assert House(ruling).refusal() is None


def test_answer_of_slack_that_comes_late_is_not_waited_for() -> None:
    with gevent.Timeout(5):
        assert House(NO, waits=30.0).refusal() is None


@pytest.mark.parametrize(
    ("person", "named", "team"),
    [
        (UserInfo("U1", "zoe", team_id="T9"), "", "T9"),
        (UserInfo("U1", "zoe", team_id="T9"), "T2", "T2"),
        (UserInfo("U1", "zoe", enterprise_id="E9"), "", "E9"),
        (UserInfo("U1", "U1", known=False), "", "T1"),
    ],
    ids=["a home workspace", "named by the request", "only an organisation", "unknown"],
)
def test_workspace_of_the_member_is_that_of_the_request_or_of_the_profile(
    person: UserInfo, named: str, team: str
) -> None:
    house = House(NO, person)
    house.refusal(StopRequest("hook", "T1", "C1", "U1", REQUEST.at, REQUEST.thread_ts, user_team=named))
    [message] = house.judged
    assert (message.user_team, message.user, message.channel) == (team, "U1", "C1")
