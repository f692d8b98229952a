"""The settings that decide who is answered, tested from outside by presses, by events and by unusual values."""

import json
from typing import Any
from urllib.parse import urlencode

import pytest

from tests.conversations.world import ANNA, BEN, World
from wording import Say
from wording.en import EN

TRAVEL = "What is our travel policy?"
SECRET = "8f742231b10e8888abcd99edf00d85a5"


@pytest.fixture
def handbook(world: World) -> World:
    """An app with one suggested question, whose buttons reach the bridge."""
    world.dify.app(world.app_id, "advanced-chat", opening_statement="Hi.", suggested_questions=[TRAVEL])
    world.slack.configure(interactions_url=f"{world.hook}/slack/interactions")
    return world


def greeted(world: World, channel: str = "") -> tuple[str, str]:
    """Send an empty mention. Returns its thread's root and the ts of the message with the button."""
    root = world.ask("", channel=channel)
    return root, world.answers(root, channel=channel)[0].ts


def press(world: World, ts: str, user: str, **changes: Any) -> int:
    """Send a press as Slack sends it, with changes in its payload. Returns the status."""
    payload = {
        "type": "block_actions",
        "user": {"id": user, "team_id": world.slack.team_id},
        "api_app_id": world.slack.app_id,
        "team": {"id": world.slack.team_id},
        "enterprise": None,
        "container": {"type": "message", "message_ts": ts, "channel_id": world.channel, "thread_ts": ts},
        "channel": {"id": world.channel, "name": "team"},
        "message": {"user": world.slack.bot_user, "ts": ts},
        "actions": [
            {
                "action_id": "ask_0",
                "block_id": f"team_{world.slack.team_id}",
                "value": TRAVEL,
                "action_ts": f"{int(float(ts)) + 1}.{hash(str(changes)) % 10**6:06d}",
            }
        ],
    }
    body = urlencode({"payload": json.dumps(payload | changes)}).encode()
    return world.post("/slack/interactions", body, world.slack.sign(body))[0]


def asked(world: World) -> list[str]:
    world.settle(5)
    return [record["query"] for record in world.dify.invocations()]


def test_press_by_a_member_of_another_enterprise_is_not_answered(handbook: World) -> None:
    """The payload names the presser's own enterprise; a user of a whole enterprise has the enterprise's id as team."""
    root, ts = greeted(handbook)
    foreign = handbook.slack.add_user("zoe", team_id="E0FOREIGN", enterprise_id="E0FOREIGN")
    assert handbook.slack.press(handbook.channel, ts, foreign, "ask_0").status == 200
    assert asked(handbook) == []
    handbook.configure(slack_connect=True)
    another = handbook.slack.add_user("yan", team_id="E0FOREIGN", enterprise_id="E0FOREIGN")
    assert handbook.slack.press(handbook.channel, ts, another, "ask_0").status == 200
    handbook.answers(root, count=3)


def test_press_by_a_colleague_of_our_enterprise_is_answered(handbook: World) -> None:
    handbook.slack.configure(enterprise_id="E0OURS")
    root, ts = greeted(handbook)
    colleague = handbook.slack.add_user("cleo", team_id="E0OURS", enterprise_id="E0OURS")
    assert handbook.slack.press(handbook.channel, ts, colleague, "ask_0").status == 200
    handbook.answers(root, count=3)


@pytest.mark.parametrize("name", ["directmessage", "mpdm-anna--ben-1"])
def test_press_in_a_channel_named_like_a_direct_message_keeps_to_the_allowed_channels(
    handbook: World, name: str
) -> None:
    _, ts = greeted(handbook)
    handbook.configure(allowed_channels="C0ELSEWHERE")
    assert press(handbook, ts, BEN, channel={"id": handbook.channel, "name": name}) == 200
    assert asked(handbook) == []


def test_press_in_a_group_dm_is_answered_whatever_the_allowed_channels(handbook: World) -> None:
    group = handbook.slack.add_channel("group", kind="mpim")
    root, ts = greeted(handbook, group)
    handbook.configure(allowed_channels="C0ELSEWHERE")
    assert handbook.slack.press(group, ts, BEN, "ask_0").status == 200
    handbook.answers(root, channel=group, count=3)
    handbook.configure(direct_messages=False)
    assert handbook.slack.press(group, ts, ANNA, "ask_0").status == 200
    assert asked(handbook) == [TRAVEL]


@pytest.mark.parametrize("value", [",", " , ", ";"])
@pytest.mark.parametrize("name", ["allowed_users", "allowed_channels", "channel_apps"])
def test_list_of_only_separators_admits_nobody(world: World, name: str, value: str) -> None:
    world.configure(**{name: value})
    ts = world.ask("hello")
    assert asked(world) == []
    assert world.slack.answers(world.channel, ts) == []
    assert world.wait(lambda: f"setting {name}: " in world.daemon.log())


def test_mention_in_an_unknown_group_dm_is_not_answered_when_direct_messages_are_off(
    world: World,
) -> None:
    world.slack.rules(mpim_mentions=True)
    world.configure(direct_messages=False)
    world.slack.fault("conversations.info", "error", error="fatal_error", times=None)
    group = world.slack.add_channel("group", kind="mpim")
    world.ask("hello", channel=group, only=("app_mention",))
    assert asked(world) == []
    assert world.wait(lambda: "give the Slack app the scope mpim:read" in world.daemon.log(), 20)
    world.configure(direct_messages=True)
    root = world.ask("hello again", channel=group, only=("app_mention",))
    assert "hello again" in world.answer(root, channel=group)


def test_event_of_another_workspace_is_not_answered_while_the_token_is_unknown(
    world: World,
) -> None:
    world.slack.fault("auth.test", "error", error="fatal_error", times=None)
    other = {
        "team_id": "T0OTHER00",
        "authorizations": [{"team_id": "T0OTHER00", "user_id": world.slack.bot_user}],
    }
    world.configure(slack_connect=True)
    stranger = world.ask("hello", around=other)
    ours = world.ask("is anybody there?")
    world.settle(20)
    assert world.dify.invocations() == []
    world.slack.clear_faults()
    assert "is anybody there?" in world.answer(ours)
    assert world.slack.answers(world.channel, stranger) == []
    assert asked(world) == [world.slack.mentioning("is anybody there?").partition("> ")[2]]


def test_member_is_told_to_ask_again_when_slack_never_identifies_the_token(world: World) -> None:
    world.slack.fault("auth.test", "error", error="fatal_error", times=None)
    assert world.answer(world.ask("hello")) == EN[Say.INTERRUPTED]
    assert asked(world) == []


def test_app_of_a_channel_gets_none_of_the_default_apps_values(world: World) -> None:
    other = world.dify.app("app-other", "advanced-chat")
    world.configure(
        app={"app_id": world.app_id, "inputs": {"api_key": "only for the default app"}},
        channel_apps=f"{world.channel}={other}",
    )
    world.answers(world.ask("hello"))
    (invocation,) = world.dify.invocations()
    assert invocation["app_id"] == other
    assert "api_key" not in invocation["inputs"]


def test_word_beside_the_signing_secret_is_not_used_as_a_key(world: World) -> None:
    secret = world.slack.signing_secret
    world.configure(signing_secret=f"Signing Secret {secret}")
    body = b'{"type": "event_callback"}'
    for word in ("Signing", "Secret"):
        assert world.post("/slack/events", body, world.slack.sign(body, secret=word)) == (401, b"")
        assert world.post("/slack/interactions", b"a=1", world.slack.sign(b"a=1", secret=word)) == (401, b"")
    assert "hello" in world.answer(world.ask("hello"))
    log = world.daemon.log().replace("\\", "")
    assert 'Ignored: "Signing", "Secret".' in log
    assert secret not in log


@pytest.mark.parametrize("value", ["Secret", "Signing Secret", SECRET[:31]])
def test_endpoint_without_a_usable_signing_secret_is_not_configured(world: World, value: str) -> None:
    world.configure(signing_secret=value)
    challenge = b'{"type": "url_verification", "challenge": "c"}'
    assert world.post("/slack/events", challenge) == (200, b"c")
    event = b'{"type": "event_callback"}'
    for word in value.split():
        assert world.post("/slack/events", event, world.slack.sign(event, secret=word)) == (401, b"")
    assert world.post("/slack/turns", b"anything") == (401, b"")


@pytest.mark.parametrize("ours", ["", "E0OURS"])
def test_event_that_names_the_organisation_of_its_author_is_not_answered(world: World, ours: str) -> None:
    world.slack.configure(enterprise_id=ours)
    stranger = world.slack.add_user("zoe", team_id="E0FOREIGN", enterprise_id="E0FOREIGN")
    shared = world.slack.add_channel("shared", ext_shared=True)
    home = {"team_id": world.slack.team_id, "user_id": world.slack.bot_user, "is_bot": True}
    envelopes: list[dict[str, Any]] = [
        {"context_enterprise_id": "E0FOREIGN", "authorizations": [home]},
        {"authorizations": [home | {"enterprise_id": "E0FOREIGN"}]},
        # From an app that a whole organisation installed; the top-level `team_id` is the author's.
        {"authorizations": [], "context_team_id": None, "context_enterprise_id": ours or None},
    ]
    for around in envelopes:
        world.ask("let me in", user=stranger, channel=shared, around=around)
    world.settle(10)
    assert asked(world) == []


def test_author_without_a_workspace_is_not_answered_in_a_channel_that_may_be_shared(
    world: World,
) -> None:
    event = {
        "type": "app_mention",
        "channel": world.channel,
        "user": ANNA,
        "ts": "1763881234.000100",
        "text": world.slack.mentioning("hello"),
    }
    world.slack.event(event, around={"is_ext_shared_channel": None})
    world.settle(10)
    assert asked(world) == []
    world.slack.event(event)
    world.wait(lambda: asked(world) == ["hello"])


def test_colleague_of_another_workspace_is_answered(world: World) -> None:
    world.slack.configure(enterprise_id="E0OURS")
    colleague = world.slack.add_user("cleo", team_id="T0SISTER0", enterprise_id="E0OURS")
    assert "hello" in world.answer(world.ask("hello", user=colleague))


@pytest.mark.parametrize("fault", [None, "fatal_error"])
def test_press_in_a_group_dm_is_not_answered_where_direct_messages_are_off(
    handbook: World, fault: str | None
) -> None:
    group = handbook.slack.add_channel("group", kind="mpim")
    _, ts = greeted(handbook, group)
    handbook.configure(direct_messages=False)
    if fault:
        handbook.slack.fault("conversations.info", "error", error=fault, times=None)
    assert handbook.slack.press(group, ts, BEN, "ask_0").status == 200
    handbook.settle(40)
    assert asked(handbook) == []


def test_press_looks_up_no_channel_where_no_setting_depends_on_it(handbook: World) -> None:
    root, ts = greeted(handbook)
    before = len(handbook.slack.calls("conversations.info"))
    assert handbook.slack.press(handbook.channel, ts, BEN, "ask_0").status == 200
    handbook.answers(root, count=3)
    assert len(handbook.slack.calls("conversations.info")) == before


def test_mention_in_a_channel_is_answered_where_direct_messages_are_off(world: World) -> None:
    world.configure(direct_messages=False)
    assert "hello" in world.answer(world.ask("hello", only=["app_mention"]))


def test_greeting_of_another_app_shows_none_of_the_default_apps_values(world: World) -> None:
    other = world.dify.app("app-greets", "chat", opening_statement="Your key is {{api_key}}.")
    world.configure(
        app={"app_id": world.app_id, "inputs": {"api_key": "only for the default app"}},
        channel_apps=f"{world.channel}={other}",
    )
    assert world.answer(world.ask("")) == "Your key is {{api_key}}."
