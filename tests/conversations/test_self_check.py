"""The self-check names what is wrong and what to click, through the real plugin process."""

from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import urlencode

import pytest

from simulators.dify.apps import variable
from simulators.slack.workspace import OTHER_BOT
from simulators.stack import MANIFEST
from tests.conversations.world import ANNA, BEN, World
from tests.support.redis_server import RedisServer
from tests.support.setup_pages import KEY, get
from wording import SetupText, setup_text

GREEN, RED, UNSEEN = "green", "red", "unseen"


def said(key: SetupText, **values: object) -> str:
    return setup_text("en", key, **values)


@pytest.fixture
def checked(world: World) -> Iterator[World]:
    """A world whose endpoint has a setup key, in front of a Slack that enforces the shipped manifest."""
    shipped = MANIFEST.read_text("utf-8")
    world.slack.configure(manifest=shipped, interactions_url=f"{world.hook}/slack/interactions")
    world.configure(setup_key=KEY)
    yield world
    world.slack.configure(
        manifest=shipped, interactions_url="", team_id="T0SIMTEAM", token_app_id="", token_state="live"
    )
    world.slack.rules(clock_ahead=0.0)
    world.dify.health_version("1.17.0")


def line(world: World, title: str) -> tuple[str, str]:
    return get(world.hook, key=KEY).checks[title]


def red(world: World, title: SetupText, key: SetupText, **values: object) -> bool:
    return line(world, said(title)) == (RED, said(key, **values))


def test_working_bot_has_no_red_line(checked: World) -> None:
    before = get(checked.hook, key=KEY).checks
    assert before[said(SetupText.TOKEN)][0] == GREEN
    assert "dify-bot" in before[said(SetupText.TOKEN)][1]
    assert before[said(SetupText.HAND_OFF)][0] == GREEN
    assert checked.answer(checked.ask("Hello")) == "You said: Hello"
    dm = checked.slack.dm(ANNA, "Hello")
    assert checked.answer(dm, channel=checked.slack.dm_channel()) == "You said: Hello"
    after = get(checked.hook, key=KEY).checks
    assert {title: found for title, found in after.items() if found[0] == RED} == {}
    for title in (
        said(SetupText.SECRET),
        said(SetupText.SAME_APP),
        said(SetupText.EVENT, name="app_mention"),
        said(SetupText.EVENT, name="message.im"),
        said(SetupText.STREAM),
        said(SetupText.STORAGE),
        said(SetupText.CLOCK),
        said(SetupText.VERSION),
        said(SetupText.CONNECTIONS),
        said(SetupText.APP, name=checked.app_id),
        "chat:write",
    ):
        assert after[title][0] == GREEN, title
    app = said(SetupText.APP_OK, kind="chat")
    assert after[said(SetupText.APP, name=checked.app_id)] == (GREEN, app)
    assert f"{checked.slack.team_id})" in after[said(SetupText.TOKEN)][1]
    assert "http://127.0.0.1:" in after[said(SetupText.HAND_OFF)][1]
    assert after[said(SetupText.EVENT, name="message.mpim")] == (UNSEEN, said(SetupText.UNSEEN))
    assert after[said(SetupText.BUTTONS)][0] == UNSEEN


def test_missing_secrets_are_named_with_where_they_are(checked: World) -> None:
    checked.configure(bot_token="", signing_secret="")
    assert red(checked, SetupText.TOKEN, SetupText.TOKEN_MISSING)
    assert red(checked, SetupText.SECRET, SetupText.SECRET_MISSING)
    assert line(checked, said(SetupText.HAND_OFF))[0] == UNSEEN


@pytest.mark.parametrize("state", ["token_revoked", "account_inactive"])
def test_token_that_slack_refuses_is_named_with_the_reason(checked: World, state: str) -> None:
    checked.slack.configure(token_state=state)
    assert red(checked, SetupText.TOKEN, SetupText.TOKEN_REFUSED, error=state)


def test_wrong_signing_secret_is_named(checked: World) -> None:
    assert line(checked, said(SetupText.SECRET)) == (UNSEEN, said(SetupText.SECRET_UNSEEN))
    checked.configure(signing_secret="0123456789abcdef" * 2)
    checked.ask("Hello", retries=False)
    checked.wait(lambda: line(checked, said(SetupText.SECRET))[0] == RED)


def test_token_and_secret_of_two_apps_are_named(checked: World) -> None:
    checked.answer(checked.ask("Hello"))
    checked.slack.configure(token_app_id="A0ANOTHER")
    assert red(
        checked, SetupText.SAME_APP, SetupText.OTHER_APP, token="A0ANOTHER", events=checked.slack.app_id
    )


def test_token_of_another_workspace_is_named(checked: World) -> None:
    checked.answer(checked.ask("Hello"))
    checked.slack.configure(team_id="T0OTHER")
    values = {"token": "T0OTHER", "events": "T0SIMTEAM"}
    assert red(checked, SetupText.SAME_APP, SetupText.OTHER_TEAM, **values)


def test_each_missing_scope_is_named_with_what_fails_without_it(checked: World) -> None:
    shipped = MANIFEST.read_text("utf-8")
    checked.slack.configure(manifest=shipped.replace("- files:read", "#").replace("- mpim:read", "#"))
    checks = get(checked.hook, key=KEY).checks
    assert checks["files:read"] == (
        RED,
        said(SetupText.SCOPE_MISSING, lost=said(SetupText.LOST_FILES_READ)),
    )
    assert checks["mpim:read"][0] == RED
    assert checks["files:write"] == (GREEN, said(SetupText.SCOPE_OK))


def test_app_that_is_not_published_is_named(checked: World) -> None:
    checked.dify.remove_app(checked.app_id)
    state, text = line(checked, said(SetupText.APP, name=checked.app_id))
    assert (state, text) == (RED, said(SetupText.APP_REFUSED, reason="app_missing"))


def test_unknown_app_of_a_channel_is_named(checked: World) -> None:
    checked.configure(channel_apps="C0123ABCD=no-such-app")
    assert line(checked, said(SetupText.APP, name="no-such-app"))[0] == RED
    assert line(checked, said(SetupText.APP, name=checked.app_id))[0] == GREEN


def test_required_input_that_nobody_fills_is_named(checked: World) -> None:
    form = [
        variable("tone", "text-input", required=True),
        variable("slack_user_name", "text-input", required=True),
        variable("style", "text-input", required=True),
    ]
    app = checked.dify.app(f"{checked.app_id}-form", form=form)
    checked.configure(app={"app_id": app, "inputs": {"style": "short"}})
    found = {
        name: line(checked, said(SetupText.INPUT, name=name, app=app))
        for name in ("tone", "slack_user_name", "style")
    }
    assert found == {
        "tone": (RED, said(SetupText.BY_NOTHING)),
        "slack_user_name": (GREEN, said(SetupText.BY_SLACK)),
        "style": (GREEN, said(SetupText.BY_ADMIN)),
    }


def test_clock_that_is_off_by_ten_minutes_is_named(checked: World) -> None:
    checked.slack.rules(clock_ahead=600.0)
    state, text = line(checked, said(SetupText.CLOCK))
    assert state == RED
    assert "NTP" in text


def test_broken_version_of_dify_is_named(checked: World) -> None:
    assert line(checked, said(SetupText.VERSION)) == (GREEN, "1.17.0.")
    checked.dify.health_version("1.15.0")
    assert red(checked, SetupText.VERSION, SetupText.VERSION_BROKEN, version="1.15.0")


def test_redis_that_is_away_is_named(checked: World, redis: RedisServer) -> None:
    checked.configure(redis_url=redis.url)
    assert line(checked, said(SetupText.STORAGE)) == (GREEN, said(SetupText.STORAGE_OK, name="Redis"))
    redis.stop()
    assert red(checked, SetupText.STORAGE, SetupText.STORAGE_AWAY, name="Redis")


def test_missing_address_of_files_is_named(checked: World) -> None:
    app = checked.dify.app(f"{checked.app_id}-files", form=[variable("files", "file-list", max_length=5)])
    checked.configure(app={"app_id": app, "inputs": {}})
    checked.dify.files_url("")
    try:
        file = checked.slack.add_file("plan.txt", b"hello")
        checked.answer(checked.ask("What is in it?", files=[file]))
    finally:
        checked.dify.files_url(checked.dify.url)
    checked.wait(lambda: line(checked, said(SetupText.FILES))[0] == RED)
    checked.answer(checked.ask("What is in it now?", files=[file]))
    checked.wait(lambda: line(checked, said(SetupText.FILES))[0] == GREEN)


def test_stream_that_slack_refuses_is_named_until_slack_takes_one(checked: World) -> None:
    dm = checked.slack.dm_channel()
    checked.slack.fault("chat.startStream", "error", error="feature_not_enabled", times=1)
    assert checked.answer(checked.slack.dm(ANNA, "Hello"), channel=dm) == "You said: Hello"
    state, text = line(checked, said(SetupText.STREAM))
    assert (state, "(feature_not_enabled)" in text) == (RED, True)
    checked.slack.dm(ANNA, "Again")
    checked.wait(lambda: line(checked, said(SetupText.STREAM))[0] == GREEN)


def test_rules_on_addresses_and_groups_are_named_where_the_app_cannot_read_them(checked: World) -> None:
    found = get(checked.hook, key=KEY).checks
    assert not {"users:read.email", "usergroups:read"} & set(found)
    checked.configure(allowed_users="anna@example.com")
    found = get(checked.hook, key=KEY).checks
    assert found["users:read.email"] == (
        RED,
        said(SetupText.SCOPE_MISSING, lost=said(SetupText.LOST_EMAIL)),
    )
    assert "usergroups:read" not in found
    checked.configure(allowed_users="@support")
    found = get(checked.hook, key=KEY).checks
    assert found["usergroups:read"] == (
        RED,
        said(SetupText.SCOPE_MISSING, lost=said(SetupText.LOST_USER_GROUPS)),
    )
    changed = said(SetupText.EVENT, name="subteam_members_changed")
    assert found[changed] == (UNSEEN, said(SetupText.GROUPS_UNSEEN))


def test_setting_that_cannot_be_read_is_named(checked: World) -> None:
    checked.configure(allowed_channels="general")
    state, text = line(checked, "allowed_channels")
    assert state == RED
    assert text.startswith("This setting cannot be read: ")


def test_page_without_the_key_is_that_of_an_empty_endpoint(checked: World) -> None:
    checked.answer(checked.ask("Hello"))
    page = get(checked.hook).body
    told = (checked.app_id, checked.slack.team_id, checked.slack.bot_user, "dify-bot", checked.channel)
    assert not [text for text in told if text in page]
    checked.daemon.change_hook(checked.hook, {"app": checked.settings["app"]})
    assert get(checked.hook).body == page
    assert get(checked.hook, key=KEY).status == 401


def test_ten_wrong_keys_pause_the_page(checked: World) -> None:
    assert {get(checked.hook, key="wrong").status for _ in range(10)} == {401}
    assert get(checked.hook, key=KEY).status == 429
    assert get(checked.hook).status == 200


def rule(world: World, channel: str, member: str) -> dict[str, tuple[str, str]]:
    """The lines that say which rule applies."""
    query = urlencode({"channel": channel, "member": member})
    page = get(world.hook, f"/slack/setup?{query}", key=KEY)
    return replace(page, body=page.body.partition('<ul class="checks rule">')[2]).checks


def test_last_turns_are_shown_without_words_and_names(checked: World) -> None:
    root = checked.ask("A very special question")
    assert checked.answer(root) == "You said: A very special question"
    checked.slack.say(checked.channel, BEN, "not for the bot", thread_ts=root)
    checked.wait(lambda: "<code>not_followed</code> 1" in get(checked.hook, key=KEY).body)
    page = get(checked.hook, key=KEY)
    assert f"<td>{checked.channel}</td>" in page.body
    assert "<td>answered</td>" in page.body
    assert "special question" not in page.body
    assert "Anna" not in page.body
    told = get(checked.hook, "/slack/metrics", key=KEY)
    assert told.headers["Content-Type"].startswith("text/plain; version=0.0.4")
    assert 'slack_bridge_turns_total{outcome="answered"} 1' in told.body
    assert 'slack_bridge_turn_seconds_count{until="ack"} 1' in told.body
    assert get(checked.hook, "/slack/metrics").status == 401


def test_private_questions_count_among_the_turns(checked: World) -> None:
    checked.slack.configure(commands_url=f"{checked.hook}/slack/commands")
    before = len(checked.slack.ephemeral())
    checked.slack.command(checked.channel, ANNA, "/dify", "private A very special question")
    checked.wait(lambda: len(checked.slack.ephemeral()) == before + 2)
    checked.wait(lambda: "<td>private</td>" in get(checked.hook, key=KEY).body)
    page = get(checked.hook, key=KEY)
    assert "<td>answered</td>" in page.body
    assert "special question" not in page.body
    needed = said(SetupText.CONNECTIONS_NEEDED, count=1, needed=12)
    assert page.checks[said(SetupText.CONNECTIONS)] == (GREEN, needed)
    told = get(checked.hook, "/slack/metrics", key=KEY).body
    assert 'slack_bridge_turns_total{outcome="answered"} 1' in told
    assert 'slack_bridge_turn_seconds_count{until="first_text"} 1' in told


def test_rule_names_the_app_and_whether_the_member_is_answered(checked: World) -> None:
    found = rule(checked, checked.channel, ANNA)
    assert said(SetupText.ANSWERING_APP, app=checked.app_id, setting="app") in {
        text for _, text in found.values()
    }
    assert found[said(SetupText.BY_MENTION)] == (GREEN, said(SetupText.ANSWERED))
    assert found[said(SetupText.BY_REPLY)] == (UNSEEN, said(SetupText.FOLLOWED))
    checked.configure(channel_apps=f"{checked.channel}=another-app", allowed_users=BEN, follow_threads=False)
    found = rule(checked, f"https://acme.slack.com/archives/{checked.channel}/p1", ANNA)
    assert said(SetupText.ANSWERING_APP, app="another-app", setting="channel_apps") in {
        text for _, text in found.values()
    }
    assert found[said(SetupText.BY_MENTION)] == (
        RED,
        said(SetupText.REFUSED_LIST, setting="allowed_users", id=ANNA),
    )
    found = rule(checked, checked.channel, BEN)
    by_list = said(SetupText.ANSWERED_BY, settings="allowed_users")
    assert found[said(SetupText.BY_MENTION)] == (GREEN, by_list)
    assert found[said(SetupText.BY_REPLY)] == (RED, said(SetupText.REFUSED_OFF, setting="follow_threads"))


def test_rule_knows_direct_messages_bots_and_other_organisations(checked: World) -> None:
    by_switch = said(SetupText.ANSWERED_BY, settings="direct_messages")
    assert rule(checked, "", ANNA)[said(SetupText.BY_MESSAGE)] == (GREEN, by_switch)
    checked.configure(direct_messages=False, allowed_channels="C0OTHER99")
    refused = said(SetupText.REFUSED_OFF, setting="direct_messages")
    assert rule(checked, "", ANNA)[said(SetupText.BY_MESSAGE)] == (RED, refused)
    listed = said(SetupText.REFUSED_LIST, setting="allowed_channels", id=checked.channel)
    assert rule(checked, checked.channel, ANNA)[said(SetupText.BY_MENTION)] == (RED, listed)
    checked.configure(allowed_channels="")
    stranger = checked.slack.add_user("eve", foreign=True)
    external = said(SetupText.REFUSED_EXTERNAL, setting="slack_connect")
    assert rule(checked, checked.channel, stranger)[said(SetupText.BY_MENTION)] == (RED, external)
    assert rule(checked, checked.channel, OTHER_BOT)[said(SetupText.BY_MENTION)] == (
        RED,
        said(SetupText.REFUSED_BOT),
    )
    assert rule(checked, checked.channel, "U0NOBODY00")[said(SetupText.MEMBER)][0] == RED
    assert rule(checked, "#nowhere", ANNA)[said(SetupText.CHANNEL)][0] == RED
    named = checked.slack.add_channel("shared-with-eve", ext_shared=True)
    assert rule(checked, "#shared-with-eve", "@eve") == rule(checked, named, stranger)
