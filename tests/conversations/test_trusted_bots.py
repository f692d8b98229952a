"""Workflows and other apps ask only where the admin trusts them, and never in a loop."""

from typing import Any

import pytest

from simulators.slack.workspace import WORKFLOW
from tests.conversations.world import ANNA, BEN, World
from wording import Say
from wording.en import EN

PERSONAL = "B0PERSONA"


def queries(world: World) -> list[str]:
    world.settle(5)
    return [str(record["query"]) for record in world.dify.invocations()]


def asks(world: World, text: str, **more: Any) -> str:
    """A workflow mentions the bot."""
    return world.slack.workflow_says(world.channel, world.slack.mentioning(text), **more)


def test_workflow_that_is_not_trusted_is_not_answered_and_the_log_says_why(world: World) -> None:
    world.configure(trusted_bots="B0ANOTHER, B0ONEMORE")
    root = asks(world, "Sum up the request")
    world.slack.workflow_says(world.channel, "nothing for you")
    assert queries(world) == []
    assert world.slack.answers(world.channel, root) == []
    assert f"app {WORKFLOW} may not ask" in world.daemon.log()
    assert "trusted_bots" in world.daemon.log()


def test_app_with_a_person_s_token_is_not_answered_and_the_log_says_why(world: World) -> None:
    world.ask("Sum up", bot_id=PERSONAL)
    world.slack.dm(ANNA, "Sum up", bot_id=PERSONAL)
    assert queries(world) == []
    assert f"app {PERSONAL} may not ask" in world.daemon.log()


def test_trusted_workflow_is_answered(world: World) -> None:
    world.configure(trusted_bots=f"{WORKFLOW}", allowed_users=BEN)
    root = asks(world, "Sum up the request")
    assert world.answer(root) == "You said: Sum up the request"
    assert queries(world) == ["Sum up the request"]


def test_trusted_app_with_a_person_s_token_is_answered_in_channel_and_direct_message(world: World) -> None:
    world.configure(trusted_bots=PERSONAL)
    assert "Sum up" in world.answer(world.ask("Sum up", bot_id=PERSONAL))
    first = world.slack.dm(ANNA, "And here", bot_id=PERSONAL)
    assert "And here" in world.answer(first, channel=world.slack.dm_channel(ANNA))


def test_message_of_a_trusted_workflow_without_a_mention_is_not_answered(world: World) -> None:
    world.configure(trusted_bots=f"{WORKFLOW} {PERSONAL}")
    root = world.ask("Hello")
    world.answers(root)
    world.slack.workflow_says(world.channel, "a form came in")
    world.slack.workflow_says(world.channel, "a form came in", thread_ts=root)
    world.slack.say(world.channel, ANNA, "by an app in my name", thread_ts=root, bot_id=PERSONAL)
    assert queries(world) == ["Hello"]


@pytest.mark.parametrize("bot_id", [WORKFLOW, PERSONAL])
def test_trusted_bot_is_not_answered_when_it_answers_our_answer(world: World, bot_id: str) -> None:
    world.configure(trusted_bots=f"{WORKFLOW} {PERSONAL}")
    root = asks(world, "Sum up the request")
    world.answers(root)
    if bot_id == WORKFLOW:
        asks(world, "Thanks, and now?", thread_ts=root)
    else:
        world.ask("Thanks, and now?", user=ANNA, thread_ts=root, bot_id=bot_id)
    assert queries(world) == ["Sum up the request"]
    assert len(world.slack.answers(world.channel, root)) == 1
    world.slack.say(world.channel, BEN, "Let it go on", thread_ts=root)
    asks(world, "And now?", thread_ts=root)
    world.answers(root, count=2)
    assert queries(world)[-1].endswith("And now?")


def test_trusted_workflow_is_not_answered_in_a_thread_that_cannot_be_read(world: World) -> None:
    world.configure(trusted_bots=WORKFLOW)
    root = world.slack.say(world.channel, BEN, "A request")
    world.slack.fault("conversations.replies", "error", error="missing_scope", times=None)
    asks(world, "Sum up", thread_ts=root)
    assert queries(world) == []


def test_two_bots_that_answer_each_other_stop_after_one_answer(world: World) -> None:
    """A workflow that writes into the thread each time it sees a message of ours there."""
    world.configure(trusted_bots=WORKFLOW)
    root = asks(world, "Sum up")
    for number in range(3):
        world.answers(root)
        asks(world, f"Again {number}", thread_ts=root)
    assert queries(world) == ["Sum up"]


def test_eleventh_turn_of_trusted_bots_in_a_thread_and_hour_is_refused(world: World) -> None:
    world.configure(trusted_bots=WORKFLOW)
    root = world.slack.say(world.channel, BEN, "Requests go here")
    for number in range(12):
        asks(world, f"Request {number}", thread_ts=root)
        if number < 11:
            world.answers(root, count=number + 1)
        world.slack.say(world.channel, BEN, "Go on", thread_ts=root)
    assert len(queries(world)) == 10
    assert world.slack.answers(world.channel, root)[-1].text == EN[Say.BUDGET_USED_UP]
    assert len(world.slack.answers(world.channel, root)) == 11
    world.ask("A person may still ask", user=ANNA, thread_ts=root)
    assert "A person may still ask" in world.answer(root, count=12)
