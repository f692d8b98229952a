import pytest

from slack_api.connection import NeverSent
from slack_api.lookups import KEEP, KEEP_FAILURE, READ, Channels
from slack_api.pool import HttpResponse
from slack_api.retry import HASTY, PATIENT
from tests.fake_clock import FakeClock
from tests.slack_api.scripted_pool import api_over, refuses, says

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
