"""Each rule on members counts however a member asks: by a message, a press, a command, a shortcut or an emoji."""

from collections.abc import Callable, Iterator

import pytest

from tests.conversations.world import ANNA, BEN, World
from wording import Say
from wording.en import EN

MANY = [f"U{number:07d}" for number in range(5_000)]
TRAVEL = "What is our travel policy?"


def in_the_channel(world: World, user: str) -> None:
    world.ask("may I?", user=user)


def in_an_open_channel(world: World, user: str) -> None:
    world.slack.say(world.slack.add_channel("help", ext_shared=True), user, "may I?")


def in_a_group(world: World, user: str) -> None:
    group = world.slack.add_channel("group", kind="mpim")
    world.slack.say(group, user, world.slack.mentioning("may I?"))


def directly(world: World, user: str) -> None:
    world.slack.dm(user, "may I?")


def in_a_thread(world: World, user: str) -> None:
    root = world.ask("a question of Anna's")
    world.answers(root)
    world.ask("may I?", user=user, thread_ts=root)


def by_a_press(world: World, user: str) -> None:
    root = world.ask("")
    ts = world.answers(root)[0].ts
    assert world.slack.press(world.channel, ts, user, "ask_0", "may I?").status == 200


def by_a_command(world: World, user: str) -> None:
    world.slack.command(world.channel, user, "/dify", "may I?")


def by_a_shortcut(world: World, user: str) -> None:
    ts = world.slack.say(world.channel, BEN, "may I?")
    world.slack.shortcut(world.channel, ts, user)


def by_an_emoji(world: World, user: str) -> None:
    world.slack.react(world.channel, user, world.slack.say(world.channel, BEN, "may I?"), "robot_face")


WAYS: dict[str, Callable[[World, str], None]] = {
    way.__name__: way
    for way in (
        in_the_channel,
        in_an_open_channel,
        in_a_group,
        directly,
        in_a_thread,
        by_a_press,
        by_a_command,
        by_a_shortcut,
        by_an_emoji,
    )
}


@pytest.fixture
def ready(world: World) -> Iterator[World]:
    """A world with presses and commands, an app with a suggested question, and an open channel by its name."""
    urls = {f"{name}_url": f"{world.hook}/slack/{name}" for name in ("interactions", "commands")}
    world.slack.configure(**urls)
    world.dify.app(world.app_id, "advanced-chat", opening_statement="Hi.", suggested_questions=[TRAVEL])
    world.configure(open_channels="#help", reaction_trigger="robot_face")
    yield world
    world.slack.configure(interactions_url="", commands_url="", enterprise_id="")


def asked(world: World) -> int:
    return sum("may I?" in record["query"] for record in world.dify.invocations())


def guest(world: World) -> str:
    return world.slack.add_user("gil", is_restricted=True)


def outsider(world: World) -> str:
    return world.slack.add_user("eve", foreign=True)


def guest_of_a_sister_workspace(world: World) -> str:
    world.slack.configure(enterprise_id="E0OURS")
    return world.slack.add_user("gus", team_id="T0SISTER0", enterprise_id="E0OURS", is_restricted=True)


def one_of_5000(world: World) -> str:
    member = world.slack.add_user("maya")
    world.slack.add_group("support", [*MANY, member, ANNA])
    world.slack.add_group("others", [*MANY, ANNA])
    return member


# Who asks, with which settings the asker is refused and answered, and what is told.
RULES: dict[str, tuple[Callable[[World], str], dict[str, object], dict[str, object], Say]] = {
    "guest": (guest, {"guests": False}, {"guests": True}, Say.NO_GUESTS),
    "guest of a sister workspace": (
        guest_of_a_sister_workspace,
        {"guests": False},
        {"guests": True},
        Say.NO_GUESTS,
    ),
    "Connect member": (outsider, {}, {"slack_connect": True}, Say.NO_OUTSIDERS),
    "group of 5,000": (
        one_of_5000,
        {"allowed_users": "@others"},
        {"allowed_users": "@support"},
        Say.NOT_ALLOWED,
    ),
}
# Slack has no commands for members of other organisations, and no sister workspace shares our direct messages.
EVERY = [
    (rule, way)
    for rule in RULES
    for way in WAYS
    if not (rule == "Connect member" and way in {"by_a_command", "directly"})
]


@pytest.mark.parametrize(("rule", "way"), EVERY)
def test_refused_member_is_told_alone_whatever_the_way(ready: World, rule: str, way: str) -> None:
    who, refusing, _, key = RULES[rule]
    user = who(ready)
    ready.channel = ready.slack.add_channel("shared", ext_shared=True)  # everybody is in a new channel
    ready.configure(**refusing)
    WAYS[way](ready, user)
    ready.wait(lambda: [one for one in ready.slack.ephemeral() if one.ephemeral_for == user])
    ready.settle(5)
    told = [one.text for one in ready.slack.ephemeral() if one.ephemeral_for == user]
    assert told == [EN[key]]
    assert asked(ready) == 0


@pytest.mark.parametrize(("rule", "way"), EVERY)
def test_allowed_member_is_answered_whatever_the_way(ready: World, rule: str, way: str) -> None:
    who, _, answering, _ = RULES[rule]
    user = who(ready)
    ready.channel = ready.slack.add_channel("shared", ext_shared=True)
    ready.configure(**answering)
    WAYS[way](ready, user)
    ready.wait(lambda: asked(ready) == 1)
    assert [one.text for one in ready.slack.ephemeral() if one.ephemeral_for == user] == []
