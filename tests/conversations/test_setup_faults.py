"""Each fault of a set-up: the self-check names it and says what to click, and the member gets the right short text.

Where no request of Slack's counts as genuine, or nothing can be written in Slack, no member can be told.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from urllib.parse import urlencode

import pytest

from setup_page.app_manifest import VARIANTS, VariantName, app_manifest
from setup_page.rendering import words_of
from setup_page.slack_checks import LOST
from simulators.dify import script
from simulators.dify.apps import variable
from simulators.stack import MANIFEST, SimulatedDaemon
from tests.conversations.matrix import control_of
from tests.conversations.world import ANNA, World
from tests.support.redis_server import RedisServer
from tests.support.setup_pages import KEY, get
from wording import SETUP_CATALOGUES, Say, SetupText, setup_text
from wording.en import EN

GREEN, RED, UNSEEN = "green", "red", "unseen"
HELLO = "You said: hello"
MEMBER_RULES = next(variant for variant in VARIANTS if variant.name is VariantName.MEMBER_RULES)


def said(key: SetupText, **values: object) -> str:
    return setup_text("en", key, **values)


@pytest.fixture
def checked(world: World) -> Iterator[World]:
    """A world with a setup key, in front of a Slack that enforces the shipped manifest."""
    shipped = MANIFEST.read_text("utf-8")
    urls = {f"{name}_url": f"{world.hook}/slack/{name}" for name in ("interactions", "commands")}
    world.slack.configure(manifest=shipped, **urls)
    world.configure(setup_key=KEY)
    yield world
    world.slack.configure(
        manifest=shipped,
        interactions_url="",
        commands_url="",
        socket_mode="off",
        team_id="T0SIMTEAM",
        token_app_id="",
        token_state="live",
    )
    world.slack.rules(clock_ahead=0.0)
    world.dify.health_version("1.17.0")
    world.dify.files_url(world.dify.url)
    if isinstance(world.daemon, SimulatedDaemon):
        world.daemon.control.clear_faults()
        world.daemon.control.storage_fault("")


def line(world: World, title: str) -> tuple[str, str]:
    return get(world.hook, key=KEY).checks[title]


@dataclass(frozen=True)
class Fault:
    """`make` makes the fault. Then a member asks "hello" and gets `answer`; "": nothing, since nobody can be reached.

    `title` and `text` are those of the line that names the fault, `values` those in the text.
    """

    make: Callable[[World], object]
    title: SetupText
    text: SetupText
    answer: str = HELLO
    state: str = RED
    values: dict[str, object] = field(default_factory=dict)


def other_form(world: World) -> str:
    return world.dify.app(f"{world.app_id}-other", "advanced-chat", form=[variable("tone", required=False)])


def wrong_key(world: World) -> None:
    world.dify.revoke_keys(world.app_id)
    world.configure(dify_api_key=world.dify.api_key(world.app_id), dify_api_url=f"{world.dify.url}/v1")


def key_of_another_app(world: World) -> None:
    key = world.dify.api_key(other_form(world))
    world.configure(dify_api_key=key, dify_api_url=f"{world.dify.url}/v1")


def switched_off_api(world: World) -> None:
    world.dify.switch_api_off(world.app_id)
    world.configure(dify_api_key=world.dify.api_key(world.app_id), dify_api_url=f"{world.dify.url}/v1")


def api_elsewhere(world: World) -> None:
    world.configure(dify_api_key=world.dify.api_key(world.app_id), dify_api_url="http://127.0.0.1:9/v1")


def without_an_input(world: World) -> None:
    app = world.dify.app(f"{world.app_id}-form", form=[variable("tone", "text-input", required=True)])
    world.app_id = app
    world.configure(app={"app_id": app, "inputs": {}})


def dify_1_15(world: World) -> None:
    world.dify.health_version("1.15.0")
    world.dify.script(script.refuse(400, "user not found"), world.app_id)


INPUT_MISSING = EN[Say.INPUT_MISSING].format(variable="tone")
FAULTS = {
    "wrong signing secret": Fault(
        lambda world: world.configure(signing_secret="0123456789abcdef" * 2),
        SetupText.SECRET,
        SetupText.SECRET_WRONG,
        "",
    ),
    "token of another app": Fault(
        lambda world: world.slack.configure(token_app_id="A0ANOTHER"),
        SetupText.SAME_APP,
        SetupText.OTHER_APP,
    ),
    "token revoked": Fault(
        lambda world: world.slack.configure(token_state="token_revoked"),
        SetupText.TOKEN,
        SetupText.TOKEN_REFUSED,
        "",
    ),
    "app uninstalled": Fault(
        lambda world: world.slack.configure(token_state="account_inactive"),
        SetupText.TOKEN,
        SetupText.TOKEN_REFUSED,
        "",
    ),
    "app deleted": Fault(
        lambda world: world.dify.remove_app(world.app_id),
        SetupText.APP,
        SetupText.APP_REFUSED,
        EN[Say.APP_MISCONFIGURED],
    ),
    "app not published": Fault(
        lambda world: world.dify.app(world.app_id, "advanced-chat", published=False),
        SetupText.APP,
        SetupText.APP_REFUSED,
        EN[Say.UNSUPPORTED_APP],
    ),
    "unknown app of the channel": Fault(
        lambda world: world.configure(channel_apps=f"{world.channel}=no-such-app"),
        SetupText.APP,
        SetupText.APP_REFUSED,
        EN[Say.APP_MISCONFIGURED],
    ),
    "input that nobody fills": Fault(without_an_input, SetupText.INPUT, SetupText.BY_NOTHING, INPUT_MISSING),
    "storage full": Fault(
        lambda world: control_of(world).storage_fault("full"), SetupText.STORAGE, SetupText.STORAGE_FULL
    ),
    "storage away": Fault(
        lambda world: control_of(world).storage_fault("fail"),
        SetupText.STORAGE,
        SetupText.STORAGE_AWAY,
        values={"name": "Dify"},
    ),
    "hand-off unreachable": Fault(
        lambda world: control_of(world).refuse(status=503),
        SetupText.HAND_OFF,
        SetupText.HAND_OFF_FAILED,
        EN[Say.NOT_TAKEN],
        values={"example": "http://plugin-daemon:5002"},
    ),
    "clock off by ten minutes": Fault(
        lambda world: world.slack.rules(clock_ahead=600.0), SetupText.CLOCK, SetupText.CLOCK_OFF, ""
    ),
    "Dify 1.15.0": Fault(
        dify_1_15,
        SetupText.VERSION,
        SetupText.VERSION_BROKEN,
        EN[Say.DIFY_BROKEN],
        values={"version": "1.15.0"},
    ),
    "wrong API key": Fault(wrong_key, SetupText.API_KEY, SetupText.KEY_REFUSED),
    "API off": Fault(switched_off_api, SetupText.API_KEY, SetupText.KEY_OFF),
    "API elsewhere": Fault(
        api_elsewhere,
        SetupText.API_KEY,
        SetupText.KEY_AWAY,
        values={"example": "http://api:5001/v1"},
    ),
    "API key of another app": Fault(key_of_another_app, SetupText.API_KEY, SetupText.KEY_OTHER_APP),
    "Socket Mode by mistake": Fault(
        lambda world: world.slack.configure(socket_mode="on"),
        SetupText.ARRIVAL,
        SetupText.ARRIVAL_UNSEEN,
        "",
        state=UNSEEN,
    ),
}


def told(world: World, root: str) -> str:
    """What the member is told, in the thread or alone."""
    answers = world.slack.answers(world.channel, root)
    alone = [one for one in world.slack.ephemeral() if one.ephemeral_for == ANNA]
    return "".join(one.text for one in answers or alone)


def beginning(key: SetupText) -> str:
    """What stands before the first value of a text."""
    return SETUP_CATALOGUES["en"][key].partition("{")[0]


def named(world: World, fault: Fault) -> bool:
    """Whether a line of the self-check names the fault."""
    text = said(fault.text, **fault.values) if fault.values else beginning(fault.text)
    checks = get(world.hook, key=KEY).checks
    lines = [found for title, found in checks.items() if title.startswith(beginning(fault.title))]
    return any(state == fault.state and found.startswith(text) for state, found in lines)


@pytest.mark.simulated
@pytest.mark.parametrize("name", FAULTS)
def test_fault_is_named_to_the_admin_and_told_to_the_member(checked: World, name: str) -> None:
    fault, world = FAULTS[name], checked
    fault.make(world)
    root = world.ask("hello")
    if fault.answer:
        world.wait(lambda: told(world, root) == fault.answer)
        if world.slack.answers(world.channel, root):
            world.answers(root)
    else:
        world.settle(12)
    assert told(world, root) == fault.answer
    world.wait(lambda: named(world, fault))


@pytest.mark.simulated
@pytest.mark.parametrize("state", ["token_revoked", "account_inactive", "invalid_auth"])
def test_author_of_a_command_is_told_that_the_token_is_dead(checked: World, state: str) -> None:
    checked.slack.configure(token_state=state)
    checked.slack.command(checked.channel, ANNA, "/dify", "hello")
    [one] = checked.wait(checked.slack.ephemeral)
    assert (one.text, one.ephemeral_for) == (EN[Say.NOT_SET_UP], ANNA)


def test_author_of_a_command_is_told_that_the_token_is_missing(checked: World) -> None:
    checked.configure(bot_token="")
    checked.slack.command(checked.channel, ANNA, "/dify", "hello")
    [one] = checked.wait(checked.slack.ephemeral)
    assert one.text == EN[Say.NOT_SET_UP]


def test_token_of_another_workspace_is_named_and_nobody_is_answered(checked: World) -> None:
    """The token of this workspace could not write in the other one."""
    other = {
        "team_id": "T0OTHER00",
        "authorizations": [{"team_id": "T0OTHER00", "user_id": checked.slack.bot_user}],
    }
    checked.configure(slack_connect=True)
    root = checked.ask("hello", around=other)
    said_so = said(SetupText.OTHER_TEAM, token=checked.slack.team_id, events="T0OTHER00")
    checked.wait(lambda: line(checked, said(SetupText.SAME_APP)) == (RED, said_so))
    checked.settle(10)
    assert told(checked, root) == ""


# Without these nothing comes, or nothing can be written.
MUTE = {"app_mentions:read": "", "chat:write": ""}


@pytest.mark.parametrize("scope", sorted(LOST))
def test_missing_scope_is_named_and_a_mention_is_answered_all_the_same(checked: World, scope: str) -> None:
    world, words = checked, words_of("en")
    manifest = app_manifest(MEMBER_RULES, world.hook, words)
    bot = manifest["oauth_config"]["scopes"]["bot"]
    if scope == "reactions:read":
        world.configure(reaction_trigger="robot_face")  # otherwise nothing lacks it
    else:
        bot.remove(scope)
    if scope == "app_mentions:read":
        manifest["settings"]["event_subscriptions"]["bot_events"].remove("app_mention")
    world.slack.configure(manifest=json.dumps(manifest))
    root = world.ask("hello")
    if scope in MUTE:
        world.settle(12)
        assert told(world, root) == ""
    else:
        assert world.answer(root) == HELLO
    lost = said(SetupText.SCOPE_MISSING, lost=said(LOST[scope]))
    assert line(world, scope) == (RED, lost)


def without(world: World, scope: str) -> None:
    manifest = app_manifest(MEMBER_RULES, world.hook, words_of("en"))
    manifest["oauth_config"]["scopes"]["bot"].remove(scope)
    world.slack.configure(manifest=json.dumps(manifest))


def test_member_is_told_under_the_answer_that_a_file_could_not_be_read(checked: World) -> None:
    app = checked.dify.app(f"{checked.app_id}-in", form=[variable("files", "file-list", max_length=5)])
    checked.configure(app={"app_id": app, "inputs": {}})
    without(checked, "files:read")
    file = checked.slack.add_file("plan.txt", b"hello")
    text = checked.answer(checked.ask("hello", files=[file]))
    assert text.startswith(HELLO)
    assert EN[Say.FILE_LOGIN_PAGE] in text
    assert line(checked, "files:read")[0] == RED


def test_member_is_told_under_the_answer_that_a_file_is_lost(checked: World) -> None:
    without(checked, "files:write")
    url = checked.dify.add_file("chart.png", "image/png", b"\x89PNG" + b"x" * 900)
    file = {"url": url[url.index("/files/") :], "type": "image", "filename": "a.png"}
    checked.dify.script(script.say("Here.") + script.end_files(file), checked.app_id)
    root = checked.ask("hello")
    seen = "\n".join(answer.text for answer in checked.answers(root))
    assert EN[Say.FILE_LOST].format(name="a.png") in seen
    assert line(checked, "files:write")[0] == RED


def test_bot_that_is_not_in_the_channel_is_named_and_who_commands_is_told(checked: World) -> None:
    elsewhere = checked.slack.add_channel("elsewhere", bot=False)
    checked.slack.command(elsewhere, ANNA, "/dify", "hello")
    [one] = checked.wait(checked.slack.ephemeral)
    assert one.text == EN[Say.NOT_INVITED]
    query = urlencode({"channel": "#elsewhere", "member": "@anna"})
    page = get(checked.hook, f"/slack/setup?{query}", key=KEY)
    red = said(SetupText.PLACE_NO_MEMBER, bot="dify-bot")
    assert page.checks[said(SetupText.PLACE)] == (RED, red)
    assert page.checks[said(SetupText.BY_MENTION)] == (GREEN, said(SetupText.ANSWERED))


def test_files_without_an_address_are_named_and_told_under_the_answer(checked: World) -> None:
    app = checked.dify.app(f"{checked.app_id}-files", form=[variable("files", "file-list", max_length=5)])
    checked.configure(app={"app_id": app, "inputs": {}})
    checked.dify.files_url("")
    file = checked.slack.add_file("plan.txt", b"hello")
    text = checked.answer(checked.ask("hello", files=[file]))
    assert EN[Say.FILE_UPLOAD_UNSET] in text
    unset = said(SetupText.FILES_UNSET, example="http://api:5001")
    assert line(checked, said(SetupText.FILES)) == (RED, unset)


def test_redis_that_is_away_is_named_and_the_member_is_answered(checked: World, redis: RedisServer) -> None:
    checked.configure(redis_url=redis.url)
    redis.stop()
    assert checked.answer(checked.ask("hello")) == HELLO
    assert line(checked, said(SetupText.STORAGE)) == (RED, said(SetupText.STORAGE_AWAY, name="Redis"))


@pytest.mark.simulated
def test_address_that_slack_does_not_use_is_named(checked: World) -> None:
    """The daemon tells the plugin the name under which a request reached it."""
    event = {"type": "app_mention", "channel": checked.channel, "user": ANNA, "ts": "1763881234.000100"}
    body = json.dumps({"type": "event_callback", "team_id": checked.slack.team_id, "event": event}).encode()
    headers = checked.slack.sign(body) | {"Host": "slack.example.com", "X-Forwarded-Proto": "https"}
    assert checked.post("/slack/events", body, headers)[0] == 200
    hook = checked.hook.partition("/e/")[2]
    came, shown = (f"https://{host}.example.com/e/{hook}" for host in ("slack", "dify"))
    title = said(SetupText.ARRIVAL)
    page = get(checked.hook, key=KEY, host="dify.example.com")
    assert page.checks[title] == (RED, said(SetupText.ARRIVAL_ELSEWHERE, came=came, shown=shown))
    page = get(checked.hook, key=KEY, host="slack.example.com")
    assert page.checks[title] == (GREEN, said(SetupText.ARRIVAL_OK, address=came))
    assert checked.answer(checked.ask("hello")) == HELLO
    page = get(checked.hook, key=KEY, host="dify.example.com")  # as behind a relay
    assert page.checks[title][0] == GREEN


def test_completion_app_with_a_wrong_key_is_named_and_told(checked: World) -> None:
    app = checked.dify.app(f"{checked.app_id}-c", "completion", form=[variable("query", "paragraph")])
    key = {"dify_api_key": checked.dify.api_key(app), "dify_api_url": f"{checked.dify.url}/v1"}
    checked.configure(app={"app_id": app, "inputs": {}}, **key)
    checked.dify.revoke_keys(app)
    assert checked.answer(checked.ask("hello")) == EN[Say.API_REFUSED]
    assert line(checked, said(SetupText.API_KEY, name=app)) == (RED, said(SetupText.KEY_REFUSED))


def test_completion_app_is_named_with_the_key_that_it_needs_and_is_green_with_it(checked: World) -> None:
    app = checked.dify.app(f"{checked.app_id}-k", "completion", form=[variable("query", "paragraph")])
    checked.configure(app={"app_id": app, "inputs": {}})
    assert checked.answer(checked.ask("hello")) == EN[Say.COMPLETION_APP]
    state, text = line(checked, said(SetupText.APP, name=app))
    assert (state, "needs Dify API key" in text) == (RED, True)
    checked.configure(dify_api_key=checked.dify.api_key(app), dify_api_url=f"{checked.dify.url}/v1")
    assert line(checked, said(SetupText.APP, name=app)) == (GREEN, said(SetupText.APP_OK, kind="completion"))
    assert checked.answer(checked.ask("hello")).startswith("You said:")


def test_right_key_is_green_with_the_name_of_its_app(checked: World) -> None:
    key = {"dify_api_key": checked.dify.api_key(checked.app_id), "dify_api_url": f"{checked.dify.url}/v1"}
    checked.configure(**key)
    title = said(SetupText.API_KEY, name=checked.app_id)
    ok = said(SetupText.KEY_OK, name=checked.app_id, mode="advanced-chat")
    assert line(checked, title) == (GREEN, ok)
    assert key["dify_api_key"] not in get(checked.hook, key=KEY).body
    checked.configure(dify_api_key="")
    assert title not in get(checked.hook, key=KEY).checks
