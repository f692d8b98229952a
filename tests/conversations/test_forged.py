"""Forged or broken requests to both URLs get 401 with an empty body, start no turn and cause no Slack call."""

import itertools
import json
import math
import threading
import time
from typing import Any

import pytest

from handoff.signer import Signer
from simulators.dify import script
from simulators.slack.signing import signed_headers
from tests.conversations.stack import SimulatedDaemon
from tests.conversations.world import ANNA, World

EMPTY = "0" * 64
_numbers = itertools.count(100)


def event(world: World, text: str = "let me in") -> bytes:
    """A mention as Slack would send it, of a message that no earlier test has sent."""
    slack = world.slack
    message = {
        "type": "app_mention",
        "channel": world.channel,
        "user": ANNA,
        "ts": f"{int(time.time())}.{next(_numbers):06d}",
        "text": slack.mentioning(text),
        "team": slack.team_id,
    }
    body = {
        "type": "event_callback",
        "team_id": slack.team_id,
        "api_app_id": slack.app_id,
        "event_id": "Ev1",
        "authorizations": [{"team_id": slack.team_id, "user_id": slack.bot_user, "is_bot": True}],
        "event": message,
    }
    return json.dumps(body).encode()


def nothing_happened(world: World) -> bool:
    """Whether no turn ran and no Slack call was made, apart from calls for the channel of an earlier test."""
    world.settle(2)
    places = [
        call.arguments.get("channel") or call.arguments.get("channel_id") for call in world.slack.calls()
    ]
    return world.dify.invocations() == [] and {None, world.channel}.isdisjoint(places)


def header_variants(world: World, body: bytes) -> dict[str, dict[str, str]]:
    secret, now = world.slack.signing_secret, time.time()
    good = signed_headers(body, secret, now)
    signature = good["X-Slack-Signature"]

    def signed(value: str) -> dict[str, str]:
        return good | {"X-Slack-Signature": value}

    def stamped(value: str) -> dict[str, str]:
        return good | {"X-Slack-Request-Timestamp": value}

    return {
        "no headers": {},
        "no signature": {"X-Slack-Request-Timestamp": good["X-Slack-Request-Timestamp"]},
        "no timestamp": {"X-Slack-Signature": signature},
        "empty signature": signed(""),
        "truncated": signed(signature[:-1]),
        "upper case": signed(signature.upper()),
        "upper case digits": signed("v0=" + signature[3:].upper())
        if signature[3:].upper() != signature[3:]
        else {},
        "v1": signed("v1=" + signature[3:]),
        "non-ASCII": signed("v0=" + "\xe9" * 64),
        "another secret": signed_headers(body, "another secret", now),
        "the empty secret": signed("v0=" + _hmac_of_nothing(body, now)),
        "another body": signed_headers(body + b" ", secret, now),
        "another time": stamped(str(int(now) - 60)),
        "empty timestamp": stamped(""),
        "abc": stamped("abc"),
        "1.5": stamped("1.5"),
        "negative": stamped("-1"),
        "nan": stamped("nan"),
        "400 digits": stamped("9" * 400),
        "301 s old": signed_headers(body, secret, now - 301),
    }


def signed_ahead(world: World, body: bytes) -> dict[str, str]:
    """Headers 301 s ahead. They are made just before sending and rounded up, since a stamp has whole seconds."""
    return signed_headers(body, world.slack.signing_secret, math.ceil(time.time()) + 301)


def _hmac_of_nothing(body: bytes, now: float) -> str:
    import hashlib
    import hmac

    return hmac.new(b"", b"v0:%d:%s" % (int(now), body), hashlib.sha256).hexdigest()


@pytest.mark.parametrize("path", ["/slack/events", "/slack/turns"])
def test_forged_headers_are_refused_with_401(world: World, path: str) -> None:
    body = event(world)
    answers = {
        name: world.post(path, body, headers) for name, headers in header_variants(world, body).items()
    }
    answers["301 s ahead"] = world.post(path, body, signed_ahead(world, body))
    assert answers == dict.fromkeys(answers, (401, b""))
    assert nothing_happened(world)


@pytest.mark.parametrize("path", ["/slack/events", "/slack/turns"])
@pytest.mark.parametrize(
    "body",
    [b"", b"\xff\xfe\x00", b"x" * (2 << 20), b"[" * 100_000],
    ids=["empty", "not UTF-8", "2 MiB", "brackets"],
)
def test_broken_body_without_a_signature_is_refused_with_401(world: World, path: str, body: bytes) -> None:
    assert world.post(path, body) == (401, b"")
    assert world.post(
        path, body, {"X-Slack-Request-Timestamp": str(int(time.time())), "X-Slack-Signature": f"v0={EMPTY}"}
    ) == (401, b"")
    assert nothing_happened(world)


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"x" * (2 << 20), id="2 MiB"),
        pytest.param(b'{"type":"' + b"x" * ((2 << 20) - 11) + b'"}', id="2 MiB of JSON"),
        b"null",
        b"[]",
        b"1",
        b'""',
        b"{}",
        b"[" * 20_000 + b"]" * 20_000,
        b'{"a":' * 20_000 + b"1" + b"}" * 20_000,
        b"[" * 100_000,
        b'{"type":"event_callback"}',
        b'{"type":"event_callback","event":[]}',
        b'{"type":"event_callback","event":{"type":"app_mention","ts":1,"channel":{},"user":[],"text":null}}',
        b'{"type":["url_verification"],"challenge":{}}',
        b'{"type":"url_verification","challenge":7}',
        b'{"type":"event_callback","authorizations":"x","event":{"type":"message","channel":true,"ts":"x"}}',
        b'{"type":"app_rate_limited","minute_rate_limited":"x"}',
    ],
)
def test_senseless_signed_body_starts_nothing(world: World, body: bytes) -> None:
    status, _ = world.post("/slack/events", body, world.slack.sign(body))
    assert status in {200, 400}
    assert nothing_happened(world)


@pytest.mark.parametrize("body", [b"", b"\xff\xfe\x00"], ids=["empty", "not UTF-8"])
def test_signed_body_that_cannot_be_verified_is_refused_with_401(world: World, body: bytes) -> None:
    """The daemon passes an empty body on as an empty chunk, so none arrives; Slack's own verifier reads only UTF-8."""
    assert world.post("/slack/events", body, world.slack.sign(body)) == (401, b"")
    assert nothing_happened(world)


def test_body_signed_by_slack_is_refused_by_our_own_endpoint(world: World) -> None:
    body = event(world)
    assert world.post("/slack/turns", body, world.slack.sign(body)) == (401, b"")
    assert nothing_happened(world)


def assignment(world: World) -> dict[str, Any]:
    from job import Job
    from message import Message

    message = Message(
        team_id=world.slack.team_id,
        channel=world.channel,
        ts=world.slack.say(world.channel, ANNA, "hello", only=[]),
        source="app_mention",
        user=ANNA,
        user_team=world.slack.team_id,
        text="hello",
        bot_user_id=world.slack.bot_user,
    )
    return Job(message, f"{world.hook}/slack/events", 0.0).to_dict()


def test_signature_by_another_secret_or_hook_or_time_is_refused(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    hook_id = world.hook.rpartition("/")[2]
    secret, content = world.slack.signing_secret, assignment(world)
    good = Signer((secret,), hook_id).sign(content)
    from itsdangerous import TimestampSigner

    monkeypatch.setattr(TimestampSigner, "get_timestamp", lambda _self: int(time.time()) - 65)
    expired = Signer((secret,), hook_id).sign(content)
    monkeypatch.undo()
    bodies = {
        "missing": b"",
        "expired": expired,
        "another hook": Signer((secret,), "other").sign(content),
        "another secret": Signer(("other",), hook_id).sign(content),
        "tampered": good[:20] + (b"A" if good[20:21] != b"A" else b"B") + good[21:],
        "truncated": good[:-2],
    }
    answers = {name: world.post("/slack/turns", body) for name, body in bodies.items()}
    assert answers == dict.fromkeys(answers, (401, b""))
    assert nothing_happened(world)


def test_signed_body_sent_twice_is_one_turn(world: World) -> None:
    world.dify.script(script.say("Once.", seconds=5), world.app_id)
    hook_id = world.hook.rpartition("/")[2]
    body = Signer((world.slack.signing_secret,), hook_id).sign(assignment(world))
    status, _ = world.post("/slack/turns", body)
    assert status == 200
    assert world.post("/slack/turns", body)[0] == 409
    assert len(world.dify.invocations()) == 1


def test_signed_body_sent_again_is_refused_while_its_turn_runs_and_after_a_restart(world: World) -> None:
    world.dify.script(script.say("Once.", seconds=60), world.app_id)
    hook_id = world.hook.rpartition("/")[2]
    body = Signer((world.slack.signing_secret,), hook_id).sign(assignment(world))
    turn = threading.Thread(target=world.post, args=("/slack/turns", body))
    turn.start()
    world.wait(world.dify.running)
    assert world.post("/slack/turns", body)[0] == 409
    assert world.dify.running()
    turn.join()
    world.forget()
    assert world.post("/slack/turns", body)[0] == 409
    assert [one["outcome"] for one in world.dify.invocations()] == ["done"]


def test_event_is_accepted_with_each_of_several_signing_secrets(world: World) -> None:
    world.configure(signing_secret=f"{'1' * 32} {world.slack.signing_secret}")
    body = event(world)
    assert world.post("/slack/events", body, world.slack.sign(body))[0] == 200
    other = event(world)
    assert world.post("/slack/events", other, world.slack.sign(other, secret="1" * 32))[0] == 200
    world.wait(lambda: len(world.dify.wait_ended(2)) == 2)


class TestUnconfigured:
    """While there is no signing secret, only Slack's check of the URL is answered.

    Source: docs/platform/slack.md#url-verification.
    """

    def test_challenge_is_answered_and_nothing_else_while_unconfigured(self, world: World) -> None:
        world.configure(signing_secret="", bot_token="")
        body = json.dumps({"type": "url_verification", "token": "t", "challenge": "x" * 256}).encode()
        assert world.post("/slack/events", body) == (200, b"x" * 256)
        too_long = json.dumps({"type": "url_verification", "challenge": "x" * 257}).encode()
        for refused in (too_long, event(world), b"", b"null", b"[" * 100_000, b"\xff"):
            assert world.post("/slack/events", refused) == (401, b"")
        assert world.post("/slack/turns", b"anything") == (401, b"")
        assert nothing_happened(world)

    def test_unsigned_challenge_is_refused_once_the_secret_is_set(self, world: World) -> None:
        body = json.dumps({"type": "url_verification", "challenge": "abc"}).encode()
        assert world.post("/slack/events", body) == (401, b"")
        assert world.slack.url_verification("abc").attempts[0].body == "abc"


def test_event_without_a_token_gets_503_and_the_setting_is_named(world: World) -> None:
    world.configure(bot_token="")
    body = event(world)
    status, text = world.post("/slack/events", body, world.slack.sign(body))
    assert status == 503
    assert b"bot_token" in text
    world.configure(bot_token=world.slack.token)
    assert world.post("/slack/events", body, world.slack.sign(body))[0] == 200
    world.dify.wait_ended(1)


@pytest.mark.simulated
@pytest.mark.parametrize("path", ["/slack/events", "/slack/turns"])
def test_process_with_a_wrong_environment_answers_503_without_a_body(world: World, path: str) -> None:
    daemon = SimulatedDaemon(world.dify.url, 1.0, {"SLACK_API_URL": "http://elsewhere.example/api/"})
    try:
        daemon.ready()
        world.hook = daemon.add_hook(world.settings)
        body = event(world)
        for headers in ({}, world.slack.sign(body)):
            assert world.post(path, body, headers) == (503, b"")
        assert "setting SLACK_API_URL: " in daemon.log()
    finally:
        daemon.stop()


def test_event_about_the_app_itself_is_acked_and_logged(world: World) -> None:
    team = f"T{next(_numbers)}LOGGED"
    limited = {"type": "app_rate_limited", "team_id": team, "minute_rate_limited": 1763881200}
    kinds = ("tokens_revoked", "app_uninstalled", "app_home_opened", "reaction_added")
    told = [{"type": "event_callback", "team_id": team, "event": {"type": kind}} for kind in kinds]
    for body in (json.dumps(one).encode() for one in (limited, *told)):
        assert world.post("/slack/events", body, world.slack.sign(body))[0] == 200
    lines = (
        f"Slack held back events of team {team} in minute 1763881200",
        f"tokens_revoked in team {team}: the bot can't answer there any more",
        f"app_uninstalled in team {team}: the bot can't answer there any more",
    )
    world.wait(lambda: all(world.daemon.log().count(line) == 1 for line in lines))
    assert world.daemon.log().count(team) == len(lines)
    assert world.slack.app_rate_limited().state == "accepted"
    assert nothing_happened(world)
