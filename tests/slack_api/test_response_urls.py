import json

import pytest

from errors import SlackError, SlackFateUnknown, SlackRefused, SlackUnreachable
from slack_api.connection import NeverSent
from slack_api.pool import Unanswered
from slack_api.response_urls import ResponseUrls
from tests.slack_api.scripted_pool import ScriptedPool, says

SLACK, GOV = "https://slack.com/api/", "https://slack-gov.com/api/"
URL = "https://hooks.slack.com/commands/T1/secret"


def test_text_goes_to_the_member_alone() -> None:
    pool = ScriptedPool([says(b"ok")])
    ResponseUrls(pool, SLACK).tell(URL, "Hello")
    [(verb, url, headers, body)] = pool.sent
    assert (verb, url) == ("POST", URL)
    assert json.loads(body or b"") == {
        "response_type": "ephemeral",
        "replace_original": False,
        "text": "Hello",
    }
    assert "Authorization" not in headers


@pytest.mark.parametrize(
    ("api", "url"),
    [
        (SLACK, "http://hooks.slack.com/commands/T1/secret"),
        (SLACK, "https://hooks.slack.com.evil.example/secret"),
        (SLACK, "https://hooks.slack.com@evil.example/secret"),
        (SLACK, "https://hooks.slack.com:8443/secret"),
        (SLACK, "https://hooks.slack-gov.com/secret"),
        (SLACK, "http://127.0.0.1:80/secret"),
        (SLACK, "https://[::1/secret"),
        (SLACK, ""),
        (GOV, URL),
        ("http://127.0.0.1:8000/api/", "http://127.0.0.1:8001/secret"),
    ],
)
def test_url_of_another_host_is_refused_unsent(api: str, url: str) -> None:
    pool = ScriptedPool([says(b"ok")])
    with pytest.raises(SlackRefused) as refused:
        ResponseUrls(pool, api).tell(url, "Hello")
    assert pool.sent == []
    assert "secret" not in str(refused.value)


def test_gov_slack_and_a_simulated_slack_have_their_own_hosts() -> None:
    for api, url in (
        (GOV, "https://hooks.slack-gov.com/x"),
        ("http://127.0.0.1:80/api/", "http://127.0.0.1:80/x"),
    ):
        pool = ScriptedPool([says(b"ok")])
        ResponseUrls(pool, api).tell(url, "Hello")
        assert len(pool.sent) == 1


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (says(b"expired_url", 404), SlackRefused),
        (NeverSent(URL), SlackUnreachable),
        (Unanswered(URL), SlackFateUnknown),
    ],
)
def test_failure_does_not_tell_the_url(answer: Exception, kind: type[SlackError]) -> None:
    with pytest.raises(kind) as failed:
        ResponseUrls(ScriptedPool([answer]), SLACK).tell(URL, "Hello")
    assert "secret" not in str(failed.value)
    assert failed.value.__cause__ is None
