"""Follow-ups continue the same Dify conversation, and no other question does."""

import json
import zlib

import pytest

from conversation_store.record import DAY
from simulators.dify import script
from tests.conversations.stack import SimulatedDaemon
from tests.conversations.world import ANNA, BEN, World


def ids(world: World) -> list[tuple[str, str]]:
    """The (asked, used) conversation ids of each invocation."""
    return [(one["asked_conversation_id"], one["conversation_id"]) for one in world.dify.invocations()]


@pytest.mark.both_ways
def test_follow_up_carries_the_conversation_of_the_first_turn(world: World) -> None:
    root = world.ask("one")
    world.answers(root)
    world.ask("two", thread_ts=root)
    world.answers(root, count=2)
    world.ask("three", thread_ts=root, user=BEN)
    world.answers(root, count=3)
    first, *others = ids(world)
    assert first[0] == ""
    assert others == [(first[1], first[1])] * 2
    assert [one["query"] for one in world.dify.invocations()] == ["one", "two", "three"]


@pytest.mark.both_ways
def test_conversation_outlives_the_process(world: World) -> None:
    root = world.ask("one")
    world.answers(root)
    world.daemon.kill_plugin()
    world.ask("two", thread_ts=root)
    world.answers(root, count=2)
    world.daemon.restart()
    world.ask("three", thread_ts=root)
    world.answers(root, count=3)
    first, *others = ids(world)
    assert others == [(first[1], first[1])] * 2


@pytest.mark.both_ways
def test_conversation_is_another_one_in_another_thread_channel_app_or_hook(world: World) -> None:
    root = world.ask("one")
    world.answers(root)
    other_thread = world.ask("two")
    world.answers(other_thread)
    channel = world.slack.add_channel("another")
    world.answers(world.ask("three", channel=channel), channel=channel)
    other_app = world.dify.app(f"{world.app_id}-b", "chat")
    world.configure(app={"app_id": other_app, "inputs": {}})
    world.ask("four", thread_ts=root)
    world.answers(root, count=2)
    world.another_hook(world.app_id)
    world.ask("five", thread_ts=root)
    world.answers(root, count=3)
    asked = ids(world)
    assert [before for before, _ in asked] == [""] * 5
    assert len({used for _, used in asked}) == 5


@pytest.mark.both_ways
@pytest.mark.parametrize(("setting", "conversations"), [("continuous", 1), ("per_thread", 2)])
def test_direct_message_is_one_conversation_or_one_per_thread_as_set(
    world: World, setting: str, conversations: int
) -> None:
    world.configure(dm_conversation=setting)
    channel = world.slack.dm_channel(ANNA)
    root = world.slack.dm(ANNA, "a question")
    world.answers(root, channel=channel)
    world.slack.dm(ANNA, "in its thread", thread_ts=root)
    world.answers(root, channel=channel, count=2)
    top = world.slack.dm(ANNA, "at top level")
    world.answers(top, channel=channel)
    assert len({used for _, used in ids(world)}) == conversations


@pytest.mark.both_ways
def test_conversation_in_a_direct_message_is_new_after_reset(world: World) -> None:
    channel = world.slack.dm_channel(ANNA)
    world.answers(world.slack.dm(ANNA, "one"), channel=channel)
    done = world.slack.dm(ANNA, "Reset")
    assert "new conversation" in world.answer(done, channel=channel)
    world.answers(world.slack.dm(ANNA, "two"), channel=channel)
    first, second = ids(world)
    assert second[0] == ""
    assert second[1] != first[1]


@pytest.mark.both_ways
def test_chatbot_that_lost_the_conversation_is_asked_without_it(world: World) -> None:
    app = world.dify.app(f"{world.app_id}-chat", "chat")
    world.configure(app={"app_id": app, "inputs": {}})
    root = world.ask("one")
    world.answers(root)
    lost = ids(world)[0][1]
    world.dify.forget_conversation(lost)
    world.ask("two", thread_ts=root)
    world.answers(root, count=2)
    world.ask("three", thread_ts=root)
    assert "three" in world.answer(root, count=3)
    _, refused, anew, third = ids(world)
    assert (refused[0], anew[0]) == (lost, "")
    assert third == (anew[1], anew[1])
    assert anew[1] != lost


@pytest.mark.both_ways
def test_chatflow_that_lost_the_conversation_begins_a_new_one(world: World) -> None:
    root = world.ask("one")
    world.answers(root)
    lost = ids(world)[0][1]
    world.dify.forget_conversation(lost)
    world.ask("two", thread_ts=root)
    assert "two" in world.answer(root, count=2)
    world.ask("three", thread_ts=root)
    world.answers(root, count=3)
    *asked, third = ids(world)
    assert asked[1][0] == lost
    assert asked[-1][1] not in {lost, ""}
    assert third == (asked[-1][1], asked[-1][1])


@pytest.mark.both_ways
def test_slack_facts_reach_the_variables_that_the_app_declares(world: World) -> None:
    from simulators.dify.apps import variable

    app = world.dify.app(
        f"{world.app_id}-form",
        "advanced-chat",
        form=[variable("slack_user_name"), variable("slack_user_id"), variable("tone")],
    )
    world.configure(app={"app_id": app, "inputs": {"tone": "kind", "undeclared": "x"}})
    world.answers(world.ask("hello"))
    inputs = world.dify.invocations()[-1]["inputs"]
    assert inputs["slack_user_id"] == ANNA
    assert inputs["slack_user_name"].lower().startswith("anna")
    assert inputs["tone"] == "kind"
    assert "slack_channel_id" not in inputs


def test_query_reads_as_a_person_reads_the_message(world: World) -> None:
    world.answers(
        world.ask(f"ask <@{BEN}> in <#C0GENERAL|general> if 1 &lt; 2 &amp;&amp; <https://x.example|this>")
    )
    [asked] = world.dify.invocations()
    assert asked["query"].lower() == "ask @ben in #general if 1 < 2 && this (https://x.example)"


@pytest.mark.both_ways
def test_empty_mention_gets_the_opening_statement_or_a_greeting(world: World) -> None:
    assert "Hello" in world.answer(world.ask(""))
    app = world.dify.app(f"{world.app_id}-open", "chat", opening_statement="I know the handbook. Ask me!")
    world.configure(app={"app_id": app, "inputs": {}})
    assert world.answer(world.ask("")) == "I know the handbook. Ask me!"
    assert world.dify.invocations() == []


@pytest.mark.both_ways
@pytest.mark.usefixtures("stack")
def test_conversation_id_is_kept_from_the_first_event(world: World) -> None:
    """The id is kept even if the process dies before the end of the answer."""
    world.dify.script(script.say("Something first. ", after=1) + script.wait(200), world.app_id, times=1)
    root = world.ask("one")
    world.wait(lambda: world.slack.answers(world.channel, root))
    world.settle(5)
    world.daemon.kill_plugin()
    world.ask("two", thread_ts=root)
    world.wait(lambda: len(world.dify.invocations()) == 2)
    first, second = ids(world)
    assert second[0] == first[1]


@pytest.mark.simulated
def test_failing_store_costs_no_answer_and_is_logged(world: World) -> None:
    assert isinstance(world.daemon, SimulatedDaemon)
    control = world.daemon.control
    world.forget()
    control.storage_fault("fail")
    try:
        assert "hello" in world.answer(world.ask("hello"))
        world.configure(redis_url="redis://:never-print@127.0.0.1:1/0")
        assert "and now" in world.answer(world.ask("and now"))
    finally:
        control.clear_faults()
    logged = " ".join(str(entry["message"]) for entry in control.logs("log"))
    assert "conversation store fails" in logged
    assert "Redis is away" in logged
    assert "never-print" not in logged


@pytest.mark.simulated
def test_reply_is_refused_with_503_while_its_thread_cannot_be_read(world: World) -> None:
    assert isinstance(world.daemon, SimulatedDaemon)
    control = world.daemon.control
    root = world.ask("one")
    world.answers(root)
    world.forget()
    # A load that fails looks like a missing key (docs/platform/dify.md#storage-errors).
    control.storage_fault("silent")
    try:
        reply = world.slack.say(world.channel, ANNA, "two", thread_ts=root)
        assert set(world.wait(lambda: answered(world, reply))) == {503}
    finally:
        control.clear_faults()
    assert "two" in world.answer(root, count=2)


@pytest.mark.simulated
def test_conversation_is_forgotten_after_its_days(world: World) -> None:
    """A day takes too long even at this scale, so the test makes the stored records older."""
    world.configure(conversation_days="1")
    old = world.ask("one")
    world.answers(old)
    younger = world.ask("two")
    world.answers(younger)
    age(world, DAY - 600)
    world.forget()
    world.ask("two again", thread_ts=younger)
    world.answers(younger, count=2)
    age(world, 600)
    world.forget()
    world.ask("one again", thread_ts=old)
    world.answers(old, count=2)
    used = [(one["asked_conversation_id"], one["conversation_id"]) for one in world.dify.invocations()]
    (_, first), (_, second), again_younger, again_old = used
    assert again_younger == (second, second)
    assert again_old[0] == ""
    assert again_old[1] != first


def answered(world: World, ts: str) -> list[int]:
    """The status that Slack got for each attempt to deliver the message."""
    [delivery] = world.slack.deliveries(ts=ts)
    return [attempt.status for attempt in delivery.attempts if attempt.status]


def age(world: World, seconds: float) -> None:
    """Make every record older by that many seconds."""
    assert isinstance(world.daemon, SimulatedDaemon)
    control = world.daemon.control
    for name in control.storage()["keys"]:
        if name.startswith("t1-"):
            bucket = json.loads(zlib.decompress(control.storage_get(name)))
            for _, _, record in bucket:
                record["updated"] -= seconds
            control.storage_set(name, zlib.compress(json.dumps(bucket).encode()))
