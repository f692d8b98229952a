import http.client
import json
import urllib.request
from typing import Any
from urllib.parse import urlsplit

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from simulators.slack.workspace import BEN, GENERAL
from tests.simulators.slack.conftest import Slack, refusal

MANIFEST = """
oauth_config: {scopes: {bot: [chat:write, im:history]}}
settings: {event_subscriptions: {bot_events: [app_mention]}}
"""


def post(slack: Slack, text: str = "x", **more: Any) -> Any:
    return slack.client.chat_postMessage(channel=GENERAL, text=text, **more)


def test_the_token_is_looked_at(slack: Slack) -> None:
    wrong = WebClient("xoxb-wrong", base_url=slack.workspace.api_url)
    nobody = WebClient(base_url=slack.workspace.api_url)
    assert refusal(wrong.auth_test) == "invalid_auth"
    assert refusal(lambda: nobody.api_call("auth.test")) == "not_authed"
    slack.workspace.configure(token_state="token_revoked")
    assert refusal(slack.client.auth_test) == "token_revoked"


def test_more_tokens_are_valid_until_the_next_reset(slack: Slack) -> None:
    another = WebClient("xoxb-another", base_url=slack.client.base_url)
    assert refusal(another.auth_test) == "invalid_auth"
    slack.workspace.configure(more_tokens="xoxb-one xoxb-another")
    assert another.auth_test()["ok"]
    assert slack.client.auth_test()["ok"]
    slack.workspace.reset()
    assert refusal(another.auth_test) == "invalid_auth"


def test_the_token_may_stand_in_the_body_and_is_never_logged(slack: Slack) -> None:
    nobody = WebClient(base_url=slack.workspace.api_url)
    assert nobody.api_call("auth.test", params={"token": slack.workspace.token})["ok"]
    assert slack.workspace.calls()[-1].arguments == {}


def test_scopes_of_the_manifest_are_enforced(slack: Slack) -> None:
    slack.workspace.configure(manifest=MANIFEST)
    with pytest.raises(SlackApiError) as caught:
        slack.client.users_info(user=BEN)
    answer = caught.value.response
    assert (answer["error"], answer["needed"]) == ("missing_scope", "users:read")
    assert answer["provided"] == "chat:write,im:history"
    assert post(slack).headers["X-OAuth-Scopes"] == "chat:write,im:history"


def test_a_channels_kind_decides_the_scope(slack: Slack) -> None:
    slack.workspace.configure(manifest=MANIFEST)
    dm = slack.workspace.dm_channel()
    assert slack.client.conversations_history(channel=dm)["ok"]
    assert refusal(lambda: slack.client.conversations_history(channel=GENERAL)) == "missing_scope"


def test_unknown_methods(slack: Slack) -> None:
    assert refusal(lambda: slack.client.api_call("chat.shout")) == "unknown_method"


def test_broken_json(slack: Slack) -> None:
    request = urllib.request.Request(
        slack.workspace.api_url + "auth.test", b"{", {"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request) as answer:
        assert json.load(answer)["error"] == "invalid_json"


def test_connections_are_kept(slack: Slack) -> None:
    connection = http.client.HTTPConnection(urlsplit(slack.workspace.url).netloc)
    headers = {"Authorization": f"Bearer {slack.workspace.token}"}
    sockets = set()
    for _ in range(3):
        connection.request("POST", "/api/auth.test", headers=headers)
        assert json.load(connection.getresponse())["ok"]
        sockets.add(connection.sock)
    assert len(sockets) == 1
    connection.close()


def test_the_tiers_answer_429(slack: Slack) -> None:
    slack.workspace.rules(tiers=True, burst=0.1)
    for _ in range(5):
        post(slack)
    with pytest.raises(SlackApiError) as caught:
        post(slack)
    answer = caught.value.response
    assert (answer.status_code, answer["error"], answer.headers["Retry-After"]) == (429, "ratelimited", "1")
    slack.clock.advance(1)
    assert post(slack)["ok"]
    assert slack.workspace.call_counts()["chat.postMessage"] == {"ok": 6, "429": 1}


def test_a_fault_of_an_error_code_changes_nothing_else(slack: Slack) -> None:
    slack.workspace.fault("chat.postMessage", "error", error="channel_not_found")
    assert refusal(lambda: post(slack)) == "channel_not_found"
    assert post(slack)["ok"]
    assert len(slack.workspace.messages(GENERAL)) == 1


def test_the_third_call_of_one_thread(slack: Slack) -> None:
    root = slack.ask()
    slack.workspace.fault("*", "error", error="fatal_error", ts=root, skip=1)
    post(slack)
    post(slack, thread_ts=root)
    assert refusal(lambda: post(slack, thread_ts=root)) == "fatal_error"
    assert slack.workspace.faults() == []


def test_faults_last_until_they_are_cleared(slack: Slack) -> None:
    slack.workspace.fault("chat.postMessage", "error", error="fatal_error", times=None, channel=GENERAL)
    assert [refusal(lambda: post(slack)) for _ in range(3)] == ["fatal_error"] * 3
    slack.workspace.clear_faults()
    assert post(slack)["ok"]


@pytest.mark.parametrize("wait", [7, None])
def test_a_rate_limit_on_demand(slack: Slack, wait: int | None) -> None:
    slack.workspace.fault("chat.postMessage", "rate_limited", retry_after=wait)
    with pytest.raises(SlackApiError) as caught:
        post(slack)
    assert caught.value.response.status_code == 429
    assert caught.value.response.headers.get("Retry-After") == (None if wait is None else "7")


@pytest.mark.parametrize("status", [500, 503])
def test_server_errors(slack: Slack, status: int) -> None:
    slack.workspace.fault("chat.postMessage", "status", status=status)
    with pytest.raises(SlackApiError) as caught:
        post(slack)
    assert caught.value.response.status_code == status
    assert slack.workspace.messages(GENERAL) == []


def test_a_page_instead_of_json(slack: Slack) -> None:
    slack.workspace.fault("chat.postMessage", "html")
    with pytest.raises(SlackApiError) as caught:
        post(slack)
    assert caught.value.response.status_code == 200
    assert "non-JSON" in caught.value.response["error"]


@pytest.mark.parametrize("after", [False, True])
def test_a_dropped_connection_before_and_after_the_effect(slack: Slack, after: bool) -> None:
    slack.workspace.fault("chat.postMessage", "drop", after=after)
    with pytest.raises(http.client.RemoteDisconnected):
        post(slack)
    assert len(slack.workspace.messages(GENERAL)) == after
    call = slack.workspace.calls()[-1]
    assert (call.outcome, call.effect) == ("dropped", after)


def test_an_effect_behind_an_error_page(slack: Slack) -> None:
    slack.workspace.fault("chat.postMessage", "status", status=500, after=True)
    with pytest.raises(SlackApiError):
        post(slack)
    assert len(slack.workspace.messages(GENERAL)) == 1


def test_a_stall_and_a_latency_take_design_seconds(slack: Slack) -> None:
    slack.workspace.fault("chat.postMessage", "stall", seconds=30)
    slack.workspace.rules(latency=0.25)
    post(slack)
    assert slack.clock.slept == [0.25, 30]


def test_a_fault_of_no_kind_is_refused(slack: Slack) -> None:
    with pytest.raises(Exception, match="no such fault"):
        slack.workspace.fault("chat.postMessage", "earthquake")


def test_the_log_of_calls(slack: Slack) -> None:
    post(slack, "one")
    refusal(lambda: slack.client.chat_update(channel=GENERAL, ts="1.2", text="x"))
    posted, updated = slack.workspace.calls()
    assert (posted.method, posted.outcome, posted.arguments["text"]) == ("chat.postMessage", "ok", "one")
    assert (updated.outcome, updated.effect) == ("message_not_found", False)
    assert [call.method for call in slack.workspace.calls("chat.p*")] == ["chat.postMessage"]
    assert [call.method for call in slack.workspace.calls(since=posted.number)] == ["chat.update"]
