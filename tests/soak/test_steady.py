"""Twenty minutes of steady work: the memory stays flat and no turns pile up."""

import json
import os
import time
from dataclasses import asdict
from itertools import count
from pathlib import Path

import pytest

from benchmarks.steady import RISE, Sample, piles_up, rise, warm
from simulators.dify import script
from simulators.stack import SimulatedDaemon, Stack
from tests.conversations.answers import long_text
from tests.conversations.world import World

pytestmark = [pytest.mark.soak, pytest.mark.simulated]

MINUTES = float(os.environ.get("SOAK_MINUTES", "20"))
EVERY = 0.5  # seconds of the wall clock between two questions
SAMPLE = 10.0
CHANNELS = 20
FIGURES = Path(__file__).parents[2] / "benchmarks" / "soak.json"
SCALE = 0.5


def sample(world: World, began: float, asked: int) -> Sample:
    daemon = world.daemon
    assert isinstance(daemon, SimulatedDaemon)
    _, ended = world.dify.counts()
    memory = daemon.control.rss() / 2**20
    return Sample(
        round(time.monotonic() - began, 1), round(memory, 1), len(daemon.control.sessions()), asked, ended
    )


def test_memory_and_open_turns_stay_flat_for_twenty_minutes(request: pytest.FixtureRequest) -> None:
    stack = Stack.start(SCALE)
    request.addfinalizer(stack.stop)
    world = World(stack, 1)
    world.dify.script(script.say(long_text(1200), seconds=8, per_second=10), world.app_id)
    channels = [world.slack.add_channel(f"soak-{n}") for n in range(CHANNELS)]
    people = [world.slack.add_user(f"soaker-{n}") for n in range(200)]
    samples: list[Sample] = []
    began = time.monotonic()
    numbers = count()
    asked, next_sample = 0, 0.0
    roots: dict[str, str] = {}
    while (now := time.monotonic() - began) < MINUTES * 60:
        if now >= next_sample:
            samples.append(sample(world, began, asked))
            next_sample += SAMPLE
        number = next(numbers)
        channel, user = channels[number % CHANNELS], people[number % len(people)]
        follow = roots.get(channel, "") if number % 3 else ""
        ts = world.ask(f"question {number}", user=user, channel=channel, thread_ts=follow)
        if not follow:
            roots[channel] = ts
        asked += 1
        time.sleep(max(0.0, asked * EVERY - (time.monotonic() - began)))
    world.wait(lambda: world.dify.counts()[0] == world.dify.counts()[1] >= asked, timeout=120)
    world.wait(lambda: world.slack.open_streams() == [], timeout=120)
    samples.append(sample(world, began, asked))
    FIGURES.write_text(json.dumps([asdict(one) for one in samples], indent=1) + "\n")

    assert samples[-1].ended == asked
    assert max(one.memory for one in samples) < 256
    assert rise(warm(samples)) < RISE
    assert not piles_up(samples[1:-1])  # no turn is open at the first sample, and few are open at the last
