"""An app that sends a megabyte at once delays no other event, and the plugin's memory does not grow much."""

import itertools
import time
from collections.abc import Iterator

import pytest

from simulators.dify import script
from tests.conversations.conftest import SCALE
from tests.conversations.matrix import control_of
from tests.conversations.stack import Stack
from tests.conversations.standstill import Ticker, lost
from tests.conversations.world import BEN, World

pytestmark = pytest.mark.simulated

SIZE = 1_000_000
HELD_UP = 2.0
"""Seconds of the wall clock from Slack's request to its ack. The aim is 0.5 s; all simulators share the machine."""
LONGEST = 120.0  # seconds of the wall clock
GROWTH = 100 * 1024 * 1024

PIECES = {
    "prose": "Sentence number five says a little more about the matter.\n\n",
    "words": "word ",
    "letters": "a",
    "blank lines": "\n",
    "short lines": "a\n",
    "headings": "# h\n\n",
    "list": "- item **bold** and `code`\n",
    "quote": "> said\n",
    "code": "    x = 1\n",
    "rows": "| a | b |\n|---|---|\n",
    "links": "[a](https://b.example) ",
    "less-than": "<",
    "opening brackets": "[",
    "escaped brackets": "\\[",
    "backticks": "`",
    "tildes": "~~~\n",
    "stars": "*a",
    "underscores": "_a ",
    "ampersands": "& ",
    "tags": "<b>x</b> ",
    "thoughts": "<think>x</think>",
    "pictures": "![a](https://b.example/c.png) ",
    "kana": "漢字かな",
    "emoji": "😀",
}


OTHERS = [(kind, style) for kind in ("words", "list") for style in ("edit", "post")]
# Each takes some eight seconds of computing: `make test` has two of them, `make soak` has all.
FIRST = {("escaped brackets", "stream"), ("words", "post")}
KINDS = [
    pytest.param(*one, marks=() if one in FIRST else pytest.mark.soak)
    for one in [*((kind, "stream") for kind in PIECES), *OTHERS]
]
_numbers = itertools.count(5_000)


@pytest.fixture(scope="module")
def own_stack() -> Iterator[Stack]:
    """A stack of its own, with a plugin whose memory no other test has used."""
    running = Stack.start(SCALE)
    yield running
    running.stop()


@pytest.fixture
def world(own_stack: Stack) -> World:
    return World(own_stack, next(_numbers))


def large(piece: str) -> str:
    return piece * (SIZE // len(piece.encode()))


def hold_ups(world: World) -> tuple[float, int]:
    """While the next answer comes: the longest wait of another event in seconds, and the plugin's growth in bytes."""
    control = control_of(world)
    world.slack.rules(patience_floor=60.0)  # high, so that the wait of an event can be measured
    world.answer(world.ask("Hello"))
    before = most = control.rss()
    with Ticker() as ticker:
        root, ends = world.ask("Everything"), time.monotonic() + LONGEST
        while not is_over(world, root):
            assert time.monotonic() < ends, world.daemon.log()[-4000:]
            world.slack.say(world.channel, BEN, "Something between us")
            most = max(most, control.rss())
            time.sleep(0.05)
    events = world.wait(
        lambda: [one for one in world.slack.deliveries("message") if one.attempts and one.state != "pending"]
    )
    stops = ticker.stops()
    waits = [
        one.ms / 1000 - lost(stops, one.at, one.at + one.ms / 1000)
        for event in events
        for one in event.attempts
    ]
    return max(waits), most - before


def is_over(world: World, root: str) -> bool:
    """Whether the turn has written its line into the log."""
    lines = [str(entry.get("message", "")) for entry in control_of(world).logs()]
    return any(line.startswith('{"turn":') and f'"ts":"{root}"' in line for line in lines)


@pytest.mark.parametrize(("kind", "style"), KINDS)
def test_other_events_are_acked_in_time_while_a_text_of_a_megabyte_comes(
    world: World, kind: str, style: str
) -> None:
    world.configure(reply_style=style)
    world.dify.script(script.say(large(PIECES[kind])), world.app_id, when="Everything")
    waited, grown = hold_ups(world)
    assert waited < HELD_UP
    assert grown < GROWTH


LINES = large(PIECES["short lines"])
WAYS = {
    "outputs": ("workflow", script.outputs({"text": LINES})),
    "replacement": ("chat", script.say("Hello") + script.replace(LINES)),
    "thought": ("chat", script.reasoning(LINES) + script.say("Hello")),
    "observation": ("agent-chat", script.thought("search", "{}", LINES) + script.say("Hello")),
    "output of a node": ("advanced-chat", script.node("Search", "tool", outputs={"text": LINES})),
    "form": ("advanced-chat", script.pause(LINES)),
    "more than is kept": ("chat", [step for _ in range(10) for step in script.say(large(PIECES["prose"]))]),
}


@pytest.mark.soak
@pytest.mark.parametrize("way", WAYS)
def test_other_events_are_acked_in_time_while_another_event_of_a_megabyte_comes(
    world: World, way: str
) -> None:
    mode, steps = WAYS[way]
    form = [{"text-input": {"variable": "query", "label": "query", "required": True}}]
    app = world.dify.app(f"{world.app_id}-{mode}", mode, form=form if mode == "workflow" else [])
    world.configure(app={"app_id": app, "inputs": {}})
    world.dify.script(steps, app, when="Everything")
    waited, grown = hold_ups(world)
    assert waited < HELD_UP
    assert grown < GROWTH
