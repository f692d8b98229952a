"""A process or a session dies in the middle of a turn: its answer is ended, and the member is told."""

import json
import time
from collections.abc import Iterator
from typing import Any, cast

import pytest

from simulators.dify import script
from simulators.slack.seen import SeenMessage
from simulators.slack.workspace import ANNA
from simulators.stack import SimulatedDaemon, Stack
from tests.conversations.answers import flat, long_text
from tests.conversations.conftest import SCALE
from tests.conversations.world import World
from turns.recovery.sweep import AGAIN
from wording import Say
from wording.en import EN

NOTE = EN[Say.INTERRUPTED]
SLOW = long_text(3000)
CODE = "Look:\n\n```python\n" + "print(1)\n" * 300


def begun(world: World, style: str = "stream", text: str = SLOW) -> tuple[str, SeenMessage]:
    """Ask a question whose answer is growing. Returns its ts and the answer so far."""
    world.configure(reply_style=style)
    world.dify.script(script.say(text, seconds=100), world.app_id, times=1)
    root = world.ask("one")
    growing = world.wait(lambda: long_enough(world, root))
    assert growing is not None
    return root, growing


def long_enough(world: World, root: str) -> SeenMessage | None:
    ours = world.slack.answers(world.channel, root)
    return ours[0] if ours and len(ours[0].text) > 200 and world.dify.running() else None


def not_stopped(world: World) -> str:
    """Ask a question whose answer is complete while Slack accepts no stop of its stream. Returns its ts."""
    world.configure(reply_style="stream")
    world.dify.script(script.say(long_text(900), seconds=5), world.app_id, times=1)
    world.slack.fault("chat.stopStream", "status", status=503, times=None, channel=world.channel)
    root = world.ask("one")
    world.wait(lambda: sum(call.method == "chat.stopStream" for call in world.slack.calls()) > 1)
    return root


def told(world: World, root: str, *, times: int = 1, channel: str = "") -> list[SeenMessage]:
    """Our messages in the thread, once the note is there `times` times and no stream is open or broken."""

    def done() -> list[SeenMessage]:
        ours = world.slack.answers(channel or world.channel, root)
        return ours if count(ours) == times and not any(one.streaming or one.broken for one in ours) else []

    def count(ours: list[SeenMessage]) -> int:
        return sum(one.seen.count(NOTE) for one in ours)

    world.wait(done)
    world.settle(10)
    ours = done()
    assert ours, [one.seen[-300:] for one in world.slack.answers(channel or world.channel, root)]
    return ours


def asked(world: World, query: str) -> int:
    return [one["query"] for one in world.dify.invocations()].count(query)


@pytest.mark.parametrize("style", ["stream", "edit"])
def test_visible_answer_is_ended_when_its_thread_is_used_again(world: World, style: str) -> None:
    root, before = begun(world, style)
    world.forget()
    world.ask("two", thread_ts=root)
    world.wait(lambda: any("two" in one.text for one in world.slack.answers(world.channel, root)))
    first, second = told(world, root)
    assert first.ts == before.ts
    assert flat(first.seen).startswith(flat(before.text)[:150])
    assert NOTE in first.seen
    assert "two" in second.text
    assert (asked(world, "one"), asked(world, "two")) == (1, 1)
    assert world.slack.open_streams() == []


@pytest.mark.parametrize("style", ["stream", "edit"])
def test_visible_answer_is_ended_by_the_first_request_after_the_start(world: World, style: str) -> None:
    root, before = begun(world, style)
    world.forget()
    world.slack.say(world.channel, ANNA, "not for the bot")
    [only] = told(world, root)
    assert only.ts == before.ts
    assert asked(world, "one") == 1
    [delivery] = [one for one in world.deliveries("message") if b"not for the bot" in one.raw]
    assert delivery.state == "accepted"


def test_visible_answer_is_ended_by_a_question_in_another_thread(world: World) -> None:
    root, before = begun(world)
    world.daemon.restart()
    other = world.ask("two")
    assert "two" in world.answer(other)
    [only] = told(world, root)
    assert only.ts == before.ts


def test_stream_of_a_whole_answer_is_stopped_after_a_kill_before_its_stop(world: World) -> None:
    """The answer is complete, so the member is not told of an interruption; but an open stream breaks after 300 s."""
    root = not_stopped(world)
    [still_open] = world.slack.open_streams()
    world.forget()
    world.slack.clear_faults()
    world.slack.say(world.channel, ANNA, "not for the bot")
    world.wait(lambda: not world.slack.open_streams())
    [answer] = world.slack.answers(world.channel, root)
    assert (answer.ts, flat(answer.text)) == (still_open.ts, flat(long_text(900)))
    assert not answer.broken
    assert asked(world, "one") == 1


def test_both_streams_are_stopped_after_a_kill_in_the_second_message(world: World) -> None:
    world.configure(reply_style="stream")
    world.dify.script(script.say(long_text(14_000), seconds=60) + script.wait(100), world.app_id, times=1)
    world.slack.fault("chat.stopStream", "status", status=503, times=None, channel=world.channel)
    root = world.ask("one")
    world.wait(lambda: len(world.slack.open_streams()) == 2)
    world.settle(3)
    world.forget()
    world.slack.clear_faults()
    world.slack.say(world.channel, ANNA, "not for the bot")
    first, second = told(world, root)
    assert NOTE not in first.seen
    assert NOTE in second.seen
    assert world.slack.open_streams() == []


def test_stream_is_stopped_after_a_kill_even_if_the_next_answer_was_complete(world: World) -> None:
    root = not_stopped(world)
    world.ask("two", thread_ts=root)
    world.wait(lambda: any("two" in one.text for one in world.slack.answers(world.channel, root)))
    world.settle(5)
    world.forget()
    world.slack.clear_faults()
    world.slack.say(world.channel, ANNA, "not for the bot")
    world.wait(lambda: not world.slack.open_streams())
    world.settle(10)
    assert NOTE not in str([one.seen for one in world.slack.answers(world.channel, root)])
    assert (asked(world, "one"), asked(world, "two")) == (1, 1)


@pytest.mark.simulated
def test_member_is_told_after_a_kill_between_the_claim_and_the_list(world: World) -> None:
    """Slack has no ack yet; its retry finds the message claimed by a process that is dead."""
    control, hook = cast("SimulatedDaemon", world.daemon).control, world.hook.rpartition("/")[2]

    def calls(op: str, keys: str = "f1-") -> int:
        return sum(call["op"] == op and call["key"].startswith(keys) for call in control.storage_calls(hook))

    world.answers(world.ask("warm"))
    world.settle(10)  # the sweep of this process is over
    world.dify.script(script.silence(), world.app_id, times=1)
    claimed, written = calls("set", "t1-"), calls("set")
    control.storage_latency(read=3.0, keys="f1-")
    root = world.ask("one")
    ends = time.monotonic() + 10
    while calls("set", "t1-") == claimed and time.monotonic() < ends:
        time.sleep(0.002)
    world.daemon.kill_plugin()
    assert (calls("set", "t1-") > claimed, calls("set")) == (True, written)
    control.storage_latency()
    world.wait(lambda: [one for one in world.slack.deliveries(ts=root) if one.state == "accepted"])
    [only] = told(world, root)
    assert only.text == NOTE


def test_member_is_told_after_a_kill_while_the_kind_of_channel_is_looked_up(world: World) -> None:
    """The look-up comes after the ack and may take long."""
    world.dify.script(script.silence(), world.app_id, times=1)
    world.slack.fault("conversations.info", "stall", seconds=20, times=None)
    root = world.ask("one", only=["app_mention"])
    world.wait(lambda: [one for one in world.slack.deliveries(ts=root) if one.state == "accepted"])
    world.forget()
    world.slack.clear_faults()
    world.slack.say(world.channel, ANNA, "not for the bot")
    [only] = told(world, root)
    assert only.text == NOTE


@pytest.mark.parametrize("error", ["internal_error", "message_not_in_streaming_state"])
def test_whole_answer_is_repaired_when_slack_fails_or_its_stream_has_expired(
    world: World, error: str
) -> None:
    root = not_stopped(world)
    world.forget()
    world.slack.clear_faults()
    if error == "internal_error":
        world.slack.fault("chat.stopStream", "error", error=error, times=3, channel=world.channel)
    else:
        world.settle(330)
        assert [one.broken for one in world.slack.answers(world.channel, root)] == [True]
    mended(world, root)


def test_whole_answer_is_repaired_later_when_slack_did_not_accept_its_stop_in_time(world: World) -> None:
    world.configure(reply_style="stream")
    world.dify.script(script.say(long_text(900), seconds=5), world.app_id, times=1)
    for method in ("chat.stopStream", "chat.update"):
        world.slack.fault(method, "status", status=503, times=None, channel=world.channel)
    root = world.ask("one")
    world.wait(lambda: f'"ts":"{root}"' in world.daemon.log().replace("\\", ""), 60)
    world.slack.clear_faults()
    mended(world, root)


def mended(world: World, root: str) -> None:
    """Cause some sweeps by events of Slack, then check that the answer is complete and closed."""
    for number in range(4):
        world.slack.say(world.channel, ANNA, f"not for the bot {number}")
        world.settle(AGAIN + 5)
        if not world.slack.open_streams():
            break
    [answer] = world.slack.answers(world.channel, root)
    assert (answer.broken, answer.streaming, flat(answer.seen)) == (False, False, flat(long_text(900)))
    assert asked(world, "one") == 1


def test_member_is_told_after_a_kill_when_nothing_was_visible(world: World) -> None:
    world.dify.script(script.silence(), world.app_id, times=1)
    root = world.ask("one")
    world.wait(lambda: world.slack.status(world.channel, root).current)
    world.wait(lambda: asked(world, "one"))
    world.settle(3)
    world.forget()
    world.slack.say(world.channel, ANNA, "not for the bot")
    [note] = told(world, root)
    assert note.text == NOTE
    world.wait(lambda: not world.slack.status(world.channel, root).current)


def test_member_is_told_of_each_waiting_question_after_a_kill(world: World) -> None:
    root, before = begun(world)
    world.ask("two", thread_ts=root)
    world.ask("three", thread_ts=root)
    # Each append to the stream takes the line away again
    world.wait(lambda: EN[Say.WAITING] in world.slack.status(world.channel, root).texts())
    world.settle(3)
    world.forget()
    world.slack.say(world.channel, ANNA, "not for the bot")
    first, *others = told(world, root, times=3)
    assert first.ts == before.ts
    assert [one.text for one in others] == [NOTE, NOTE]
    assert asked(world, "two") + asked(world, "three") == 0


def test_expired_stream_is_repaired_after_a_kill(world: World) -> None:
    root, before = begun(world)
    world.forget()
    world.slack.expire_stream(world.channel, before.ts)
    world.slack.say(world.channel, ANNA, "not for the bot")
    [only] = told(world, root)
    assert flat(before.text)[:150] in flat(only.seen)


def test_note_stands_outside_of_open_code(world: World) -> None:
    root, _ = begun(world, text=CODE)
    world.forget()
    world.slack.say(world.channel, ANNA, "not for the bot")
    [only] = told(world, root)
    assert only.text.count("```") % 2 == 0
    assert only.text.rstrip().endswith(f"> {NOTE}")


def test_answer_in_its_second_message_is_ended_there(world: World) -> None:
    world.dify.script(script.say(long_text(14_000), seconds=60) + script.wait(100), world.app_id, times=1)
    root = world.ask("one")
    world.wait(lambda: len(world.slack.answers(world.channel, root)) == 2)
    world.settle(3)
    world.forget()
    world.slack.say(world.channel, ANNA, "not for the bot")
    first, second = told(world, root)
    assert NOTE not in first.seen
    assert NOTE in second.seen


@pytest.mark.parametrize("style", ["stream", "edit"])
def test_member_is_told_after_a_kill_when_the_thread_cannot_be_read(world: World, style: str) -> None:
    root, _ = begun(world, style)
    world.forget()
    world.slack.fault("conversations.replies", "error", error="missing_scope", times=None)
    world.slack.say(world.channel, ANNA, "not for the bot")
    messages = told(world, root)
    assert len(messages) == (1 if style == "stream" else 2)
    assert world.slack.open_streams() == []


def test_visible_answer_is_ended_when_slack_fails_at_first(world: World) -> None:
    root, before = begun(world)
    world.forget()
    world.slack.fault("chat.stopStream", "status", status=500, times=1)
    world.slack.say(world.channel, ANNA, "not for the bot")
    [only] = told(world, root)
    assert only.ts == before.ts


def test_finished_turn_is_not_ended_again(world: World) -> None:
    root = world.ask("one")
    world.answers(root)
    world.forget()
    world.ask("two", thread_ts=root)
    world.answers(root, count=2)
    world.settle(60)
    assert NOTE not in json.dumps([one.seen for one in world.slack.answers(world.channel, root)])


@pytest.fixture
def short_lived() -> Iterator[World]:
    """A daemon that drops every request 60 s after its first byte."""

    def daemon(dify_url: str, scale: float, env: dict[str, str]) -> SimulatedDaemon:
        started = SimulatedDaemon(dify_url, scale, env, execution_limit=60)
        started.ready()
        return started

    running = Stack.start(SCALE, real=daemon)
    yield World(running, 1)
    running.stop()


@pytest.mark.simulated
def test_turn_ends_at_once_when_the_daemon_drops_its_session(short_lived: World) -> None:
    world = short_lived
    world.dify.script(script.say(SLOW, seconds=200), world.app_id, times=1)
    root = world.ask("one")
    world.wait(lambda: "killed" in [one["outcome"] for one in requests(world)])
    dropped = time.monotonic()
    [answer] = world.answers(root)
    assert time.monotonic() - dropped < 60 * world.scale + 3
    assert EN[Say.INCOMPLETE] in answer.text
    assert world.slack.open_streams() == []
    world.ask("two", thread_ts=root)
    assert "two" in world.answer(root, count=2)
    world.slack.say(world.channel, ANNA, "not for the bot")
    world.settle(20)
    world.forget()
    world.slack.say(world.channel, ANNA, "not for the bot either")
    world.settle(60)
    assert NOTE not in str([one.seen for one in world.slack.answers(world.channel, root)])
    assert asked(world, "one") == 1


def requests(world: World) -> list[dict[str, Any]]:
    return cast("SimulatedDaemon", world.daemon).control.requests("/slack/turns")


@pytest.mark.simulated
def test_member_is_told_once_slack_is_back_when_slack_was_away(world: World) -> None:
    world.configure(reply_style="edit")
    world.dify.script(script.say(long_text(900), seconds=30), world.app_id, times=1)
    root = world.ask("one")
    [before] = world.wait(lambda: world.slack.answers(world.channel, root))
    world.slack.fault("*", "status", status=503, times=None, channel=world.channel)
    world.wait(lambda: "cannot reply: unreachable" in world.daemon.log(), 60)
    world.slack.clear_faults()
    world.settle(AGAIN)
    world.slack.say(world.channel, ANNA, "not for the bot")
    [only] = told(world, root)
    assert only.ts == before.ts
    assert flat(long_text(900)) not in flat(only.seen)
    assert asked(world, "one") == 1


@pytest.mark.simulated
def test_finished_turn_is_no_interruption_when_the_storage_refused_its_end(world: World) -> None:
    control = cast("SimulatedDaemon", world.daemon).control
    world.dify.script(script.say(long_text(600), seconds=30), world.app_id, times=1)
    root = world.ask("one")
    world.wait(lambda: world.slack.answers(world.channel, root))
    world.settle(5)  # the visible state is noted by now
    control.storage_fault("fail", ops=("set",), times=1)
    world.answers(root)
    control.clear_faults()
    world.forget()
    world.ask("two", thread_ts=root)
    world.answers(root, count=2)
    world.settle(60)
    assert NOTE not in str([one.seen for one in world.slack.answers(world.channel, root)])
