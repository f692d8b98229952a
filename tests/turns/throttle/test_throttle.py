import logging
from dataclasses import replace

import pytest

from conversation_store.record import ThreadKey
from errors import SlackRefused, SlackUnreachable
from message import Message, Source
from tests.fake_clock import FakeClock
from tests.turns.installations import BOT, installation, rules
from turns.throttle.bot_identities import LONGEST_DOUBT, Installation
from turns.throttle.sliding_window import PER_THREAD, PER_THREAD_OF_BOTS, PER_USER
from turns.throttle.throttle import Throttle, TurnedAway
from wording import Say

OURS = installation()
MESSAGE = Message("T1", "C1", "1.000001", "app_mention", user="U1", user_team="T1")
KEY = ThreadKey("hook", "app", "T1", "C1", "1.000001")


def verdicts(
    throttle: Throttle, times: int, message: Message = MESSAGE, key: ThreadKey = KEY
) -> list[TurnedAway | None]:
    trusting = rules(OURS, trusted_bots=frozenset(f"B{number}" for number in range(100)))
    return [throttle.turned_away(message, key, OURS, trusting) for _ in range(times)]


def test_person_who_writes_too_much_is_told_once() -> None:
    throttle = Throttle(FakeClock())
    found = verdicts(throttle, PER_USER[0].count + 3)
    assert found[: PER_USER[0].count] == [None] * PER_USER[0].count
    told, *silent = found[PER_USER[0].count :]
    assert told is not None
    assert told.say is Say.RATE_LIMITED
    assert [one and one.say for one in silent] == [None, None]
    assert all(silent)
    assert verdicts(throttle, 1, replace(MESSAGE, user="U2"), replace(KEY, thread="2")) == [None]


def test_thread_has_a_limit_for_all_authors_together() -> None:
    throttle, found = Throttle(FakeClock()), []
    for number in range(PER_THREAD[0].count + 2):
        found += verdicts(throttle, 1, replace(MESSAGE, user=f"U{number}"))
    assert found[: PER_THREAD[0].count] == [None] * PER_THREAD[0].count
    assert [one and one.say for one in found[PER_THREAD[0].count :]] == [Say.BUDGET_USED_UP, None]
    assert verdicts(throttle, 1, replace(MESSAGE, user="U0"), replace(KEY, thread="2")) == [None]


def test_event_of_another_team_is_refused_and_logged_once(caplog: pytest.LogCaptureFixture) -> None:
    throttle = Throttle(FakeClock())
    with caplog.at_level(logging.WARNING, "slack_bridge"):
        found = verdicts(throttle, 3, replace(MESSAGE, team_id="T9"))
    assert [one and (one.why, one.say) for one in found] == [("foreign team", None)] * 3
    assert len(caplog.records) == 1
    assert "T9" in caplog.text


def test_message_of_a_stranger_does_not_count_towards_limits() -> None:
    throttle = Throttle(FakeClock())
    verdicts(throttle, 100, replace(MESSAGE, team_id="T9"))
    assert verdicts(throttle, 1) == [None]


@pytest.mark.parametrize("team_id", ["T1", "T9"])
def test_message_is_refused_while_the_token_s_workspace_is_unknown(team_id: str) -> None:
    clock = FakeClock()
    away = installation(SlackUnreachable("auth.test"), clock)
    refused = Throttle(clock).turned_away(replace(MESSAGE, team_id=team_id), KEY, away, rules(away))
    assert refused == TurnedAway("workspace unknown", Say.INTERRUPTED)
    assert sum(clock.slept) >= LONGEST_DOUBT


def test_turn_does_not_wait_for_a_refused_token() -> None:
    clock = FakeClock()
    dead = installation(SlackRefused("auth.test", "token_revoked"), clock)
    assert Throttle(clock).turned_away(MESSAGE, KEY, dead, rules(dead))
    assert clock.slept == []


@pytest.mark.parametrize(
    ("user_team", "slack_connect", "let_in"),
    [
        ("T1", False, True),
        ("E1", False, True),
        ("E9", False, False),
        ("T9", False, False),
        ("T9", True, True),
    ],
)
@pytest.mark.parametrize("source", ["button", "app_mention", "message"])
@pytest.mark.parametrize("named", ["E9", "E1", ""])
def test_author_counts_as_ours_by_the_enterprise_of_the_token(
    user_team: str, slack_connect: bool, let_in: bool, source: Source, named: str
) -> None:
    message = replace(MESSAGE, source=source, user_team=user_team, enterprise_id=named)
    ours = installation(replace(BOT, enterprise_id="E1"))
    found = Throttle(FakeClock()).turned_away(message, KEY, ours, rules(ours, slack_connect=slack_connect))
    assert (found is None) is let_in


def test_author_of_another_workspace_is_refused_without_an_organisation() -> None:
    for named in ("E9", ""):
        message = replace(MESSAGE, user_team="E9", enterprise_id=named)
        assert Throttle(FakeClock()).turned_away(message, KEY, OURS, rules(OURS))


def test_bots_have_a_smaller_limit_in_a_thread_than_people() -> None:
    clock = FakeClock()
    throttle, workflow = Throttle(clock), replace(MESSAGE, user="", bot_id="B1")
    most = PER_THREAD_OF_BOTS[0].count
    found = verdicts(throttle, most + 2, workflow)
    assert found[:most] == [None] * most
    assert [one and one.say for one in found[most:]] == [Say.BUDGET_USED_UP, None]
    assert verdicts(throttle, 1) == [None]
    assert verdicts(throttle, 1, replace(workflow, bot_id="B2"), replace(KEY, thread="2")) == [None]
    clock.advance(PER_THREAD_OF_BOTS[0].seconds)
    assert verdicts(throttle, 1, workflow) == [None]


def test_bots_without_a_user_are_counted_one_by_one() -> None:
    throttle, workflow = Throttle(FakeClock()), replace(MESSAGE, user="", bot_id="B1")
    for number in range(PER_USER[0].count):
        verdicts(throttle, 1, workflow, replace(KEY, thread=str(number)))
    assert verdicts(throttle, 1, workflow, replace(KEY, thread="x"))[0] is not None
    assert verdicts(throttle, 1, replace(workflow, bot_id="B2"), replace(KEY, thread="y")) == [None]


def foreseen(throttle: Throttle, message: Message = MESSAGE, bot: Installation = OURS) -> bool:
    return throttle.foresees_refusal(message, KEY, bot)


def test_refusal_of_too_many_messages_is_foreseen_without_counting() -> None:
    throttle = Throttle(FakeClock())
    assert not foreseen(throttle)
    verdicts(throttle, PER_USER[0].count - 1)
    assert [foreseen(throttle) for _ in range(3)] == [False] * 3
    assert verdicts(throttle, 1) == [None]
    assert foreseen(throttle)
    assert not foreseen(throttle, replace(MESSAGE, user="U2"))


def test_refusal_in_a_thread_of_bots_is_foreseen() -> None:
    throttle = Throttle(FakeClock())
    for number in range(PER_THREAD_OF_BOTS[0].count):
        verdicts(throttle, 1, replace(MESSAGE, user="", bot_id=f"B{number}"))
    assert foreseen(throttle, replace(MESSAGE, user="", bot_id="B99"))
    assert not foreseen(throttle)


def test_refusal_of_another_team_is_foreseen_once_the_bot_is_known() -> None:
    throttle, ours = Throttle(FakeClock()), installation()
    stranger = replace(MESSAGE, team_id="T9")
    assert not foreseen(throttle, stranger, ours)
    ours.bot()
    assert foreseen(throttle, stranger, ours)
    assert not foreseen(throttle, MESSAGE, ours)
