"""Redis goes away and comes back, with all it had or empty: threads go on, and nothing is answered twice."""

import itertools
from typing import cast

import pytest

from conversation_store.redis.shared_thread_queue import LEASE
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
"""Design seconds in which every process has noticed that Redis is back, and told it what it missed."""

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


def test_an_answer_that_was_complete_stays_so_when_redis_goes(world: World, redis: RedisServer) -> None:
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


def test_a_turn_in_which_redis_goes_is_complete_too(world: World, redis: RedisServer) -> None:
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


def test_a_redis_that_is_empty_costs_no_thread(world: World, redis: RedisServer) -> None:
    world.configure(redis_url=redis.url)
    root = world.ask("one")
    world.answers(root)
    redis.stop()
    redis.start()
    world.forget()  # what it remembered itself would hide what the stores know
    world.slack.say(world.channel, ANNA, "two", thread_ts=root)
    world.answers(root, count=2)
    [first, _] = world.slack.deliveries(ts=root)
    world.slack.again(first)
    world.settle(10)
    assert (queries(world), len(conversations(world))) == (["one", "two"], 1)


@pytest.mark.parametrize("loses", ["restarted", "frozen longer than a lease"])
def test_who_waits_does_not_run_beside_who_runs_when_redis_loses_its_line(
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
def test_who_waits_in_another_process_does_not_run_beside_it_either(
    two_processes: World, redis: RedisServer, away: float
) -> None:
    world = two_processes
    world.configure(redis_url=redis.url)
    world.dify.script(script.say(long_text(2000), seconds=100), world.app_id, times=1)
    root = world.ask("one")
    world.wait(lambda: world.slack.answers(world.channel, root))
    for number in range(2):  # one of them to the other process
        world.ask(f"then {number}", thread_ts=root)
    world.settle(5)
    redis.stop()
    world.settle(away)
    redis.start()
    world.answers(root, count=3)
    assert len(processes(world, "/slack/turns")) == 2
    runs = world.dify.invocations()
    assert [then["started"] >= one["ended"] for one, then in itertools.pairwise(runs)] == [True, True]


def test_the_other_process_knows_who_asked_while_redis_was_away(
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


def test_what_one_process_took_while_redis_was_away_no_other_takes_after(
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
    [delivery] = world.slack.deliveries("app_mention", ts=during)
    for retry in range(1, 4):  # an odd number of requests each: both processes are asked for the turn
        world.slack.again(delivery, retry)
        world.slack.say(world.channel, ANNA, "not for the bot")
        world.settle(5)
    assert queries(world) == ["one", "two"]
    assert len(world.slack.answers(world.channel, root)) == 2


def test_an_option_that_redis_does_not_know_costs_nothing_but_redis(world: World, redis: RedisServer) -> None:
    world.configure(redis_url=f"{redis.url}?ssl_cert_reqs=none")
    root = world.ask("one")
    world.answers(root)
    world.slack.say(world.channel, ANNA, "two", thread_ts=root)
    world.answers(root, count=2)
    assert queries(world) == ["one", "two"]
