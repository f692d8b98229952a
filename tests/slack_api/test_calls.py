import pytest

from errors import SlackError, SlackFateUnknown, SlackRateLimited, SlackRefused, SlackUnreachable
from slack_api.connection import NeverSent
from slack_api.pool import HttpResponse, Unanswered
from slack_api.retry import BRISK
from slack_api.tiers import POST, SET_STATUS, STATUS
from tests.fake_clock import FakeClock
from tests.slack_api.scripted_pool import OK, api_over, refuses, says

LIMITED = says({"ok": False, "error": "ratelimited"}, status=429, retry_after="9")
POSTING = {"channel": "C1", "text": "hi", "thread_ts": None}


def test_arguments_that_are_none_are_left_out() -> None:
    api, pool = api_over(OK)
    assert api.call(POST, POSTING) == {"ok": True, "ts": "1.5"}
    assert pool.arguments() == {"channel": "C1", "text": "hi"}


def test_a_refusal_names_method_and_code() -> None:
    api, pool = api_over(refuses("channel_not_found"))
    with pytest.raises(SlackRefused) as caught:
        api.call(POST, POSTING)
    assert (caught.value.method, caught.value.error) == (POST, "channel_not_found")
    assert len(pool.sent) == 1


def test_a_refusal_without_a_code_is_still_one() -> None:
    api, _ = api_over(says({}))
    with pytest.raises(SlackRefused):
        api.call(POST, POSTING)


def test_no_error_shows_the_token() -> None:
    for fault in (NeverSent("x"), Unanswered("x"), LIMITED, refuses("invalid_auth"), says(b"<html>")):
        api, _ = api_over(fault)
        with pytest.raises(SlackError) as caught:
            api.call(POST, POSTING)
        assert "xoxb" not in f"{caught.value!s}{caught.value!r}"
        assert "xoxb" not in api.account


def test_connect_failures_are_tried_again_and_then_told() -> None:
    clock = FakeClock()
    api, pool = api_over(NeverSent("no"), NeverSent("no"), OK, clock=clock)
    assert api.call(POST, POSTING)["ok"]
    assert clock.slept == [0.5, 1.0]
    assert api.retries == 2
    api, pool = api_over(NeverSent("no"), clock=clock)
    with pytest.raises(SlackUnreachable):
        api.call(POST, POSTING)
    assert len(pool.sent) == 3


def test_a_write_of_unknown_fate_is_sent_once() -> None:
    api, pool = api_over(Unanswered("gone"))
    with pytest.raises(SlackFateUnknown):
        api.call(POST, POSTING)
    assert len(pool.sent) == 1


def test_a_read_of_unknown_fate_is_sent_again() -> None:
    api, pool = api_over(Unanswered("gone"), says(b"", status=503), says({"ok": True}))
    assert api.call("users.info", {"user": "U1"}) == {"ok": True}
    assert len(pool.sent) == 3


@pytest.mark.parametrize("limited", [LIMITED, refuses("ratelimited"), refuses("rate_limited")])
def test_after_a_429_it_waits_and_sends_again(limited: HttpResponse) -> None:
    clock = FakeClock()
    begin = clock.now()
    api, pool = api_over(limited, OK, clock=clock)
    assert api.call(POST, POSTING)["ok"]
    assert len(pool.sent) == 2
    assert clock.now() - begin >= 9


def test_a_429_longer_than_the_patience_is_told_at_once() -> None:
    clock = FakeClock()
    api, pool = api_over(LIMITED, clock=clock)
    with pytest.raises(SlackRateLimited) as caught:
        api.call(POST, POSTING, patience=BRISK)
    assert caught.value.retry_after == 9
    assert clock.slept == []
    assert len(pool.sent) == 1


def test_429s_end_with_the_patience() -> None:
    clock = FakeClock()
    begin = clock.now()
    api, pool = api_over(LIMITED, clock=clock)
    with pytest.raises(SlackRateLimited):
        api.call(POST, POSTING)
    assert len(pool.sent) == 3
    assert clock.now() - begin <= 31


def test_the_budget_hears_of_a_429_for_its_channel() -> None:
    api, _ = api_over(LIMITED)
    with pytest.raises(SlackRateLimited):
        api.call(POST, POSTING, patience=BRISK)
    assert not api.budget.try_take(api.account, POST, "m", channel="C1")
    assert api.budget.try_take(api.account, POST, "m", channel="C2")


def test_accounts_tell_tokens_and_workspaces_apart() -> None:
    one, _ = api_over(OK)
    same, _ = api_over(OK)
    assert one.account == same.account
    assert one.account.startswith("T1/")


def test_every_request_takes_from_the_budget() -> None:
    clock = FakeClock()
    api, pool = api_over(says({"ok": True}), clock=clock)
    for _ in range(60):
        api.set_status("C1", "1.0", "…")
        clock.advance(0.1)
        if clock.slept:
            break
    assert len(pool.sent) == STATUS.burst + 1


def test_whose_turn_does_not_come_is_told_and_sends_nothing() -> None:
    clock = FakeClock()
    api, pool = api_over(says({"ok": True}), clock=clock)
    api.budget.limited(api.account, SET_STATUS, 60.0)
    with pytest.raises(SlackRateLimited):
        api.set_status("C1", "1.0", "…")
    assert (pool.sent, clock.slept) == ([], [BRISK.seconds])


def test_who_took_before_takes_no_second_time() -> None:
    api, pool = api_over(OK)
    api.budget.limited(api.account, POST, 60.0)
    api.call(POST, POSTING, granted=True)
    assert len(pool.sent) == 1


def test_a_read_that_is_sent_again_takes_again() -> None:
    clock = FakeClock()
    api, pool = api_over(Unanswered("gone"), clock=clock)
    while api.budget.try_take(api.account, "auth.test", "m"):
        pass  # all that may go at once
    begin = clock.now()
    with pytest.raises(SlackFateUnknown):
        api.auth_test()
    assert len(pool.sent) == 3
    assert clock.now() - begin > 3.0
