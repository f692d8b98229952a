"""The turns of one thread run one after the other, in one process and in several."""

import itertools
from typing import cast

import pytest

from simulators.daemon.control import DaemonControl
from simulators.dify import script
from simulators.slack.workspace import ANNA, BEN, CAROL
from simulators.stack import SimulatedDaemon
from tests.conversations.answers import flat, long_text
from tests.conversations.world import World
from tests.support.redis_server import RedisServer
from wording import Say
from wording.en import EN

PEOPLE = (ANNA, BEN, CAROL)
TEXT = long_text(400)


def control(world: World) -> DaemonControl:
    return cast("SimulatedDaemon", world.daemon).control


def ask_all(world: World, count: int, root: str = "") -> str:
    """Ask the questions "0", "1", … in one thread, a moment apart. Returns the thread's root."""
    for number in range(count):
        ts = world.ask(str(number), thread_ts=root, user=PEOPLE[number % 3])
        root = root or ts
        world.wait(lambda ts=ts: world.slack.deliveries("app_mention", ts=ts)[0].state == "accepted")  # type: ignore[misc]
    return root


def runs(world: World) -> list[tuple[str, float, float]]:
    """The (query, began, ended) of each time the app was asked, in the order of asking."""
    return [(one["query"], one["started"], one["ended"]) for one in world.dify.invocations()]


def one_after_the_other(world: World) -> list[str]:
    """The queries in the order in which they ran. Fails if one began before the one before it had ended."""
    found = sorted(runs(world), key=lambda run: run[1])
    for (_, _, ended), (query, began, _) in itertools.pairwise(found):
        assert began >= ended, f"{query} began too early"
    return [query for query, _, _ in found]


def processes(world: World) -> set[int]:
    return {entry["process"] for entry in control(world).requests("/slack/turns") if entry["status"] == 200}


def test_sixth_waiting_question_is_refused(world: World) -> None:
    world.dify.script(script.say(TEXT, seconds=60), world.app_id, times=1)
    root = ask_all(world, 8)
    answers = world.answers(root, count=8, timeout=60)
    refused = [answer.text for answer in answers if answer.text == EN[Say.QUEUE_FULL]]
    assert len(refused) == 2
    assert one_after_the_other(world) == ["0", "1", "2", "3", "4", "5"]


@pytest.mark.simulated
def test_order_is_kept_between_two_processes_with_redis(two_processes: World, redis: RedisServer) -> None:
    world = two_processes
    world.configure(redis_url=redis.url)
    world.dify.script(script.say(TEXT, seconds=15), world.app_id)
    root = ask_all(world, 6)
    answers = world.answers(root, count=6, timeout=60)
    assert [flat(answer.text) for answer in answers] == [flat(TEXT)] * 6
    assert one_after_the_other(world) == ["0", "1", "2", "3", "4", "5"]
    assert len(processes(world)) == 2
    conversations = {one["conversation_id"] for one in world.dify.invocations()}
    assert len(conversations) == 1


@pytest.mark.simulated
def test_sixth_waiting_question_is_refused_between_processes_too(
    two_processes: World, redis: RedisServer
) -> None:
    world = two_processes
    world.configure(redis_url=redis.url)
    world.dify.script(script.say(TEXT, seconds=100), world.app_id, times=1)
    root = ask_all(world, 8)
    answers = world.answers(root, count=8, timeout=60)
    assert [answer.text for answer in answers].count(EN[Say.QUEUE_FULL]) == 2
    assert one_after_the_other(world) == ["0", "1", "2", "3", "4", "5"]


@pytest.mark.simulated
def test_place_of_a_killed_process_goes_to_the_next_question(
    two_processes: World, redis: RedisServer
) -> None:
    world = two_processes
    world.configure(redis_url=redis.url)
    world.dify.script(script.say(long_text(2000), seconds=200), world.app_id, times=1)
    root = ask_all(world, 1)
    # The second text comes after the record was written with the conversation.
    world.wait(lambda: any(answer.states > 1 for answer in world.slack.answers(world.channel, root)))
    turns = [one for one in control(world).sessions() if one["path"] == "/slack/turns"]
    [holder] = [one for one in turns if one["calls"]]  # the other process may be looking for orphans
    numbers = [one["number"] for one in control(world).processes()]
    control(world).kill_plugin(numbers.index(holder["process"]))
    ask_all(world, 2, root)
    answers = world.answers(root, count=3, timeout=60)
    assert [EN[Say.INTERRUPTED] in answer.seen for answer in answers] == [True, False, False]
    assert [query for query, _, _ in runs(world)] == ["0", "0", "1"]
    assert world.slack.open_streams() == []


@pytest.mark.simulated
def test_questions_are_answered_when_redis_goes_away_and_comes_back(
    two_processes: World, redis: RedisServer
) -> None:
    world = two_processes
    world.configure(redis_url=redis.url)
    world.dify.script(script.say(TEXT, seconds=15), world.app_id)
    root = ask_all(world, 2)
    redis.stop()
    ask_all(world, 2, root)
    world.answers(root, count=4, timeout=60)
    redis.start()
    world.settle(10)
    ask_all(world, 2, root)
    answers = world.answers(root, count=6, timeout=60)
    assert [flat(answer.text) for answer in answers] == [flat(TEXT)] * 6
    log = world.daemon.log()
    assert "Redis is away" in log
    assert "Redis is back" in log
