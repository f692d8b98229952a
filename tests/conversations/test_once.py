"""Each message is answered exactly once, and only if it is meant for the bot."""

import pytest

from simulators.dify import script
from tests.conversations.answers import long_text
from tests.conversations.world import ANNA, BEN, CAROL, World
from wording import Say
from wording.en import EN


def asked(world: World) -> int:
    return len(world.dify.invocations())


@pytest.mark.parametrize("order", ["mention_first", "message_first", "at_once"])
def test_mention_that_comes_as_two_events_is_answered_once(world: World, order: str) -> None:
    root = world.ask("hello", order=order)
    world.answers(root)
    assert asked(world) == 1
    assert len(world.slack.deliveries(ts=root)) == 2


def test_message_delivered_four_times_at_once_is_answered_once(world: World) -> None:
    world.dify.script(script.say("Once.", seconds=5), world.app_id)
    root = world.ask("hello", deliveries=4)
    assert [answer.text for answer in world.answers(root)] == ["Once."]
    assert asked(world) == 1
    states = {one.state for one in world.deliveries("app_mention", ts=root)}
    assert states == {"accepted"}


def test_retry_after_a_restart_is_not_answered_again(world: World) -> None:
    root = world.ask("hello")
    world.answers(root)
    [delivery] = world.deliveries("app_mention", ts=root)
    world.daemon.restart()
    headers = world.slack.sign(delivery.raw)
    assert world.post("/slack/events", delivery.raw, headers | {"X-Slack-Retry-Num": "1"})[0] == 200
    world.settle(10)
    assert asked(world) == 1
    assert len(world.slack.answers(world.channel, root)) == 1


@pytest.mark.parametrize("visible", [True, False])
def test_retry_of_a_turn_cut_by_a_restart_ends_the_turn_without_running_it_again(
    world: World, visible: bool
) -> None:
    """A turn never runs again: the text so far is ended, and the member is told to ask again.

    See docs/architecture.md#d10-never-run-twice.
    """
    steps = script.say(long_text(3000), seconds=100) if visible else script.silence()
    world.dify.script(steps, world.app_id)
    root = world.ask("hello", only=["app_mention"])
    world.wait(lambda: bool(world.slack.answers(world.channel, root)) == visible and world.dify.running())
    world.settle(5)
    [delivery] = world.deliveries("app_mention", ts=root)
    world.daemon.restart()
    headers = world.slack.sign(delivery.raw)
    for retry in ("1", "2"):
        assert world.post("/slack/events", delivery.raw, headers | {"X-Slack-Retry-Num": retry})[0] == 200
    world.wait(
        lambda: any(EN[Say.INTERRUPTED] in one.seen for one in world.slack.answers(world.channel, root))
    )
    world.settle(60)
    [answer] = world.slack.answers(world.channel, root)
    assert answer.seen.count(EN[Say.INTERRUPTED]) == 1
    assert world.slack.open_streams() == []
    assert asked(world) == 1


def test_message_that_is_not_meant_for_the_bot_is_not_answered(world: World) -> None:
    slack, channel = world.slack, world.channel
    root = world.ask("hello")
    world.answers(root)
    slack.edit(channel, root, slack.mentioning("hello again"))
    slack.bot_says(channel, slack.mentioning("ping"))
    slack.join(channel, CAROL)
    slack.system_notice(channel, slack.mentioning("a notice"))
    slack.say(channel, BEN, "just talking")
    slack.unfurl(channel, root)
    slack.say(channel, slack.bot_user, slack.mentioning("me"), bot_id=slack.bot_id)
    world.settle(20)
    assert asked(world) == 1
    assert len(slack.calls("chat.startStream")) + len(slack.calls("chat.postMessage")) == 1


def test_reply_without_a_mention_is_answered_only_from_a_member_who_asked_before(world: World) -> None:
    root = world.ask("hello")
    world.answers(root)
    world.slack.say(world.channel, BEN, "I think so too", thread_ts=root)
    world.slack.say(world.channel, ANNA, f"<@{BEN}> what do you say?", thread_ts=root)
    world.settle(10)
    assert asked(world) == 1
    world.slack.say(world.channel, ANNA, "and then?", thread_ts=root)
    world.answers(root, count=2)
    world.ask("me too", user=BEN, thread_ts=root)
    world.answers(root, count=3)
    world.slack.say(world.channel, BEN, "and now me without", thread_ts=root)
    world.answers(root, count=4)
    assert [one["query"].splitlines()[-1] for one in world.dify.invocations()] == [
        "hello",
        "and then?",
        "me too",
        "and now me without",
    ]


def test_reply_without_a_mention_is_not_answered_when_threads_are_not_followed(world: World) -> None:
    world.configure(follow_threads=False)
    root = world.ask("hello")
    world.answers(root)
    world.slack.say(world.channel, ANNA, "and then?", thread_ts=root)
    world.settle(10)
    assert asked(world) == 1


def test_mention_is_taken_out_anywhere_in_the_text(world: World) -> None:
    root = world.ask(f"hi <@{world.slack.bot_user}>, what is up?")
    world.answers(root)
    assert world.dify.invocations()[0]["query"] == "hi, what is up?"


def test_message_in_a_group_dm_is_answered_only_with_a_mention(world: World) -> None:
    group = world.slack.add_channel("group", kind="mpim")
    world.slack.say(group, ANNA, "among us")
    root = world.ask("and you?", channel=group)
    world.answers(root, channel=group)
    assert [one["query"] for one in world.dify.invocations()] == ["and you?"]


BOTH = ("app_mention", "message")
IN_A_GROUP_DM = [
    *(((BOTH, order)) for order in ("mention_first", "message_first", "at_once")),
    (("app_mention",), "mention_first"),
    (("message",), "mention_first"),
]
"""Slack does not document whether it sends app_mention in a group DM, before or after the other event."""


@pytest.mark.parametrize(("events", "order"), IN_A_GROUP_DM)
def test_mention_in_a_group_dm_is_answered_once(world: World, events: tuple[str, ...], order: str) -> None:
    world.slack.rules(mpim_mentions=True)
    group = world.slack.add_channel("group", kind="mpim")
    root = world.ask("hello", channel=group, order=order, only=events)
    world.answers(root, channel=group)
    assert len(world.slack.deliveries(ts=root)) == len(events)
    assert asked(world) == 1
    again = world.ask("hello again", channel=group, order=order, only=BOTH)
    world.answers(again, channel=group)
    assert asked(world) == 2


@pytest.mark.parametrize("order", ["mention_first", "message_first", "at_once"])
def test_mention_in_a_group_dm_is_not_answered_when_direct_messages_are_off(world: World, order: str) -> None:
    world.slack.rules(mpim_mentions=True)
    world.configure(direct_messages=False)
    group = world.slack.add_channel("group", kind="mpim")
    root = world.ask("hello", channel=group, order=order)
    world.settle(10)
    assert len(world.slack.deliveries(ts=root)) == 2
    assert asked(world) == 0
    [told] = world.slack.calls("chat.*")
    assert (told.method, told.arguments["user"]) == ("chat.postEphemeral", ANNA)


@pytest.mark.parametrize("subtype", ["file_share", "thread_broadcast"])
def test_shared_file_and_broadcast_reply_are_answered_as_messages(world: World, subtype: str) -> None:
    channel = world.slack.dm_channel(ANNA)
    first = world.slack.dm(ANNA, "hello")
    world.answers(first, channel=channel)
    thread = first if subtype == "thread_broadcast" else ""
    ts = world.slack.say(channel, ANNA, "again", subtype=subtype, thread_ts=thread)
    world.answers(thread or ts, channel=channel, count=2 if thread else 1)
    assert asked(world) == 2


@pytest.mark.parametrize("allowed", [False, True])
def test_member_of_another_organisation_is_answered_only_if_allowed(world: World, allowed: bool) -> None:
    world.configure(slack_connect=allowed)
    stranger = world.slack.add_user("stranger", foreign=True)
    shared = world.slack.add_channel("shared", members=[ANNA, stranger], ext_shared=True)
    root = world.ask("let me in", user=stranger, channel=shared)
    if allowed:
        world.answers(root, channel=shared)
    else:
        world.settle(10)
    assert asked(world) == int(allowed)


def test_direct_message_is_not_answered_when_direct_messages_are_off(world: World) -> None:
    world.configure(direct_messages=False)
    world.slack.dm(ANNA, "hello")
    world.settle(10)
    assert asked(world) == 0


def test_question_is_answered_only_from_allowed_people_in_allowed_channels(world: World) -> None:
    world.configure(allowed_users=ANNA, allowed_channels=world.channel)
    world.ask("me?", user=BEN)
    other = world.slack.add_channel("other")
    world.ask("here?", channel=other)
    root = world.ask("me, here")
    world.answers(root)
    assert [one["query"] for one in world.dify.invocations()] == ["me, here"]


def test_app_of_the_channel_answers_when_channels_have_apps(world: World) -> None:
    other = world.dify.app(f"{world.app_id}-other", "chat")
    special = world.slack.add_channel("special")
    world.configure(channel_apps=f"{special}={other}")
    world.answers(world.ask("usual"))
    world.answers(world.ask("special", channel=special), channel=special)
    assert [one["app_id"] for one in world.dify.invocations()] == [world.app_id, other]


def test_retries_a_second_apart_over_two_processes_are_answered_once(two_processes: World) -> None:
    world = two_processes
    world.dify.script(script.say("Once.", seconds=30), world.app_id)
    roots = [world.ask(f"hello {n}", deliveries=4, spacing=1 / world.scale) for n in range(3)]
    for root in roots:
        assert [answer.text for answer in world.answers(root)] == ["Once."]
    world.wait(lambda: all(one.state == "accepted" for one in world.slack.deliveries("app_mention")))
    assert asked(world) == 3


def test_mention_in_a_group_dm_over_two_processes_is_answered_once(two_processes: World) -> None:
    """Both events come at once, in groups that neither process knows, so only the claims can tell them apart."""
    world = two_processes
    world.slack.rules(mpim_mentions=True)
    roots = []
    for n in range(6):
        group = world.slack.add_channel(f"group-{n}", kind="mpim")
        roots.append((world.ask(f"hello {n}", channel=group, order="at_once"), group))
    for root, group in roots:
        world.answers(root, channel=group)
    assert sorted(one["query"] for one in world.dify.invocations()) == [f"hello {n}" for n in range(6)]


def test_follow_ups_over_two_processes_continue_one_conversation(two_processes: World) -> None:
    world = two_processes
    root = world.ask("one")
    for count in range(1, 5):
        world.answers(root, count=count)
        world.slack.say(world.channel, ANNA, f"again {count}", thread_ts=root)
    world.answers(root, count=5)
    assert len({one["conversation_id"] for one in world.dify.invocations()}) == 1
