"""Fifty answers at once in one workspace, under the rates that Slack documents (docs/platform/slack.md#rate-tiers)."""

import time
from collections import Counter
from collections.abc import Iterator
from itertools import count
from typing import Any

import pytest

from simulators.dify import script
from simulators.slack.seen import SeenCall
from simulators.stack import Stack
from tests.conversations.answers import flat, long_text
from tests.conversations.freshness import MINUTE, TIERS, Answer, too_old
from tests.conversations.standstill import Ticker, lost
from tests.conversations.world import World

pytestmark = pytest.mark.simulated

SCALE = 0.12
STREAMS = 50
# Short enough that no text is held back: in a message's last quarter an edit waits for a paragraph's end, not its turn.
TEXT = long_text(2400)
# Seconds of the wall clock that a call may take on its way, on a machine that other programs use too.
LATE = 0.4
STILL = 0.1  # the largest part of the time in which the machine may stand still
_numbers = count(900)


@pytest.fixture
def limited() -> Iterator[World]:
    stack = Stack.start(SCALE, tiers=True)
    yield World(stack, next(_numbers))
    stack.stop()


def ask(world: World, seconds: float, apart: float) -> list[str]:
    """Ask all questions, each by another member; the app speaks for `seconds`. Returns the channels."""
    slack = world.slack
    world.dify.script(script.say(TEXT, seconds=seconds, per_second=1), world.app_id)
    acts: list[dict[str, Any]] = [
        {
            "channel": slack.add_channel(f"busy-{n}"),
            "user": slack.add_user(f"person-{n}"),
            "text": slack.mentioning(f"go {n}"),
            "only": ["app_mention"],
        }
        for n in range(STREAMS)
    ]
    began = time.monotonic()
    for number, act in enumerate(acts if apart else ()):
        time.sleep(max(0.0, began + number * apart * SCALE - time.monotonic()))
        slack.say(**act)
    if not apart:
        slack.together(acts)
    return [act["channel"] for act in acts]


def answered(world: World, channels: list[str]) -> list[Answer]:
    """The answers, once each is complete and no stream is open."""
    slack = world.slack

    def complete() -> bool:
        return world.dify.running() == 0 and all(
            flat(" ".join(message.text for message in slack.messages(channel) if message.ours)) == flat(TEXT)
            for channel in channels
        )

    world.wait(complete, timeout=120)
    world.wait(lambda: slack.open_streams() == [], timeout=60)
    apps = {str(one["query"]): one for one in world.dify.invocations()}
    calls = slack.calls("chat.*")
    assert len(apps) == STREAMS
    return [
        _answer([call for call in calls if call.arguments["channel"] == channel], apps[f"go {number}"])
        for number, channel in enumerate(channels)
    ]


def _answer(calls: list[SeenCall], app: dict[str, float]) -> Answer:
    writes = [call for call in calls if call.outcome == "ok" and call.method != "chat.stopStream"]
    used = Counter(call.method for call in writes)
    method = next((name for name in TIERS if used[name]), "chat.postMessage")
    times = [(call.at + call.ms / 1000) / SCALE for call in writes]
    return Answer(app["first_text"] / SCALE, app["ended"] / SCALE, times, method)


def assert_fresh(answers: list[Answer], ticker: Ticker) -> None:
    """Check that no text became too old, apart from the time in which the machine stood still."""
    stops = [(begin / SCALE, end / SCALE) for begin, end in ticker.stops()]
    began, ended = min(one.said for one in answers), max(one.ended for one in answers)
    assert lost(stops, began, ended) < STILL * (ended - began)
    assert "\n".join(too_old(answers, stops, LATE / SCALE)) == ""


def assert_no_429(world: World) -> None:
    """Check that after the first minute Slack answered no call with 429."""
    calls = world.slack.calls()
    late = [call for call in calls if call.design - calls[0].design > MINUTE]
    assert late
    assert [call.method for call in late if call.outcome == "429"] == []


def test_fifty_streams_share_the_documented_rates_without_a_429(limited: World) -> None:
    """Fifty are open at once if they begin as fast as tier 2 allows and speak for nearly three minutes."""
    limited.configure(reply_style="stream")
    with Ticker() as ticker:
        answers = answered(limited, ask(limited, seconds=170.0, apart=3.25))
    assert_no_429(limited)
    assert_fresh(answers, ticker)
    assert sum(1 for answer in answers if answer.method == "chat.appendStream") >= STREAMS - 5
    assert max(answer.ended for answer in answers) - min(answer.said for answer in answers) > 3 * MINUTE


def test_answers_that_begin_at_one_instant_use_streams_edits_and_posts(limited: World) -> None:
    with Ticker() as ticker:
        answers = answered(limited, ask(limited, seconds=75.0, apart=0.0))
    assert_no_429(limited)
    assert_fresh(answers, ticker)
    used = Counter(answer.method for answer in answers)
    assert used["chat.appendStream"] >= 8
    assert used["chat.update"] >= 15
    assert used["chat.postMessage"] >= 15
