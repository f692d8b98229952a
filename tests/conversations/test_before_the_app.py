"""What a question waits for before the app is asked (docs/architecture.md#d11-nothing-before-the-app-that-need-not-be).

Slack takes long for every call, so the order of the calls tells what waited for what, however busy the machine is.
"""

from collections import Counter
from collections.abc import Iterator

import pytest

from simulators.dify import script
from simulators.dify.apps import variable
from simulators.slack.seen import SeenCall
from tests.conversations.world import ANNA, BEN, World

SLOW = 8.0
"""Seconds that Slack takes for a call: 0.4 s of the wall clock, in which the plugin sends all that it sends at once."""
STATUS = "assistant.threads.setStatus"


@pytest.fixture
def asking(world: World) -> Iterator[World]:
    """A world in whose log no call of another test appears, neither at its beginning nor at its end."""
    quiet(world)
    world.slack.reset()
    world.channel = world.slack.add_channel("quiet")
    world.dify.script(script.say("Done."), world.app_id)
    yield world
    world.slack.clear_faults()
    world.slack.rules(latency=0.0)
    world.wait(lambda: world.dify.running() == 0)
    quiet(world)


def quiet(world: World) -> None:
    """Wait until no call runs any more."""
    seen = -1
    while seen != (seen := len(world.slack.calls())):
        world.wait(lambda: all(call.outcome for call in world.slack.calls()))
        world.settle(10)


def slow_down(world: World) -> None:
    """From now on Slack takes long, and a status comes back only after the answer."""
    quiet(world)
    world.slack.rules(latency=SLOW)
    world.slack.fault(STATUS, "stall", seconds=2 * SLOW, times=None)


@pytest.fixture
def slow(asking: World) -> World:
    """A world whose Slack takes long."""
    slow_down(asking)
    return asking


def before_the_app(world: World, ts: str) -> list[SeenCall]:
    """The calls to Slack between the event and the app's run, without those for a status, which none may wait for."""
    [attempts] = world.wait(lambda: [one.attempts for one in world.slack.deliveries(ts=ts) if one.attempts])
    began = attempts[0].at
    world.wait(lambda: any(one["started"] > began for one in world.dify.invocations()))
    asked = world.dify.invocations()[-1]["started"]
    world.wait(lambda: all(call.outcome for call in world.slack.calls()))
    calls = [call for call in world.slack.calls() if began <= call.at <= asked]
    assert all(call.at + call.ms / 1000 > asked for call in calls if call.method == STATUS)
    return [call for call in calls if call.method != STATUS]


def assert_one_round_trip(calls: list[SeenCall], *methods: str) -> None:
    """Check that exactly these calls were made, and that each had begun before any of them ended."""
    assert Counter(call.method for call in calls) == Counter(methods)
    assert max(call.at for call in calls) < min(call.at + call.ms / 1000 for call in calls)


def test_first_question_in_a_channel_waits_for_one_round_trip(slow: World) -> None:
    ts = slow.ask("What now?", only=["app_mention"])
    assert_one_round_trip(before_the_app(slow, ts), "auth.test", "conversations.info", "users.info")
    assert slow.answer(ts) == "Done."


def test_first_question_in_a_direct_message_waits_for_one_round_trip(slow: World) -> None:
    ts = slow.slack.dm(ANNA, "What now?")
    assert_one_round_trip(before_the_app(slow, ts), "auth.test", "users.info")


def test_later_question_waits_for_no_call(asking: World) -> None:
    asking.answer(asking.ask("What now?", only=["app_mention"]))
    slow_down(asking)
    assert before_the_app(asking, asking.ask("And now?", only=["app_mention"])) == []


def test_first_question_in_the_middle_of_a_thread_reads_the_thread_beside(slow: World) -> None:
    root = slow.slack.say(slow.channel, ANNA, "The build is red", only=["app_mention"])
    ts = slow.ask("Why?", thread_ts=root, only=["app_mention"])
    methods = "auth.test", "conversations.info", "users.info", "conversations.replies"
    assert_one_round_trip(before_the_app(slow, ts), *methods)
    assert "The build is red" in slow.dify.invocations()[-1]["query"]


def test_later_question_in_a_thread_reads_only_the_thread(asking: World) -> None:
    root = asking.ask("What now?", only=["app_mention"])
    asking.answers(root)
    slow_down(asking)
    ts = asking.ask("And now?", thread_ts=root, only=["app_mention"])
    assert [call.method for call in before_the_app(asking, ts)] == ["conversations.replies"]


def test_mention_that_may_lack_its_files_is_read_beside(slow: World) -> None:
    app = slow.dify.app(f"{slow.app_id}-files", "advanced-chat", form=[variable("papers", "file-list")])
    slow.dify.script(script.say("Done."), app)
    slow.configure(app={"app_id": app, "inputs": {}})
    ts = slow.ask("What now?", only=["app_mention"])
    methods = "auth.test", "conversations.info", "users.info", "conversations.replies"
    assert_one_round_trip(before_the_app(slow, ts), *methods)


def test_people_whom_a_question_mentions_are_asked_for_beside(slow: World) -> None:
    ts = slow.ask(f"Does <@{BEN}> know?", only=["app_mention"])
    assert_one_round_trip(
        before_the_app(slow, ts), "auth.test", "conversations.info", "users.info", "users.info"
    )
    assert slow.dify.invocations()[-1]["query"] == "Does @ben know?"


@pytest.mark.parametrize("error", ["missing_scope", "user_not_found"])
def test_user_whom_slack_does_not_tell_is_asked_for_once(slow: World, error: str) -> None:
    slow.slack.fault("users.info", "error", error=error, times=None)
    ts = slow.ask("What now?", only=["app_mention"])
    assert_one_round_trip(before_the_app(slow, ts), "auth.test", "conversations.info", "users.info")
    assert slow.answer(ts) == "Done."


def test_dead_token_is_told_by_no_answer_and_asks_for_nothing_twice(slow: World) -> None:
    slow.slack.fault("*", "error", error="invalid_auth", times=None)
    ts = slow.ask("What now?", only=["app_mention"])
    slow.wait(lambda: any(ts in line and "cannot reply" in line for line in slow.daemon.log().splitlines()))
    assert slow.dify.invocations() == []
    looks = [call.method for call in slow.slack.calls() if call.method in {"auth.test", "users.info"}]
    assert Counter(looks) == Counter(["auth.test", "users.info"])
