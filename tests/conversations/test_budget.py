"""Fifty answers at once in one workspace, under the rates that Slack documents (field/slack.md §6)."""

import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count, pairwise
from typing import Any

import pytest

from simulators.dify import script
from simulators.slack.seen import SeenCall
from simulators.stack import Stack
from tests.conversations.answers import flat, long_text
from tests.conversations.world import World

pytestmark = pytest.mark.simulated

SCALE = 0.12
STREAMS = 50
# Shorter than what is kept back: in a message's last quarter an edit waits for a paragraph's end, not for its turn.
TEXT = long_text(2400)
MINUTE = 60.0
TIERS = {"chat.appendStream": 100, "chat.update": 50}
PACES = {
    "chat.appendStream": 1.0,
    "chat.update": 3.0,
}  # of the writers (design D5): the bound holds from there on
FIRST_TEXT = 3.0  # until there is a line that is worth showing
# Seconds of the wall that a call may take on its way, on a machine that others use too.
LATE = 0.25
# While answers wait, Slack hears from us so often at least: tier 3 at the pace of the budget. What is longer is a
# process that stood still; at this scale a look for garbage of a fifth of a second is nearly two seconds.
OFTEN = 1.3
STILL = 0.1  # of the time at most
_numbers = count(900)


@pytest.fixture
def limited() -> Iterator[World]:
    stack = Stack.start(SCALE, tiers=True)
    yield World(stack, next(_numbers))
    stack.stop()


@dataclass(frozen=True, slots=True)
class Answer:
    """In design seconds: when the app spoke first and when it had ended, and when each text came on the screen."""

    said: float
    ended: float
    writes: list[float]
    method: str

    def ages(self) -> list[tuple[float, float]]:
        """From each text to the next one; the last text of all counts from when the app had said it."""
        last = self.writes[-1]
        return [*pairwise(self.writes), *([(self.ended, last)] if last > self.ended else [])]


def ask(world: World, seconds: float, apart: float) -> list[str]:
    """The channels of the questions, each with an asker of its own; the app speaks for so long."""
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


def stood_still(calls: list[float], since: float, until: float) -> float:
    """Seconds in between in which nothing at all came, though it would have been time."""
    inside = [since, *(at for at in calls if since < at < until), until]
    return sum(max(0.0, later - earlier - OFTEN) for earlier, later in pairwise(inside))


def assert_fresh(world: World, answers: list[Answer]) -> None:
    """None is older on screen than N x 60 / tier x 1.2 s, N being those that its method writes meanwhile."""
    calls = sorted((call.at + call.ms / 1000) / SCALE for call in world.slack.calls())
    began, ended = min(one.said for one in answers), max(one.ended for one in answers)
    assert stood_still(calls, began, ended) < STILL * (ended - began)
    for method, tier in TIERS.items():
        those = [answer for answer in answers if answer.method == method]

        def alive(now: float, those: list[Answer] = those) -> int:
            return sum(1 for one in those if one.writes[0] <= now <= one.writes[-1])

        for answer in those:
            lost = stood_still(calls, answer.said, answer.writes[0])
            assert answer.writes[0] - answer.said - lost <= FIRST_TEXT + LATE / SCALE
            for earlier, later in answer.ages():
                messages = max(alive(earlier), alive(later))
                bound = max(messages * MINUTE / tier * 1.2, PACES[method])
                lost = stood_still(calls, earlier, later)
                assert later - earlier - lost <= bound + LATE / SCALE, (method, messages, bound)


def assert_no_429(world: World) -> None:
    """None after the first minute, of whatever method."""
    calls = world.slack.calls()
    late = [call for call in calls if call.design - calls[0].design > MINUTE]
    assert late
    assert [call.method for call in late if call.outcome == "429"] == []


def test_fifty_streams_share_the_documented_rates(limited: World) -> None:
    """So many are open at once when they begin as fast as tier 2 allows and speak for nearly three minutes."""
    answers = answered(limited, ask(limited, seconds=170.0, apart=3.25))
    assert_no_429(limited)
    assert_fresh(limited, answers)
    assert sum(1 for answer in answers if answer.method == "chat.appendStream") >= STREAMS - 5
    assert max(answer.ended for answer in answers) - min(answer.said for answer in answers) > 3 * MINUTE


def test_those_that_begin_at_one_instant_go_by_edits_too_and_by_post(limited: World) -> None:
    answers = answered(limited, ask(limited, seconds=75.0, apart=0.0))
    assert_no_429(limited)
    assert_fresh(limited, answers)
    used = Counter(answer.method for answer in answers)
    assert used["chat.appendStream"] >= 8
    assert used["chat.update"] >= 15
    assert used["chat.postMessage"] >= 15
