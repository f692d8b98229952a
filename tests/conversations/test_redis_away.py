"""Redis goes away and comes back, with or without its data: threads go on, and no message is answered twice."""

import itertools
from typing import cast

import pytest

from conversation_store.redis.leases import LEASE
from simulators.dify import script
from simulators.slack.workspace import ANNA, BEN
from simulators.stack import SimulatedDaemon
from tests.conversations.answers import long_text
from tests.conversations.world import World
from tests.support.redis_server import RedisServer
from wording import Say
from wording.en import EN

NOTE = EN[Say.INTERRUPTED]
BACK = 15.0
"""Design seconds after which every process has noticed that Redis is back and sent what Redis missed."""

pytestmark = pytest.mark.simulated


def conversations(world: World) -> set[str]:
    return {one["conversation_id"] for one in world.dify.invocations()}


def queries(world: World) -> list[str]:
    return [one["query"] for one in world.dify.invocations()]


def seen(world: World, root: str) -> str:
    return "\n".join(one.seen for one in world.slack.answers(world.channel, root))


def processes(world: World, path: str) -> set[int]:
    entries = cast("SimulatedDaemon", world.daemon).control.requests(path)
    return {entry["process"] for entry in entries if entry["status"] == 200}


def test_complete_answer_stays_complete_when_redis_goes_away(world: World, redis: RedisServer) -> None:
    world.configure(redis_url=redis.url)
    world.dify.script(script.say(long_text(600), seconds=20), world.app_id, times=1)
    root = world.ask("one")
    world.answers(root)
    redis.stop()
    world.ask("two", thread_ts=root)
    world.answers(root, count=2)
    world.settle(10)
    assert NOTE not in seen(world, root)
    assert (queries(world), len(conversations(world))) == (["one", "two"], 1)


def test_answer_is_complete_when_redis_goes_away_during_its_turn(world: World, redis: RedisServer) -> None:
    world.configure(redis_url=redis.url)
    world.dify.script(script.say(long_text(2000), seconds=60), world.app_id, times=1)
    root = world.ask("one")
    world.wait(lambda: world.slack.answers(world.channel, root))
    redis.freeze()
    world.answers(root)
    world.ask("two", thread_ts=root)
    world.answers(root, count=2)
    redis.thaw()
    world.settle(BACK)
    world.forget()
    world.ask("three", thread_ts=root)
    world.answers(root, count=3)
    world.settle(60)
    assert NOTE not in seen(world, root)
    assert (queries(world), len(conversations(world))) == (["one", "two", "three"], 1)


def test_thread_goes_on_when_redis_comes_back_empty(world: World, redis: RedisServer) -> None:
    world.configure(redis_url=redis.url)
    root = world.ask("one")
    world.answers(root)
    redis.stop()
    redis.start()
    world.forget()  # the memory of the old process would hide what the stores know
    world.slack.say(world.channel, ANNA, "two", thread_ts=root)
    world.answers(root, count=2)
    [first, _] = world.deliveries(ts=root)
    world.slack.again(first)
    world.settle(10)
    assert (queries(world), len(conversations(world))) == (["one", "two"], 1)


@pytest.mark.parametrize("loses", ["restarted", "frozen longer than a lease"])
def test_waiting_question_does_not_start_early_when_redis_loses_the_queue(
    world: World, redis: RedisServer, loses: str
) -> None:
    world.configure(redis_url=redis.url)
    world.dify.script(script.say(long_text(2000), seconds=100), world.app_id, times=1)
    root = world.ask("one")
    world.wait(lambda: world.slack.answers(world.channel, root))
    world.ask("two", thread_ts=root)
    world.settle(5)
    if loses == "restarted":
        redis.stop()
        redis.start()
    else:
        redis.freeze()
        world.settle(LEASE + 10)
        redis.thaw()
    world.answers(root, count=2)
    one, two = world.dify.invocations()
    assert two["started"] >= one["ended"]


@pytest.mark.parametrize("away", [0.0, 8.0])
def test_waiting_question_in_another_process_does_not_start_early_when_redis_restarts(
    two_processes: World, redis: RedisServer, away: float
) -> None:
    world = two_processes
    world.configure(redis_url=redis.url)
    world.dify.script(script.say(long_text(2000), seconds=100), world.app_id, times=1)
    root = world.ask("one")
    world.wait(lambda: world.slack.answers(world.channel, root))
    for number in range(2):  # one of the questions goes to the other process
        world.ask(f"then {number}", thread_ts=root)
    world.settle(5)
    redis.stop()
    world.settle(away)
    redis.start()
    world.answers(root, count=3)
    assert len(processes(world, "/slack/turns")) == 2
    runs = world.dify.invocations()
    assert [then["started"] >= one["ended"] for one, then in itertools.pairwise(runs)] == [True, True]


def test_member_who_asked_while_redis_was_away_is_known_to_the_other_process(
    two_processes: World, redis: RedisServer
) -> None:
    world = two_processes
    world.configure(redis_url=redis.url)
    root = world.ask("one")
    world.answers(root)
    redis.freeze()
    world.ask("two", thread_ts=root, user=BEN)
    world.answers(root, count=2)
    redis.thaw()
    world.settle(BACK)
    for number in range(4):
        world.slack.say(world.channel, BEN, f"more {number}", thread_ts=root)
        world.answers(root, count=3 + number)
        if number % 2:
            world.slack.say(world.channel, ANNA, "the other one is asked next")
    assert len(processes(world, "/slack/events")) == 2
    assert len(conversations(world)) == 1
    assert len(queries(world)) == 6


def test_message_claimed_while_redis_was_away_is_not_claimed_again_later(
    two_processes: World, redis: RedisServer
) -> None:
    world = two_processes
    world.configure(redis_url=redis.url)
    root = world.ask("one")
    world.answers(root)
    redis.freeze()
    during = world.ask("two", thread_ts=root)
    world.answers(root, count=2)
    redis.thaw()
    world.settle(BACK)
    [delivery] = world.deliveries("app_mention", ts=during)
    for retry in range(
        1, 4
    ):  # an odd number of requests each time, so that both processes are asked for the turn
        world.slack.again(delivery, retry)
        world.slack.say(world.channel, ANNA, "not for the bot")
        world.settle(5)
    assert queries(world) == ["one", "two"]
    assert len(world.slack.answers(world.channel, root)) == 2


def test_unknown_redis_option_costs_only_the_use_of_redis(world: World, redis: RedisServer) -> None:
    world.configure(redis_url=f"{redis.url}?ssl_cert_reqs=none")
    root = world.ask("one")
    world.answers(root)
    world.slack.say(world.channel, ANNA, "two", thread_ts=root)
    world.answers(root, count=2)
    assert queries(world) == ["one", "two"]
