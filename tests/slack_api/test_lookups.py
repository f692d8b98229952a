import gevent
import pytest

from slack_api.client import SlackApi
from slack_api.connection import NeverSent
from slack_api.identity import UserInfo
from slack_api.lookups import (
    AT_ONCE,
    KEEP,
    KEEP_FAILURE,
    KEEP_OLD,
    MOST,
    NAMES_TIMEOUT,
    READ,
    Channels,
    Users,
)
from slack_api.pool import HttpResponse
from slack_api.retry import HASTY, PATIENT
from tests.fake_clock import FakeClock
from tests.slack_api.scripted_pool import api_over, refuses, says

ANN = says({"ok": True, "user": {"name": "ann", "locale": "ja-JP"}})


def test_a_user_is_asked_for_once_an_hour() -> None:
    clock = FakeClock()
    users = Users(clock)
    api, pool = api_over(ANN, clock=clock)
    assert users.one(api, "U1").name == "ann"
    assert users.one(api, "U1").locale == "ja-JP"
    assert len(pool.sent) == 1
    clock.advance(KEEP)
    users.one(api, "U1")
    assert len(pool.sent) == 2


def test_failures_are_remembered_shortly_and_named_by_the_id() -> None:
    clock = FakeClock()
    users = Users(clock)
    for fault in (refuses("missing_scope"), refuses("user_not_found"), says({"ok": True})):
        api, pool = api_over(fault, clock=clock)
        api.account = str(fault)
        unknown = users.one(api, "U1")
        assert (unknown.name, unknown.known) == ("U1", False)
        users.one(api, "U1")
        assert len(pool.sent) == 1
        clock.advance(KEEP_FAILURE)
        users.one(api, "U1")
        assert len(pool.sent) == 2


def test_slack_out_of_reach_is_no_error() -> None:
    api, _ = api_over(NeverSent("no"))
    assert Users(FakeClock()).one(api, "U1").name == "U1"


def test_nobody_is_not_asked_for() -> None:
    api, pool = api_over(ANN)
    assert not Users(FakeClock()).one(api, "").known
    assert pool.sent == []


def test_many_are_asked_for_once_each_and_known_ones_not() -> None:
    clock = FakeClock()
    users = Users(clock)
    api, pool = api_over(ANN, clock=clock)
    users.one(api, "U1")
    found = users.many(api, ["U2", "U1", "U3", "U2"])
    assert list(found) == ["U2", "U1", "U3"]
    assert {user.id for user in found.values()} == {"U1", "U2", "U3"}
    assert len(pool.sent) == 3


def test_a_whole_roster_is_not_asked_for() -> None:
    users = Users(FakeClock())
    api, pool = api_over(ANN)
    users.one(api, "U3")
    everybody = [f"U{n}" for n in range(1000)]
    found = users.many(api, everybody)
    assert list(found) == everybody
    assert [user.id for user in found.values() if user.known] == everybody[: MOST + 1]
    assert len(pool.sent) == MOST + 1


def test_a_slow_slack_is_asked_for_some_seconds() -> None:
    clock = FakeClock()
    users = Users(clock)
    api, pool = api_over(ANN, clock=clock)
    ask = api.user

    def slowly(user_id: str) -> UserInfo:
        clock.advance(2.0)
        return ask(user_id)

    api.user = slowly  # type: ignore[method-assign]
    found = users.many(api, [f"U{n}" for n in range(MOST)])
    assert len(pool.sent) <= NAMES_TIMEOUT / 2.0 + AT_ONCE
    assert [user.name for user in found.values() if not user.known] == [
        f"U{n}" for n in range(len(pool.sent), MOST)
    ]
    clock.advance(KEEP_FAILURE)
    assert users.one(api, f"U{MOST - 1}").known


def test_tokens_do_not_share_what_they_see() -> None:
    clock = FakeClock()
    users = Users(clock)
    one, _ = api_over(ANN, clock=clock)
    other, pool = api_over(ANN, clock=clock)
    other.account = "T2/other"
    users.one(one, "U1")
    users.one(other, "U1")
    assert len(pool.sent) == 1


def test_the_memory_is_bounded() -> None:
    clock = FakeClock()
    users = Users(clock, people=2)
    api, pool = api_over(ANN, clock=clock)
    for user in ("U1", "U2", "U3", "U1"):
        users.one(api, user)
    assert len(pool.sent) == 4


def test_names_that_the_budget_does_not_allow_are_ids_for_now() -> None:
    clock = FakeClock()
    users = Users(clock)
    api, pool = api_over(ANN, clock=clock)
    api.budget.pause(api.account, "users.info", 60.0)
    assert not users.one(api, "U1").known
    assert pool.sent == []
    clock.advance(120.0)
    assert users.one(api, "U1").known


SCOPES = frozenset({READ})


@pytest.mark.parametrize(
    ("answer", "group"),
    [
        (says({"ok": True, "channel": {"is_mpim": True}}), True),
        (says({"ok": True, "channel": {"is_mpim": False}}), False),
        (says({"ok": True}), False),
        (refuses("missing_scope"), False),
        (refuses("channel_not_found"), False),
    ],
)
def test_a_channel_is_asked_for_once_an_hour(answer: HttpResponse, *, group: bool) -> None:
    clock = FakeClock()
    channels = Channels(clock)
    api, pool = api_over(answer, clock=clock)
    assert [channels.is_group_dm(api, "C1", SCOPES.copy, HASTY) for _ in range(2)] == [group, group]
    assert len(pool.sent) == 1
    channels.is_group_dm(api, "C2", SCOPES.copy, HASTY)
    assert len(pool.sent) == 2


def test_old_answer_about_a_channel_is_used_while_slack_is_asked_again() -> None:
    clock = FakeClock()
    channels = Channels(clock)
    api, pool = api_over(says({"ok": True, "channel": {"is_mpim": True}}), clock=clock)
    channels.learn(api, "C1", SCOPES.copy, HASTY)
    channels.learn(api, "C1", SCOPES.copy, HASTY)
    assert len(pool.sent) == 1
    clock.advance(KEEP)
    assert channels.is_group_dm(api, "C1", SCOPES.copy, HASTY)
    assert len(pool.sent) == 1
    channels.learn(api, "C1", SCOPES.copy, HASTY)
    assert len(pool.sent) == 2
    clock.advance(KEEP_OLD)
    channels.is_group_dm(api, "C1", SCOPES.copy, HASTY)
    assert len(pool.sent) == 3


def test_scopes_are_asked_for_only_if_slack_refuses_to_tell() -> None:
    def scopes() -> frozenset[str]:
        raise AssertionError

    api, _ = api_over(says({"ok": True, "channel": {"is_mpim": True}}))
    assert Channels(FakeClock()).is_group_dm(api, "C1", scopes, HASTY)


def test_old_answer_about_a_user_is_recalled_and_not_asked_for() -> None:
    clock = FakeClock()
    users = Users(clock)
    api, pool = api_over(ANN, clock=clock)
    users.many(api, ["U1"])
    clock.advance(KEEP)
    assert users.recalled(api, ["U1"])["U1"].name == "ann"
    assert len(pool.sent) == 1
    users.many(api, ["U1"])
    assert len(pool.sent) == 2
    clock.advance(KEEP_OLD)
    users.recalled(api, ["U1"])
    assert len(pool.sent) == 3


def test_old_answer_stays_when_slack_does_not_answer_again() -> None:
    clock = FakeClock()
    users = Users(clock)
    api, _ = api_over(ANN, clock=clock)
    users.many(api, ["U1"])
    clock.advance(KEEP)
    broken, pool = api_over(refuses("fatal_error"), clock=clock)
    broken.account = api.account
    assert users.many(broken, ["U1"])["U1"].name == "ann"
    sent = len(pool.sent)
    assert users.many(broken, ["U1"])["U1"].name == "ann"
    assert len(pool.sent) == sent


def _slow(api: SlackApi) -> list[str]:
    """Let other greenlets run while a user is asked for. Returns the ids as they are asked for."""
    asked, ask = [], api.user

    def slowly(user_id: str) -> UserInfo:
        asked.append(user_id)
        gevent.sleep(0.01)
        return ask(user_id)

    api.user = slowly  # type: ignore[method-assign]
    return asked


def test_callers_at_one_time_share_one_call() -> None:
    users = Users(FakeClock())
    api, _ = api_over(ANN)
    asked = _slow(api)
    asking = [gevent.spawn(users.one, api, "U1") for _ in range(5)]
    assert [greenlet.get(timeout=5).name for greenlet in asking] == ["ann"] * 5
    assert asked == ["U1"]
    assert users.one(api, "U1").known


def test_caller_asks_itself_when_the_one_it_waited_for_was_ended() -> None:
    users = Users(FakeClock())
    api, _ = api_over(ANN)
    asked = _slow(api)
    first, second = (gevent.spawn(users.one, api, "U1") for _ in range(2))
    gevent.sleep(0)
    first.kill()
    assert second.get(timeout=5).name == "ann"
    assert asked == ["U1", "U1"]


@pytest.mark.parametrize("scopes", [frozenset(), frozenset({"chat:write"})])
def test_without_the_scope_a_refusal_says_nothing_of_the_channel(scopes: frozenset[str]) -> None:
    api, _ = api_over(refuses("missing_scope"), clock=FakeClock())
    assert Channels(FakeClock()).is_group_dm(api, "C1", scopes.copy, HASTY) is None


@pytest.mark.parametrize("fault", [refuses("fatal_error"), NeverSent("no")])
def test_failures_are_remembered_shortly(fault: HttpResponse | Exception) -> None:
    clock = FakeClock()
    channels = Channels(clock)
    api, pool = api_over(fault, clock=clock)
    assert channels.is_group_dm(api, "C1", SCOPES.copy, HASTY) is None
    sent = len(pool.sent)
    assert channels.is_group_dm(api, "C1", SCOPES.copy, HASTY) is None
    assert len(pool.sent) == sent
    clock.advance(KEEP_FAILURE)
    channels.is_group_dm(api, "C1", SCOPES.copy, HASTY)
    assert len(pool.sent) > sent


def test_who_is_patient_asks_once_more_than_who_is_hasty() -> None:
    sent = []
    for patience in (HASTY, PATIENT):
        api, pool = api_over(refuses("fatal_error"))
        Channels(FakeClock()).is_group_dm(api, "C1", SCOPES.copy, patience)
        sent.append(len(pool.sent))
    assert sent == [2, 3]
