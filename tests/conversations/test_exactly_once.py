"""Thousands of messages, each delivered up to four times, shuffled, and mentions as two events: one answer each."""

import random
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from simulators.slack.seen import SeenDelivery
from tests.conversations.conftest import SCALE
from tests.conversations.matrix import control_of
from tests.conversations.stack import Stack
from tests.conversations.turn_log import turns_of
from tests.conversations.world import World
from tests.support.redis_server import RedisServer

pytestmark = pytest.mark.simulated
MANY = [(500, 1.2), pytest.param(5000, 0.6, marks=pytest.mark.soak)]
BATCH = 25
UNDER_WAY = (
    50  # deliveries; the next messages wait until fewer are open, so that a slow machine is asked for less
)
PATIENCE = (
    5.0  # seconds of the wall clock that Slack waits for an ack, for a machine that does other work too
)
CHANNELS = 10
ORDERS = ("mention_first", "message_first", "at_once")


@pytest.fixture
def on_redis(tmp_path: Path) -> Iterator[World]:
    """Two processes behind one hook, with a Redis of their own."""
    redis = RedisServer(tmp_path)
    redis.start()
    running = Stack.start(SCALE, processes=2, warm=True)
    world = World(running, 9000)
    world.configure(redis_url=redis.url)
    yield world
    running.stop()
    redis.stop()


@pytest.mark.parametrize(("number", "per_second"), MANY)
def test_each_message_is_answered_once_in_one_process_on_dify_storage(
    world: World, number: int, per_second: float
) -> None:
    send(world, number, per_second)
    assert what_is_wrong(world, number) == []


@pytest.mark.parametrize(("number", "per_second"), MANY)
def test_each_message_is_answered_once_in_two_processes_on_redis(
    on_redis: World, number: int, per_second: float
) -> None:
    send(on_redis, number, per_second)
    assert what_is_wrong(on_redis, number) == []
    served = Counter(entry["process"] for entry in control_of(on_redis).requests(path="/slack/turns"))
    assert len(served) == 2


def send(world: World, number: int, per_second: float, seed: int = 1) -> None:
    """Send each message in a thread of its own. Retries and second events of mentions come at once or later.

    `per_second`: messages per design second, twenty times as many per second of the wall clock. Two shared cores can
    ack that many within Slack's time limit. Slack gives up a message after three retries, and then nobody was asked.
    """
    # Our own posts, coming back as events, would be half of the load. What counts here is how often, not how soon.
    world.slack.rules(echo=False, patience_floor=PATIENCE)
    chance = random.Random(seed)
    people = [world.slack.add_user(f"asker-{n}") for n in range(1 + number // 5)]
    channels = [world.slack.add_channel(f"many-{n}") for n in range(CHANNELS)]
    due = time.monotonic()
    for begin in range(0, number, BATCH):
        count = min(BATCH, number - begin)
        seconds = count / per_second
        world.slack.together(
            {
                "channel": channels[n % CHANNELS],
                "user": people[n % len(people)],
                "text": world.slack.mentioning(f"question {n}"),
                "order": chance.choice(ORDERS),
                "deliveries": chance.choice([1, 1, 1, 2, 2, 3, 4]),
                "spacing": chance.choice([0.0, 0.0, 1.0, 10.0]),
                "delay": chance.uniform(0.0, seconds),
            }
            for n in range(begin, begin + count)
        )
        due += seconds * world.scale
        time.sleep(max(0.0, due - time.monotonic()))
        world.wait(lambda: world.slack.delivery_counts().get("pending", 0) < UNDER_WAY, 300)
    world.wait(lambda: not world.slack.delivery_counts().get("pending"), 300)
    control_of(world).wait_idle(300)


def what_is_wrong(world: World, number: int) -> list[str]:
    """A line for each message that was not asked or not answered exactly once."""
    asked = Counter(one["query"] for one in world.dify.invocations())
    wanted = Counter({f"question {n}": 1 for n in range(number)})
    unlike = [query for query in asked | wanted if asked[query] != 1]
    sent = world.slack.deliveries()
    turns = [*turns_of(world)] if unlike else []
    wrong = [f"{query}: asked {asked[query]} times; {what_became_of(query, sent, turns)}" for query in unlike]
    answered: dict[str, int] = {}
    wrong += [f"{message.ts}: a stream is open" for message in world.slack.open_streams()]
    for channel in {one.channel for one in sent}:
        answered |= world.slack.answer_counts(channel)
    wrong += [f"{ts}: {count} answers" for ts, count in answered.items() if count != 1]
    if len(answered) != number:
        wrong.append(f"{len(answered)} of {number} were answered")
    return wrong


def what_became_of(query: str, sent: list[SeenDelivery], turns: list[dict[str, Any]]) -> str:
    """How the turns of this message ended, and the state of each delivery, with what Slack got at each attempt."""
    ours = [one for one in sent if str(one.body["event"].get("text", "")).endswith(query)]
    names = {one.body["event"].get("ts") for one in ours}
    outcomes = [turn["outcome"] for turn in turns if turn["ts"] in names]
    deliveries = (
        f"{one.kind} {one.state} {[attempt.failure or attempt.status for attempt in one.attempts]}"
        for one in ours
    )
    return "; ".join([f"turns {outcomes}", *deliveries])
