"""Two hundred questions while processes are killed at random: nothing acked is lost, nothing is answered twice."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conversations.conftest import SCALE
from tests.conversations.kills import Fate, under_kills
from tests.conversations.stack import Stack
from tests.conversations.world import World
from tests.support.redis_server import RedisServer

pytestmark = [pytest.mark.soak, pytest.mark.simulated]

QUESTIONS, KILLS = 200, 18
SEEDS = range(1, 6)


@pytest.fixture(params=[1, 2], ids=["one process", "two processes"])
def killed(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[World, int]]:
    """One process on Dify's storage, or two processes behind one hook with a Redis."""
    redis = RedisServer(tmp_path)
    running = Stack.start(SCALE, processes=request.param)
    world = World(running, 9100)
    if request.param > 1:
        redis.start()
        world.configure(redis_url=redis.url)
    yield world, request.param
    running.stop()
    if request.param > 1:
        redis.stop()


@pytest.mark.parametrize("seed", SEEDS)
def test_questions_are_neither_lost_nor_doubled_under_random_kills(
    killed: tuple[World, int], seed: int
) -> None:
    world, processes = killed
    fates, wrong = under_kills(world, questions=QUESTIONS, kills=KILLS, seed=seed, processes=processes)
    print({str(fate): number for fate, number in fates.items()})  # noqa: T201 - what `make soak` is for
    assert wrong == []
    assert sum(fates.values()) == QUESTIONS
    assert fates[Fate.WHOLE] >= QUESTIONS // 3
    assert fates[Fate.WHOLE_AND_MARKED] <= KILLS // 6
