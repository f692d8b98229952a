"""The set-up page of an endpoint without any secret leads to a bot that does what the chosen variant promises.

Source: docs/platform/slack.md#app-manifest. The simulated Slack enforces the scopes and the events of the manifest.
"""

import json

import pytest

from setup_page.app_manifest import VARIANTS, VariantName
from simulators.dify import script
from simulators.dify.apps import variable
from tests.conversations.world import ANNA, BEN, World
from tests.support.setup_pages import get
from wording import SETUP_CATALOGUES, SetupText, setup_text

PDF = b"%PDF-1.7 " + b"x" * 2000


def set_up(world: World, name: VariantName) -> None:
    """Do what the page says: create the app by its link, then give Dify both secrets."""
    manifest = get(world.hook).manifests[list(VariantName).index(name)]
    checked = world.slack.create_app(json.dumps(manifest))
    assert checked is not None
    assert (checked.state, checked.attempts[-1].body) == ("accepted", checked.body["challenge"])
    world.configure(bot_token=world.slack.token, signing_secret=world.slack.signing_secret)


def takes_files(world: World) -> None:
    """Let the app take files and make one."""
    app = world.dify.app(f"{world.app_id}-files", form=[variable("files", "file-list", max_length=5)])
    world.configure(app={"app_id": app, "inputs": {}})
    url = world.dify.add_file("chart.png", "image/png", PDF)
    file = {"url": url[url.index("/files/") :], "type": "image", "filename": "a.png"}
    world.dify.script(script.say("Here.") + script.end_files(file), app, when="Draw")


def beyond_messages(world: World) -> None:
    """Ask by the slash command and the shortcut, open the Home tab, invite the bot into two channels."""
    slack = world.slack
    before = {message.ts for message in slack.messages(world.channel)}
    assert slack.command(world.channel, ANNA, "/dify", "By command").status == 200
    [root] = world.wait(lambda: [one for one in slack.messages(world.channel) if one.ts not in before])[:1]
    assert world.answers(root.ts, count=2)[1].text == "You said: By command"
    about = slack.say(world.channel, BEN, "What does that mean?")
    assert slack.shortcut(world.channel, about, ANNA).status == 200
    assert "What does that mean?" in world.answers(about, count=2)[1].text
    slack.open_home()
    world.wait(lambda: slack.home().get("blocks"))
    for number, kind in enumerate(("channel", "group"), start=1):
        slack.invite(slack.add_channel(f"new-{kind}", kind=kind, bot=False), ANNA)
        world.wait(lambda: len(slack.ephemeral()) == number)  # noqa: B023 - waits within the round


def scopes(name: VariantName) -> set[str]:
    return next(set(variant.scopes) for variant in VARIANTS if variant.name is name)


def test_page_is_served_before_any_secret_exists(empty: World) -> None:
    page = get(empty.hook)
    assert page.status == 200
    assert page.headers["Content-Type"] == "text/html; charset=utf-8"
    assert page.headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert len(page.manifests) == len(VARIANTS)
    for manifest in page.manifests:
        events = manifest["settings"]["event_subscriptions"]
        if not manifest["settings"]["socket_mode_enabled"]:
            assert events["request_url"] == f"{empty.hook}/slack/events"


@pytest.mark.parametrize("language", SETUP_CATALOGUES)
def test_page_speaks_the_browsers_language_and_the_one_that_is_chosen(empty: World, language: str) -> None:
    title = setup_text(language, SetupText.TITLE)
    assert f"<h1>{title}</h1>" in get(empty.hook, languages=f"tlh, {language};q=0.9, en;q=0.1").body
    assert f"<h1>{title}</h1>" in get(empty.hook, f"/slack/setup?lang={language}", languages="pt-BR").body


def test_address_comes_from_the_daemon_and_not_from_the_query(empty: World) -> None:
    evil = "https://evil.example.com/e/hook0001"
    assert "evil" not in get(empty.hook, f"/slack/setup?base={evil}&address={evil}").body


def test_self_check_asks_for_a_key(empty: World) -> None:
    page = get(empty.hook, "/slack/setup?check=1")
    headers = {
        name.lower(): value for name, value in page.headers.items()
    }  # each daemon has its own capitals
    assert (page.status, headers["www-authenticate"]) == (
        401,
        'Basic realm="Slack Bridge", charset="UTF-8"',
    )


@pytest.mark.parametrize("name", [VariantName.STANDARD, VariantName.AGENT])
def test_standard_does_what_it_promises_and_no_scope_is_left_over(empty: World, name: VariantName) -> None:
    set_up(empty, name)
    takes_files(empty)
    slack = empty.slack
    slack.rules(mpim_mentions=True)
    public, private = empty.channel, slack.add_channel("private", kind="group")
    group = slack.add_channel("group", kind="mpim")
    for channel in (public, private):
        root = empty.ask("First", channel=channel)
        assert empty.answer(root, channel=channel) == "You said: First"
        slack.say(channel, ANNA, "And then?", thread_ts=root)  # without a mention
        assert empty.answer(root, channel=channel, count=2) == "You said: And then?"
    assert empty.answer(slack.dm(ANNA, "Hello"), channel=slack.dm_channel()) == "You said: Hello"
    root = empty.ask("All of us", channel=group, order="mention_first")
    assert empty.answer(root, channel=group) == "You said: All of us"
    file = slack.add_file("plan.pdf", PDF, "application/pdf")
    assert empty.answer(empty.ask("What is in it?", files=[file])) == "You said: What is in it?"
    assert "plan.pdf" in [one["name"] for one in empty.dify.uploads()]
    assert empty.answers(empty.ask("Draw"), count=2)[0].text == "Here."
    root = slack.say(public, BEN, "We meet on Tuesday")
    assert "We meet on Tuesday" in empty.answer(empty.ask("When?", thread_ts=root) and root)
    beyond_messages(empty)
    assert slack.used_scopes() == scopes(name)
    refused = {call.method for call in slack.calls() if call.outcome == "missing_scope"}
    assert refused <= {
        "conversations.info"
    }  # which tells, by refusing, that a channel is no group direct message


def test_mentions_only_does_what_it_promises_and_no_scope_is_left_over(empty: World) -> None:
    set_up(empty, VariantName.MENTIONS_ONLY)
    takes_files(empty)
    slack = empty.slack
    root = slack.say(empty.channel, BEN, "We meet on Tuesday")
    slack.say(slack.dm_channel(), ANNA, "Hello")
    empty.ask("When?", thread_ts=root)
    assert empty.answer(root) == "You said: When?"  # nothing of what Ben wrote
    slack.say(empty.channel, ANNA, "And where?", thread_ts=root)
    file = slack.add_file("plan.pdf", PDF, "application/pdf")
    assert empty.answer(empty.ask("What is in it?", files=[file])) == "You said: What is in it?"
    assert "plan.pdf" in [one["name"] for one in empty.dify.uploads()]
    assert empty.answers(empty.ask("Draw"), count=2)[0].text == "Here."
    assert slack.used_scopes() == scopes(VariantName.MENTIONS_ONLY)
    assert {delivery.kind for delivery in slack.deliveries()} <= {"app_mention", "url_verification"}
    asked = [run["query"] for run in empty.dify.invocations()]
    assert asked == ["When?", "What is in it?", "Draw"]


def test_member_rules_read_addresses_and_groups_and_no_scope_is_left_over(empty: World) -> None:
    set_up(empty, VariantName.MEMBER_RULES)
    slack = empty.slack
    eve = slack.add_user("eve", email="eve@example.com")
    group = slack.add_group("support", [ANNA])
    empty.configure(allowed_users="eve@example.com, @support")
    for user in (eve, ANNA):
        root = slack.say(empty.channel, user, f"<@{slack.bot_user}> Hello")
        assert empty.answer(root) == "You said: Hello"
    slack.regroup(group, [BEN])
    root = slack.say(empty.channel, BEN, f"<@{slack.bot_user}> And I?")
    assert empty.answer(root) == "You said: And I?"
    extra = scopes(VariantName.MEMBER_RULES) - scopes(VariantName.STANDARD)
    assert extra <= slack.used_scopes() <= scopes(VariantName.MEMBER_RULES)
    assert "subteam_members_changed" in {delivery.kind for delivery in slack.deliveries()}


def test_emoji_asks_with_its_variant_and_no_scope_is_left_over(empty: World) -> None:
    set_up(empty, VariantName.REACTIONS)
    slack = empty.slack
    empty.configure(reaction_trigger="robot_face")
    channels = [slack.add_channel(f"emoji-{kind}", kind=kind) for kind in ("channel", "group", "mpim")]
    for channel in (*channels, slack.dm_channel(ANNA)):
        before = slack.say(channel, BEN, "What does that mean?", only=["none"])
        slack.react(channel, ANNA, before, "robot_face")
        assert "What does that mean?" in empty.answer(before, channel=channel)
    extra = scopes(VariantName.REACTIONS) - scopes(VariantName.STANDARD)
    assert extra == {"reactions:read"}
    assert extra <= slack.used_scopes() <= scopes(VariantName.REACTIONS)
    assert "reaction_added" in {delivery.kind for delivery in slack.deliveries()}


def test_socket_mode_gives_slack_no_address(empty: World) -> None:
    manifest = get(empty.hook).manifests[list(VariantName).index(VariantName.SOCKET_MODE)]
    assert empty.slack.create_app(json.dumps(manifest)) is None
    assert "request_url" not in json.dumps(manifest)
    assert scopes(VariantName.SOCKET_MODE) == scopes(VariantName.STANDARD)
