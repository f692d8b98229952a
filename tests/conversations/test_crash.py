"""The plugin process dies in the middle of a turn."""

from simulators.dify import script
from tests.conversations.answers import long_text
from tests.conversations.world import World


def test_next_message_is_answered_after_a_kill(world: World) -> None:
    world.dify.script(script.say(long_text(3000), seconds=100), world.app_id, times=1)
    root = world.ask("one")
    world.wait(lambda: world.slack.answers(world.channel, root))
    world.daemon.kill_plugin()
    other = world.ask("two")
    assert "two" in world.answer(other)
    world.ask("three", thread_ts=root)
    world.wait(lambda: any("three" in answer.text for answer in world.slack.answers(world.channel, root)))
    assert [one["query"] for one in world.dify.invocations()].count("one") == 1
