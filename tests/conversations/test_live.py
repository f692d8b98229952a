"""Everybody who reads along sees an answer grow (docs/architecture.md#d5-writers).

What each viewer sees of posts, edits and streams: docs/platform/slack.md#stream-visibility.
"""

from collections.abc import Iterator
from itertools import count, pairwise
from typing import Any

import pytest

from simulators.dify import script
from simulators.slack.seen import SeenMessage
from simulators.slack.viewers import THINKING
from simulators.stack import Stack
from tests.conversations.answers import flat, long_text
from tests.conversations.world import ANNA, BEN, World

MINUTE = long_text(3000)
SECONDS = 60.0
AT_ONCE = 10
EDITED, STREAMED = "chat.postMessage", "chat.startStream"
SCALE = 0.25
"""States are counted here, and a machine with two cores may delay a process for a tenth of a second."""
_numbers = count(700)


@pytest.fixture(scope="module")
def slower() -> Iterator[Stack]:
    running = Stack.start(SCALE)
    yield running
    running.stop()


@pytest.fixture
def world(slower: Stack) -> World:
    return World(slower, next(_numbers))


def seen(world: World, answer: SeenMessage, user: str) -> list[str]:
    """The texts that the member saw one after the other; each is checked to go on where the one before ended."""
    texts = [state.text for state in world.slack.seen_by(user, answer.channel, answer.ts)]
    grown = [text for text in dict.fromkeys(texts) if text not in {"", THINKING}]
    assert all(later.startswith(earlier.rstrip()) for earlier, later in pairwise(grown))
    return grown


def test_everybody_in_a_channel_sees_an_answer_of_a_minute_grow(world: World) -> None:
    world.dify.script(script.say(MINUTE, seconds=SECONDS), world.app_id)
    [answer] = world.answers(world.ask("What shall we do?"))
    asker, colleague = (seen(world, answer, user) for user in (ANNA, BEN))
    assert answer.method == EDITED
    assert len(colleague) >= 15
    assert asker == colleague
    assert flat(colleague[-1]) == flat(MINUTE)


def test_member_sees_an_answer_of_a_minute_grow_in_a_direct_message(world: World) -> None:
    world.dify.script(script.say(MINUTE, seconds=SECONDS, per_second=8), world.app_id)
    place = world.slack.dm_channel(ANNA)
    [answer] = world.answers(world.slack.dm(ANNA, "What shall we do?"), channel=place)
    states = seen(world, answer, ANNA)
    assert answer.method == STREAMED
    assert len(states) >= 60
    assert flat(states[-1]) == flat(MINUTE)


@pytest.mark.parametrize("kind", ["group", "mpim"])
def test_everybody_sees_an_answer_grow_in_private_places_too(world: World, kind: str) -> None:
    place = world.slack.add_channel("private", kind=kind, members=[ANNA, BEN, world.slack.bot_user])
    world.dify.script(script.say(MINUTE, seconds=30), world.app_id)
    root = world.ask("What shall we do?", channel=place)
    [answer] = world.answers(root, channel=place)
    assert len(seen(world, answer, BEN)) >= 8
    assert seen(world, answer, ANNA) == seen(world, answer, BEN)


def test_colleague_sees_nothing_of_a_stream_between_its_first_chunk_and_its_end(world: World) -> None:
    """What the style *Slack's streaming* costs in a channel, as an admin may choose it."""
    world.configure(reply_style="stream")
    world.dify.script(script.say(MINUTE, seconds=30), world.app_id)
    [answer] = world.answers(world.ask("What shall we do?"))
    assert len(seen(world, answer, BEN)) <= 2
    assert len(seen(world, answer, ANNA)) >= 20


def test_ten_answers_at_once_grow_for_who_asked_and_end_equal_for_all(world: World) -> None:
    """Ten share fifty edits and a hundred appends a minute, so those that could be edited only each 6 s stream.

    Nobody can have more than a tenth of both: 15 states for each answer. Source: docs/platform/slack.md#rate-tiers.
    """
    slack = world.slack
    world.dify.script(script.say(MINUTE, seconds=SECONDS), world.app_id)
    acts: list[dict[str, Any]] = [
        {
            "channel": "",
            "user": slack.add_user(f"asker-{number}"),
            "text": slack.mentioning("What shall we do?"),
            "only": ["app_mention"],
        }
        for number in range(AT_ONCE)
    ]
    for act in acts:
        act["channel"] = slack.add_channel(
            f"live-of-{act['user']}", members=[act["user"], BEN, slack.bot_user]
        )
    roots = slack.together(acts)
    methods = []
    for act, root in zip(acts, roots, strict=True):
        [answer] = world.answers(root, channel=act["channel"])
        asker, colleague = (seen(world, answer, user) for user in (act["user"], BEN))
        assert len(asker) >= 9, (answer.method, len(asker))
        assert (asker == colleague) == (answer.method == EDITED)
        assert flat(asker[-1]) == flat(colleague[-1]) == flat(MINUTE)
        methods.append(answer.method)
    assert methods.count(EDITED) == 4
    assert methods.count(STREAMED) == AT_ONCE - 4


def test_ten_answers_at_once_in_direct_messages_grow(world: World) -> None:
    slack = world.slack
    world.dify.script(script.say(MINUTE, seconds=SECONDS), world.app_id)
    people = [slack.add_user(f"person-{number}") for number in range(AT_ONCE)]
    places = [slack.dm_channel(user) for user in people]
    roots = slack.together(
        {"channel": place, "user": user, "text": "What shall we do?"}
        for place, user in zip(places, people, strict=True)
    )
    for user, place, root in zip(people, places, roots, strict=True):
        [answer] = world.answers(root, channel=place)
        states = seen(world, answer, user)
        assert len(states) >= 5
        assert flat(states[-1]) == flat(MINUTE)


def test_answer_for_a_member_of_another_organisation_is_whole_though_its_stop_is_refused(
    world: World,
) -> None:
    """Source: docs/platform/slack.md#stream-end."""
    world.configure(reply_style="stream", slack_connect=True)
    guest = world.slack.add_user("guest", foreign=True)
    shared = world.slack.add_channel("shared", ext_shared=True)
    world.dify.script(script.say(MINUTE, seconds=10), world.app_id)
    root = world.ask("What shall we do?", user=guest, channel=shared)
    [answer] = world.answers(root, channel=shared)
    assert (flat(answer.text), answer.streaming, answer.broken) == (flat(MINUTE), False, False)
    calls = [call for call in world.slack.calls("chat.*") if call.arguments["channel"] == shared]
    assert [call.outcome for call in calls if call.method == "chat.stopStream"] == ["user_not_found"]
    world.settle(10)
    assert {call.method for call in calls} == {"chat.startStream", "chat.appendStream", "chat.stopStream"}
