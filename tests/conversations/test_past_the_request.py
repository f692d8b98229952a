"""Runs that take longer than the 600 s of a request: with a key, fresh requests go on with them.

Source: docs/architecture.md#d1-hand-off, docs/platform/dify-service-api.md#run-events.
"""

import itertools
from collections.abc import Iterator
from typing import cast

import pytest
import urllib3

from simulators.dify import script
from simulators.dify.apps import variable
from simulators.slack.seen import SeenMessage
from tests.conversations.answers import flat, long_text
from tests.conversations.stack import SimulatedDaemon, Stack
from tests.conversations.turn_log import log_of
from tests.conversations.world import ANNA, BEN, World
from wording import Say
from wording.en import EN

pytestmark = pytest.mark.simulated

SCALE = 0.02
TEXT = long_text(3000)
SLOW = script.say(TEXT, seconds=750, per_second=0.5)
"""Goes on in a second request."""
BY_ANNA = EN[Say.STOPPED_BY].format(person="anna")
_numbers = itertools.count(7001)


@pytest.fixture(scope="module")
def quick() -> Iterator[Stack]:
    running = Stack.start(SCALE)
    yield running
    running.stop()


@pytest.fixture
def world(quick: Stack) -> World:
    """Its daemon has forgotten the requests of the test before."""
    daemon = cast("SimulatedDaemon", quick.daemon)
    daemon.control.wait_idle(60)
    daemon.control.call("clear_requests")
    return World(quick, next(_numbers), "api")


def shown(world: World, root: str, channel: str = "") -> str:
    return "".join(message.text for message in world.slack.answers(channel or world.channel, root))


def whole(world: World, root: str, channel: str = "", count: int = 1) -> list[SeenMessage]:
    return world.answers(root, channel=channel, count=count, timeout=120)


def legs(world: World, ts: str) -> int:
    """In how many requests the turn of this message lived, once it has ended."""
    found = world.wait(lambda: log_of(world, ts), timeout=120)
    assert found is not None
    return int(found["legs"])


def until(world: World, seconds: float) -> None:
    """Wait until the run has gone on for so many seconds."""
    world.dify.wait_invocations(1)
    world.settle(seconds)


def runs(world: World) -> list[str]:
    return [str(one["outcome"]) for one in world.dify.invocations()]


def second_request(world: World) -> None:
    """Wait for the first hand-on of the run."""
    daemon = cast("SimulatedDaemon", world.daemon)
    world.wait(lambda: len(daemon.control.requests("/slack/turns")) >= 2)
    world.settle(60)


@pytest.mark.parametrize(
    "style", ["edit", *(pytest.param(style, marks=pytest.mark.soak) for style in ("stream", "post"))]
)
def test_answer_of_1500_seconds_is_whole_in_the_end(world: World, style: str) -> None:
    world.configure(reply_style=style)
    text = long_text(6000)
    world.dify.script(script.say(text, seconds=1500, per_second=0.5), world.app_id)
    root = world.ask("hello")
    messages = whole(world, root)
    assert flat("".join(message.text for message in messages)) == flat(text)
    assert legs(world, root) == 3
    assert runs(world) == ["done"]
    assert world.slack.open_streams() == []
    assert not any(block["type"] == "actions" for message in messages for block in message.blocks)
    daemon = cast("SimulatedDaemon", world.daemon)
    assert {one["outcome"] for one in daemon.control.requests("/slack/turns")} == {"complete"}


def test_answer_in_a_direct_message_is_whole_in_the_end(world: World) -> None:
    world.dify.script(SLOW, world.app_id)
    channel = world.slack.dm_channel(ANNA)
    root = world.slack.dm(ANNA, "hello")
    messages = whole(world, root, channel)
    assert flat("".join(message.text for message in messages)) == flat(TEXT)
    assert legs(world, root) == 2
    assert world.slack.open_streams() == []


def test_text_grows_in_the_later_requests_too(world: World) -> None:
    world.configure(reply_style="edit")
    world.dify.script(SLOW, world.app_id)
    root = world.ask("hello")
    second_request(world)
    before = len(shown(world, root))
    world.settle(60)
    assert len(shown(world, root)) > before + 60
    whole(world, root)


def test_work_before_the_text_goes_on_as_one_plan(world: World) -> None:
    steps = script.own_nodes() + script.node("Search", "tool", seconds=700) + script.say("Found it.")
    world.dify.script(steps, world.app_id)
    root = world.ask("hello")
    [message] = whole(world, root)
    assert message.text.strip() == "Found it."
    plans = [block for block in message.blocks if block["type"] == "plan"]
    assert [task["title"] for block in plans for task in block["tasks"]] == ["Search"]
    assert [task["status"] for block in plans for task in block["tasks"]] == ["complete"]


@pytest.mark.parametrize("outputs", [{}, {"one": "First.", "two": "Second."}])
def test_workflow_goes_on_and_its_outputs_are_the_answer(world: World, outputs: dict[str, str]) -> None:
    app = world.dify.app(
        f"{world.app_id}-workflow", "workflow", form=[variable("query", "paragraph", required=True)]
    )
    world.configure(app={"app_id": app, "inputs": {}})
    steps = script.say("At first. ") + script.wait(900) + script.say("At last.")
    world.dify.script(steps + (script.outputs(outputs) if outputs else []), app)
    root = world.ask("hello")
    text = flat("".join(message.text for message in whole(world, root)))
    assert text == flat("- **one**: First.\n- **two**: Second." if outputs else "At first. At last.")
    assert runs(world) == ["done"]


def test_run_that_ends_between_two_requests_is_told_whole(world: World) -> None:
    """580 s after the turn's first byte it is handed on."""
    world.dify.script(script.say("Begun. ") + script.wait(580) + script.say("Done."), world.app_id)
    root = world.ask("hello")
    assert flat("".join(message.text for message in whole(world, root))) == "Begun. Done."
    assert runs(world) == ["done"]


def test_run_that_fails_in_the_second_request_keeps_its_text_and_a_note(world: World) -> None:
    world.dify.script(script.say("Begun. ") + script.wait(700) + script.fail("Traceback"), world.app_id)
    root = world.ask("hello")
    text = "".join(message.text for message in whole(world, root))
    assert text.startswith("Begun.")
    assert text.count(EN[Say.CUT_SHORT]) == 1


def test_api_that_is_away_for_a_while_costs_nothing(world: World) -> None:
    world.dify.script(SLOW, world.app_id)
    root = world.ask("hello")
    until(world, 560)
    world.dify.answer_oddly(502, "<html>", Content_Type="text/html")
    world.settle(50)
    world.dify.answer_oddly()
    assert flat("".join(message.text for message in whole(world, root))) == flat(TEXT)


def test_api_that_stays_away_is_told_once(world: World) -> None:
    world.dify.script(SLOW, world.app_id)
    root = world.ask("hello")
    until(world, 560)
    world.dify.answer_oddly(502, "<html>", Content_Type="text/html")
    world.wait(lambda: EN[Say.INCOMPLETE] in shown(world, root))
    world.settle(30)
    text = shown(world, root)
    assert text.count(EN[Say.INCOMPLETE]) == 1
    assert flat(TEXT).startswith(flat(text.partition(EN[Say.INCOMPLETE])[0]).removesuffix(" >"))


@pytest.mark.parametrize("means", ["word", "button"])
def test_stop_in_the_second_request_stops_the_run(world: World, means: str) -> None:
    world.configure(reply_style="edit")
    world.slack.configure(interactions_url=f"{world.hook}/slack/interactions")
    world.dify.script(SLOW, world.app_id)
    root = world.ask("hello")
    second_request(world)
    if means == "word":
        world.slack.say(world.channel, ANNA, "stop", thread_ts=root)
    else:
        assert (
            world.slack.press(
                world.channel, world.slack.answers(world.channel, root)[-1].ts, ANNA, "stop"
            ).status
            == 200
        )
    world.wait(lambda: BY_ANNA in shown(world, root))
    [stop] = world.wait(world.dify.service_stops)
    assert stop["works"]
    text = shown(world, root)
    assert text.count(BY_ANNA) == 1
    assert flat(text).startswith(flat(TEXT)[:500])
    assert len(text) < len(TEXT)


def test_question_deleted_in_the_second_request_takes_the_answer_away(world: World) -> None:
    root = world.slack.say(world.channel, BEN, "A thread of Ben's")
    world.dify.script(SLOW, world.app_id)
    question = world.ask("hello", thread_ts=root)
    second_request(world)
    world.slack.delete(world.channel, question)
    world.wait(lambda: not world.slack.answers(world.channel, root))
    [stop] = world.wait(world.dify.service_stops)
    assert stop["works"]


def test_question_in_the_thread_waits_for_the_end_of_the_run(world: World) -> None:
    world.configure(reply_style="edit")
    world.dify.script(SLOW, world.app_id, times=1)
    root = world.ask("hello")
    until(world, 300)
    second = world.ask("and now?", thread_ts=root)
    messages = whole(world, root, count=2)
    texts = [message.text for message in messages]
    assert flat("".join(texts[:-1])) == flat(TEXT)
    assert texts[-1] == "You said: and now?"
    first, after = world.dify.invocations()
    assert after["asked_conversation_id"] == first["conversation_id"]
    assert log_of(world, second)


@pytest.mark.parametrize("kind", ["older version", "chat app"])
def test_run_that_nobody_can_follow_ends_with_the_note(world: World, kind: str) -> None:
    steps = script.say("Only this. ") + script.wait(900) + script.say("Never seen.")
    if kind == "older version":
        world.dify.version("1.13.3")
    else:
        world.app_id = world.dify.app(f"{world.app_id}-chat", "chat")
        world.configure(app={"app_id": world.app_id, "inputs": {}})

    world.dify.script(steps, world.app_id)
    root = world.ask("hello")
    world.wait(lambda: EN[Say.TURN_LIMIT] in shown(world, root))
    world.settle(30)
    text = shown(world, root)
    assert text.startswith("Only this.")
    assert text.count(EN[Say.TURN_LIMIT]) == 1


@pytest.mark.soak
def test_run_of_more_than_an_hour_is_given_up_with_a_note(world: World) -> None:
    world.dify.script(script.say("Only this. ") + script.wait(3700), world.app_id)
    root = world.ask("hello")
    world.wait(lambda: EN[Say.RUN_LIMIT] in shown(world, root), timeout=120)
    assert shown(world, root).startswith("Only this.")
    assert legs(world, root) == 6


def test_process_that_dies_in_the_second_request_leaves_one_note(world: World) -> None:
    world.configure(reply_style="edit")
    world.dify.script(SLOW, world.app_id)
    root = world.ask("hello")
    second_request(world)
    world.forget()
    world.ask("wake up", user=BEN)
    world.wait(lambda: EN[Say.INTERRUPTED] in shown(world, root))
    assert shown(world, root).count(EN[Say.INTERRUPTED]) == 1


def test_another_process_goes_on_with_the_run() -> None:
    """The requests go to the two processes in turn: one more request in between, where the turn of both is the same."""
    running = Stack.start(SCALE, processes=2, warm=True)
    try:
        world = World(running, next(_numbers), "api")
        world.dify.script(SLOW, world.app_id)
        root = world.ask("hello")
        until(world, 60)
        daemon = cast("SimulatedDaemon", running.daemon)
        so_far = daemon.control.requests()
        first = next(one for one in so_far if one["path"] == "/slack/turns")
        latest = max(so_far, key=lambda one: one["number"])
        if latest["process"] != first["process"]:
            assert urllib3.request("GET", f"{world.hook}/slack/setup").status == 200
        assert flat("".join(message.text for message in whole(world, root))) == flat(TEXT)
        assert runs(world) == ["done"]
        requests = daemon.control.requests("/slack/turns")
        assert len({one["process"] for one in requests}) == 2
    finally:
        running.stop()


@pytest.mark.parametrize("style", ["edit", "stream"])
def test_quote_of_a_voice_clip_stays_above_an_answer_of_several_requests(world: World, style: str) -> None:
    app_id = world.dify.app(f"{world.app_id}-hears", "advanced-chat", speech_to_text={"enabled": True})
    world.configure(app={"app_id": app_id, "inputs": {}}, reply_style=style)
    world.dify.script(SLOW, app_id)
    root = world.ask("", files=[world.slack.add_clip("How far?")])
    messages = whole(world, root)
    assert flat("".join(message.text for message in messages)) == flat(f"> 🎤 How far?\n\n{TEXT}")
    assert legs(world, root) == 2
    assert len(world.dify.recordings()) == 1


@pytest.mark.parametrize("style", ["edit", "stream"])
def test_file_that_was_left_out_is_told_under_an_answer_of_several_requests(world: World, style: str) -> None:
    world.configure(reply_style=style)
    world.dify.script(SLOW, world.app_id)
    root = world.ask("hello", files=[world.slack.add_file("a.pdf", b"%PDF", "application/pdf")])
    note = EN[Say.FILE_LEFT_OUT].format(name="a.pdf", reason=EN[Say.FILE_NO_VARIABLE])
    messages = whole(world, root)
    assert flat("".join(message.text for message in messages)) == flat(f"{TEXT}\n\n> {note}")
    assert legs(world, root) == 2
