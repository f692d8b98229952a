"""How often Dify's storage is called: eight times for a whole turn, and once to tell whether a reply is for the bot.

See docs/architecture.md#d3-one-record-per-thread.
"""

from collections import Counter
from collections.abc import Iterable
from typing import cast

import pytest

from simulators.dify import script
from simulators.stack import SimulatedDaemon
from tests.conversations.answers import long_text
from tests.conversations.world import ANNA, World

pytestmark = pytest.mark.simulated


def calls(world: World, path: str) -> list[tuple[str, str]]:
    """The (op, key) of each storage call made by a request to that path."""
    made = cast("SimulatedDaemon", world.daemon).control.storage_calls(world.hook.rpartition("/")[2])
    return [(one["op"], one["key"]) for one in made if one["path"] == path]


def test_request_of_slack_reads_only_what_its_turn_needs_and_once_for_a_reply(world: World) -> None:
    root = world.ask("hello")
    world.answers(root)
    assert calls(world, "/slack/events") == []  # only from its second message on does a hook claim ahead
    of_claim = Counter((op, key) for op in ("get", "set") for key in ("t1-", "f1-"))
    world.settle(10)  # a record written a moment ago is known without a call
    world.slack.say(world.channel, ANNA, "and then?", thread_ts=root)
    world.answers(root, count=2)
    before = len(calls(world, "/slack/events"))
    assert counted(calls(world, "/slack/events")) - of_claim in ({}, {("get", "t1-"): 1})
    other = world.slack.say(world.channel, ANNA, "nobody's thread")
    for _ in range(3):
        world.slack.say(world.channel, ANNA, "in nobody's thread", thread_ts=other)
    world.settle(10)
    made = calls(world, "/slack/events")[before:]
    assert {op for op, _ in made} == {"get"}
    assert len(made) <= 3


@pytest.mark.parametrize("style", ["stream", "edit", "post"])
def test_turn_writes_the_storage_four_times_and_reads_before_each_write(world: World, style: str) -> None:
    """It writes when accepted, first visible, done, and once to the list of open turns. Threads share buckets."""
    world.configure(reply_style=style)
    world.answers(world.ask("the first one looks for orphans too"))
    world.dify.script(script.say(long_text(2000), seconds=30), world.app_id)
    expected = {
        ("get", "t1-"): made_of_record(style),
        ("set", "t1-"): made_of_record(style),
        ("get", "f1-"): 1,
        ("set", "f1-"): 1,
    }
    # If the machine stands still, a call takes too long and is missing, so only one of three turns must have all calls.
    assert any(asked_by_a_turn(world) == expected for _ in range(3))


def asked_by_a_turn(world: World) -> Counter[tuple[str, str]]:
    before = {path: len(calls(world, path)) for path in ("/slack/events", "/slack/turns")}
    world.answers(world.ask("hello", only=["app_mention"]))
    made = [call for path, number in before.items() for call in calls(world, path)[number:]]
    assert Counter(op for op, _ in made)["set"] <= 4
    assert Counter(op for op, _ in made)["get"] <= 4
    return counted(made)


def counted(made: Iterable[tuple[str, str]]) -> Counter[tuple[str, str]]:
    """How often each kind of key was read and written."""
    return Counter((op, key[:3]) for op, key in made)


def made_of_record(style: str) -> int:
    """The number of writes to the record. A single post has no first visible state to remember."""
    return 2 if style == "post" else 3
