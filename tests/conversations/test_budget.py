"""Fifty answers at once in one workspace, under the rates that Slack documents (field/slack.md §6)."""

from collections import defaultdict
from collections.abc import Iterator
from itertools import count, pairwise

import pytest

from simulators.dify import script
from simulators.stack import Stack
from tests.conversations.answers import flat, long_text
from tests.conversations.world import World

pytestmark = pytest.mark.simulated

SCALE = 0.2
PAUSE = 1.0 / SCALE  # a second of the wall in which a shared machine may stand still
STREAMS = 50
SECONDS = 150.0
TIERS = {"chat.appendStream": 100, "chat.update": 50}
# A call is seen when it was answered, so two of them may be one call's time further apart than they were granted,
# and a first text that was just shown goes to the end of the line.
SLOTS = 2
_numbers = count(900)


@pytest.fixture
def limited() -> Iterator[World]:
    stack = Stack.start(SCALE, tiers=True)
    yield World(stack, next(_numbers))
    stack.stop()


def test_fifty_answers_share_the_documented_rates(limited: World) -> None:
    world, slack = limited, limited.slack
    text = long_text(3000)
    world.dify.script(script.say(text, seconds=SECONDS, per_second=4), world.app_id)
    channels = [slack.add_channel(f"busy-{n}") for n in range(STREAMS)]
    people = [slack.add_user(f"person-{n}") for n in range(STREAMS)]
    began = slack.design()
    roots = slack.together(
        {"channel": channel, "user": user, "text": slack.mentioning("go"), "only": ["app_mention"]}
        for channel, user in zip(channels, people, strict=True)
    )

    def done() -> bool:
        return world.dify.running() == 0 and all(
            flat(" ".join(answer.text for answer in slack.answers(channel, root))) == flat(text)
            for channel, root in zip(channels, roots, strict=True)
        )

    world.wait(done, timeout=180)
    world.wait(lambda: slack.open_streams() == [], timeout=60)
    calls = slack.calls("chat.*")
    limited_calls = [call for call in calls if call.outcome == "429" and call.design - began > 60]
    assert limited_calls == []
    assert len([root for root in roots if root]) == STREAMS

    writes: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    for call in calls:
        if call.method in TIERS and call.outcome == "ok" and call.design - began < SECONDS:
            writes[call.method][call.arguments["ts"]].append(call.design)
    assert writes
    for method, messages in writes.items():
        bound = (len(messages) + SLOTS) * 60 / TIERS[method] * 1.2
        gaps = [later - earlier for times in messages.values() for earlier, later in pairwise(times)]
        assert max(gaps, default=0.0) <= max(bound, 4.5) + PAUSE, (method, len(messages))
