import pytest

from slack_api.connection import NeverSent
from slack_api.identity import UserInfo
from slack_api.lookups import AT_ONCE, KEEP, KEEP_FAILURE, MOST, NAMES_TIMEOUT, READ, Channels, Users
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
    assert [channels.is_group_dm(api, "C1", SCOPES, HASTY) for _ in range(2)] == [group, group]
    assert len(pool.sent) == 1
    clock.advance(KEEP)
    channels.is_group_dm(api, "C1", SCOPES, HASTY)
    assert len(pool.sent) == 2
    channels.is_group_dm(api, "C2", SCOPES, HASTY)
    assert len(pool.sent) == 3


@pytest.mark.parametrize("scopes", [frozenset(), frozenset({"chat:write"})])
def test_without_the_scope_a_refusal_says_nothing_of_the_channel(scopes: frozenset[str]) -> None:
    api, _ = api_over(refuses("missing_scope"), clock=FakeClock())
    assert Channels(FakeClock()).is_group_dm(api, "C1", scopes, HASTY) is None


@pytest.mark.parametrize("fault", [refuses("fatal_error"), NeverSent("no")])
def test_failures_are_remembered_shortly(fault: HttpResponse | Exception) -> None:
    clock = FakeClock()
    channels = Channels(clock)
    api, pool = api_over(fault, clock=clock)
    assert channels.is_group_dm(api, "C1", SCOPES, HASTY) is None
    sent = len(pool.sent)
    assert channels.is_group_dm(api, "C1", SCOPES, HASTY) is None
    assert len(pool.sent) == sent
    clock.advance(KEEP_FAILURE)
    channels.is_group_dm(api, "C1", SCOPES, HASTY)
    assert len(pool.sent) > sent


def test_who_is_patient_asks_once_more_than_who_is_hasty() -> None:
    sent = []
    for patience in (HASTY, PATIENT):
        api, pool = api_over(refuses("fatal_error"))
        Channels(FakeClock()).is_group_dm(api, "C1", SCOPES, patience)
        sent.append(len(pool.sent))
    assert sent == [2, 3]
