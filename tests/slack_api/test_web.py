import contextlib
import inspect
import logging
import urllib.request
from collections.abc import Mapping

import pytest
import slack_sdk.web.base_client
from hypothesis import given
from hypothesis import strategies as st
from slack_sdk.version import __version__

from clock import Clock
from errors import SlackError, SlackFateUnknown, SlackRateLimited, SlackRefused, SlackUnreachable
from slack_api.connection import NeverSent
from slack_api.pool import Bounds, HttpResponse, Pool, Unanswered
from slack_api.rate_limit.tiers import POST, SET_STATUS, STATUS
from slack_api.retry import BRISK
from slack_api.web import DEFAULT_RETRY_AFTER, LONGEST_RETRY_AFTER, PooledWebClient, retry_after, usable_body
from tests.fake_clock import FakeClock
from tests.slack_api.scripted_pool import OK, ScriptedPool, api_over, refuses, says
from tests.slack_api.scripted_server import answer, serving

HOOK = "_perform_urllib_http_request_internal"


class TestTheHookOfSlackSdk:
    """What our subclass takes for granted of the versions that are allowed."""

    def test_an_allowed_minor_version_is_installed(self) -> None:
        assert __version__.startswith(("3.47.", "3.48."))

    def test_it_exists_with_the_signature_that_we_override(self) -> None:
        original = getattr(slack_sdk.web.base_client.BaseClient, HOOK)
        assert list(inspect.signature(original).parameters) == ["self", "url", "req"]
        assert (
            inspect.signature(original).parameters.keys()
            == inspect.signature(getattr(PooledWebClient, HOOK)).parameters.keys()
        )

    def test_its_own_answer_has_the_shape_of_ours(self) -> None:
        with serving(answer({"ok": True})) as server:
            url = f"{server.url}/api/auth.test"
            request = urllib.request.Request(url, data=b"", method="POST")
            theirs = getattr(slack_sdk.WebClient(token="t", base_url=server.url), HOOK)(url, request)
            ours = getattr(PooledWebClient("t", server.url, Pool(Clock())), HOOK)(url, request)
        assert theirs.keys() == ours.keys() == {"status", "headers", "body"}
        assert theirs["status"] == ours["status"]
        assert theirs["body"] == ours["body"]
        assert isinstance(ours["body"], str)

    def test_every_call_goes_through_it_once(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(slack_sdk.web.base_client, "urlopen", None)
        pool = ScriptedPool([OK])
        client = PooledWebClient("xoxb-1", "https://slack.com/api/", pool)
        client.api_call("chat.postMessage", json={"text": "é", "channel": "C1"})
        client.api_call("users.info", params={"user": "U1"})
        assert pool.methods == ["chat.postMessage", "users.info"]
        assert pool.arguments(0) == {"text": "é", "channel": "C1"}
        assert pool.arguments(1) == {"user": "U1"}
        assert dict(pool.sent[0][2])["Authorization"] == "Bearer xoxb-1"

    def test_nothing_is_repeated_by_slack_sdk(self) -> None:
        pool = ScriptedPool([Unanswered("gone")])
        client = PooledWebClient("xoxb-1", "https://slack.com/api/", pool)
        assert client.retry_handlers == []
        with pytest.raises(SlackFateUnknown):
            client.api_call("chat.postMessage", json={"text": "x"})
        assert len(pool.sent) == 1


def call(*answers: HttpResponse | Exception) -> None:
    PooledWebClient("t", "https://slack.com/api/", ScriptedPool(list(answers))).api_call(
        "chat.update", json={}
    )


def test_never_sent_is_unreachable() -> None:
    with pytest.raises(SlackUnreachable) as caught:
        call(NeverSent("no"))
    assert caught.value.method == "chat.update"


@pytest.mark.parametrize(
    "unusable",
    [
        Unanswered("gone"),
        says({"ok": True}, status=500),
        says(b"<html>503</html>", status=503),
        says(b"<html>login</html>"),
        says(b""),
        says(b"[1]"),
        says(b'{"ok": tr'),
        says(b"[" * 100_000),
        says(b"\xff\xfe"),
        says(b"", status=302, location="https://evil.example/"),
    ],
)
def test_an_unusable_answer_leaves_the_fate_open(unusable: HttpResponse | Exception) -> None:
    with pytest.raises(SlackFateUnknown):
        call(unusable)


@pytest.mark.parametrize(
    ("limited", "seconds"),
    [
        (says({"ok": False, "error": "ratelimited"}, status=429, retry_after="7"), 7.0),
        (says(b"", status=429), DEFAULT_RETRY_AFTER),
        (says(b"<html>", status=429, retry_after="soon"), DEFAULT_RETRY_AFTER),
    ],
)
def test_429_says_how_long(limited: HttpResponse, seconds: float) -> None:
    with pytest.raises(SlackRateLimited) as caught:
        call(limited)
    assert caught.value.retry_after == seconds


@given(st.one_of(st.text(), st.integers().map(str), st.floats().map(str)))
def test_any_retry_after_is_within_reason(value: str) -> None:
    assert 0 <= retry_after({"retry-after": value}) <= LONGEST_RETRY_AFTER


@given(st.binary())
def test_any_body_is_an_object_or_of_unknown_fate(body: bytes) -> None:
    with contextlib.suppress(SlackFateUnknown):
        assert usable_body("m", says(body)).lstrip().startswith("{")


def test_neither_bodies_nor_failures_are_logged(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    for fault in (OK, Unanswered("gone"), says(b"<html>secret</html>")):
        try:
            call(fault)
        except SlackFateUnknown:
            continue
    assert caplog.records == []


class TestItsPatience:
    """A write that is given up on may happen later, so it is waited for longer than what can be asked again."""

    @pytest.mark.parametrize(
        "method", ["chat.startStream", "chat.postMessage", "assistant.threads.setStatus"]
    )
    def test_a_write_outlasts_half_a_minute(self, method: str) -> None:
        assert _bounds(method).silence > 30.0

    @pytest.mark.parametrize("method", ["users.info", "conversations.replies"])
    def test_a_lookup_does_not(self, method: str) -> None:
        assert _bounds(method).silence < 10.0


def _bounds(method: str) -> Bounds:
    seen: list[Bounds] = []

    class Watching(ScriptedPool):
        def exchange(
            self, verb: str, url: str, headers: Mapping[str, str], body: bytes | None, bounds: Bounds
        ) -> HttpResponse:
            seen.append(bounds)
            return super().exchange(verb, url, headers, body, bounds)

    PooledWebClient("t", "https://slack.com/api/", Watching([OK])).api_call(method, json={})
    return seen[0]


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
    assert not api.budget.try_acquire(api.account, POST, "m", channel="C1")
    assert api.budget.try_acquire(api.account, POST, "m", channel="C2")


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
    api.budget.pause(api.account, SET_STATUS, 60.0)
    with pytest.raises(SlackRateLimited):
        api.set_status("C1", "1.0", "…")
    assert (pool.sent, clock.slept) == ([], [BRISK.seconds])


def test_who_took_before_takes_no_second_time() -> None:
    api, pool = api_over(OK)
    api.budget.pause(api.account, POST, 60.0)
    api.call(POST, POSTING, acquired=True)
    assert len(pool.sent) == 1


def test_a_read_that_is_sent_again_takes_again() -> None:
    clock = FakeClock()
    api, pool = api_over(Unanswered("gone"), clock=clock)
    while api.budget.try_acquire(api.account, "auth.test", "m"):
        pass  # all that may go at once
    begin = clock.now()
    with pytest.raises(SlackFateUnknown):
        api.auth_test()
    assert len(pool.sent) == 3
    assert clock.now() - begin > 3.0
