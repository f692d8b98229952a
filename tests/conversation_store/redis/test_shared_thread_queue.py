from dataclasses import replace

import gevent
import pytest
from redis import Redis

from conversation_store.circuit_breaker import REST
from conversation_store.record import ThreadKey
from conversation_store.redis.leases import RETURN, SharedThreadQueue
from conversation_store.redis.outage import Outage
from conversation_store.redis.redis_client import connect
from errors import StoreError
from tests.fake_clock import FakeClock
from tests.support.redis_server import RedisServer


@pytest.fixture
def line(redis_client: Redis, clock: FakeClock) -> SharedThreadQueue:
    return queue(redis_client, clock)


def queue(client: Redis, clock: FakeClock) -> SharedThreadQueue:
    return SharedThreadQueue(client, clock, Outage(clock).breaker)


def dies(client: Redis, ticket: str) -> None:
    """Its lease ends, as it does some time after its process was killed."""
    (lease,) = client.keys(f"*:{ticket}")
    client.delete(lease)


def test_first_come_first_served(line: SharedThreadQueue, key: ThreadKey) -> None:
    assert [line.join(key, ticket) for ticket in "abc"] == [0, 1, 2]
    assert [line.my_turn(key, ticket) for ticket in "cba"] == [False, False, True]
    line.leave(key, "a")
    assert [line.my_turn(key, ticket) for ticket in "cb"] == [False, True]


def test_ticket_that_joins_twice_is_in_the_queue_once(line: SharedThreadQueue, key: ThreadKey) -> None:
    assert [line.join(key, "a"), line.join(key, "b"), line.join(key, "a"), line.join(key, "c")] == [
        0,
        1,
        0,
        2,
    ]


def test_threads_have_their_own_lines(line: SharedThreadQueue, key: ThreadKey) -> None:
    line.join(key, "a")
    assert line.join(replace(key, thread="2.000001"), "b") == 0


def test_ticket_that_leaves_is_not_waited_for(line: SharedThreadQueue, key: ThreadKey) -> None:
    for ticket in "abc":
        line.join(key, ticket)
    line.leave(key, "b")
    line.leave(key, "a")
    assert line.my_turn(key, "c")


def test_ticket_without_a_lease_is_not_waited_for(
    line: SharedThreadQueue, redis_client: Redis, key: ThreadKey
) -> None:
    for ticket in "abcd":
        line.join(key, ticket)
    dies(redis_client, "a")
    dies(redis_client, "b")
    assert not line.my_turn(key, "d")
    assert line.my_turn(key, "c")


def test_running_ticket_whose_lease_ended_is_told_that_another_runs(
    line: SharedThreadQueue, redis_client: Redis, key: ThreadKey
) -> None:
    line.join(key, "a")
    line.join(key, "b")
    assert line.renew(key, "a")
    dies(redis_client, "a")
    assert line.my_turn(key, "b")
    assert not line.renew(key, "a")
    line.leave(key, "b")
    assert line.my_turn(key, "a")


def test_lease_that_ended_is_renewed_when_nobody_else_came(
    line: SharedThreadQueue, redis_client: Redis, key: ThreadKey
) -> None:
    line.join(key, "a")
    dies(redis_client, "a")
    assert line.renew(key, "a")


def test_running_ticket_is_first_again_in_a_lost_queue(
    line: SharedThreadQueue, redis_client: Redis, key: ThreadKey
) -> None:
    for ticket in "abc":
        line.join(key, ticket)
    assert line.my_turn(key, "a")
    redis_client.flushall()
    assert not line.my_turn(key, "c")
    assert not line.renew(key, "b", waits=True)
    assert line.renew(key, "a")
    assert [line.my_turn(key, ticket) for ticket in "cb"] == [False, False]
    line.leave(key, "a")
    assert [line.my_turn(key, ticket) for ticket in "bc"] == [False, True]


def test_ticket_that_runs_is_before_the_waiting_ones(
    line: SharedThreadQueue, redis_client: Redis, key: ThreadKey
) -> None:
    for ticket in "abc":
        line.join(key, ticket)
    assert line.renew(key, "b")
    assert not line.my_turn(key, "a")
    dies(redis_client, "b")
    assert line.my_turn(key, "a")
    assert not line.renew(key, "b")
    line.leave(key, "a")
    assert not line.my_turn(key, "c")


class SlowClock(FakeClock):
    """A clock whose seconds are so long that a busy machine does not reach the end of one between two calls."""

    def wall(self, seconds: float, *, at_least: float = 0.0) -> float:
        return max(at_least, seconds * 0.15)


def test_waiting_ticket_does_not_run_for_a_while_after_a_loss(redis_client: Redis, key: ThreadKey) -> None:
    clock = SlowClock()
    line = queue(redis_client, clock)
    line.join(key, "a")
    line.join(key, "b")
    redis_client.flushall()
    assert not line.my_turn(key, "b")
    gevent.sleep(clock.wall(RETURN) / 2)
    assert line.join(key, "new") == 1
    assert not line.my_turn(key, "b")
    gevent.sleep(clock.wall(RETURN))
    assert line.my_turn(key, "b")


def test_new_ticket_does_not_run_for_a_while_after_a_noticed_loss(
    line: SharedThreadQueue, redis_client: Redis, clock: FakeClock, key: ThreadKey
) -> None:
    line.join(key, "a")
    line.join(key, "b")
    redis_client.flushall()
    line.renew(key, "b", waits=True)
    line.leave(key, "b")
    assert line.join(key, "new") == 0
    assert not line.my_turn(key, "new")
    assert line.renew(key, "a")
    assert not line.my_turn(key, "new")
    line.leave(key, "a")
    assert line.my_turn(key, "new")


def test_renewing_while_waiting_is_not_running(
    line: SharedThreadQueue, redis_client: Redis, key: ThreadKey
) -> None:
    line.join(key, "a")
    line.join(key, "b")
    assert line.renew(key, "a", waits=True)
    assert line.renew(key, "b")
    assert not line.my_turn(key, "a")


def test_empty_queue_leaves_no_keys(line: SharedThreadQueue, redis_client: Redis, key: ThreadKey) -> None:
    for ticket in "ab":
        line.join(key, ticket)
    assert all(redis_client.pttl(name) > 0 for name in redis_client.keys("*"))
    for ticket in "ab":
        line.leave(key, ticket)
    assert redis_client.keys("*") == []


def test_two_processes_run_one_at_a_time_in_order(
    shared_redis: RedisServer, redis_client: Redis, key: ThreadKey
) -> None:
    clock = FakeClock()
    lines = [queue(connect(shared_redis.url, clock), clock) for _ in range(2)]
    running: list[str] = []
    done: list[str] = []

    def turn(number: int) -> None:
        line, ticket = lines[number % 2], str(number)
        while not line.my_turn(key, ticket):
            gevent.sleep(0.002)
        running.append(ticket)
        assert running == [ticket]
        gevent.sleep(0.003)
        running.remove(ticket)
        line.leave(key, ticket)
        done.append(ticket)

    for number in range(8):
        lines[number % 2].join(key, str(number))
    gevent.joinall([gevent.spawn(turn, number) for number in reversed(range(8))], raise_error=True)
    assert done == [str(number) for number in range(8)]


def test_redis_away_is_a_store_error(own_redis: RedisServer, clock: FakeClock, key: ThreadKey) -> None:
    line = queue(connect(own_redis.url, clock), clock)
    line.join(key, "a")
    own_redis.stop()
    with pytest.raises(StoreError):
        line.my_turn(key, "a")
    with pytest.raises(StoreError):
        line.leave(key, "a")


def test_redis_is_left_alone_after_it_was_away(
    own_redis: RedisServer, clock: FakeClock, key: ThreadKey
) -> None:
    line = queue(connect(own_redis.url, clock), clock)
    assert line.join(key, "a") == 0
    assert line.my_turn(key, "a")
    assert line.renew(key, "a")
    own_redis.stop()
    for ask in (line.join, line.my_turn, line.renew, line.leave):
        with pytest.raises(StoreError):
            ask(key, "a")
    own_redis.start()
    with pytest.raises(StoreError, match="a moment ago"):
        line.join(key, "a")
    clock.advance(REST)
    assert line.join(key, "b") == 0
    line.leave(key, "b")
    assert line.join(key, "c") == 0
