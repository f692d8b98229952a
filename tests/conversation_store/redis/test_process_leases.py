from collections.abc import Callable

from redis import Redis

from conversation_store.redis.leases import LEASE, SHORTEST_LEASE, ProcessLeases
from conversation_store.redis.redis_client import connect
from tests.fake_clock import FakeClock
from tests.support.redis_server import RedisServer

TERM = max(LEASE, SHORTEST_LEASE / FakeClock().wall(1.0))


def presence(client: Redis, clock: FakeClock, holder: str) -> ProcessLeases:
    return ProcessLeases(client, clock, holder, spawn=not_at_all)


def not_at_all(run: Callable[[], None]) -> None:
    """The test renews by itself."""


def test_process_is_gone_when_its_lease_is_missing(redis_client: Redis, clock: FakeClock) -> None:
    one, two = presence(redis_client, clock, "one"), presence(redis_client, clock, "two")
    one.renew()
    two.renew()
    clock.advance(TERM)
    assert one.is_gone("two") is False
    assert one.is_gone("never there") is True
    redis_client.delete("slack-bridge:1:p:two")
    assert one.is_gone("two") is True


def test_the_lease_ends_by_itself(redis_client: Redis, clock: FakeClock) -> None:
    presence(redis_client, clock, "one").renew()
    assert 0 < redis_client.pttl("slack-bridge:1:p:one") <= max(SHORTEST_LEASE, clock.wall(LEASE)) * 1000


def test_new_process_cannot_tell_who_is_gone(redis_client: Redis, clock: FakeClock) -> None:
    one = presence(redis_client, clock, "one")
    assert one.is_gone("two") is None
    one.renew()
    clock.advance(TERM - 1)
    one.renew()
    assert one.is_gone("two") is None
    clock.advance(1)
    assert one.is_gone("two") is True


def test_no_process_is_gone_for_a_term_after_leases_were_lost(redis_client: Redis, clock: FakeClock) -> None:
    one = presence(redis_client, clock, "one")
    one.renew()
    clock.advance(TERM)
    redis_client.flushall()
    assert one.is_gone("two") is None
    one.renew()
    assert one.is_gone("two") is None
    clock.advance(TERM)
    assert one.is_gone("two") is True


def test_no_process_is_gone_while_redis_is_away(own_redis: RedisServer, clock: FakeClock) -> None:
    one = presence(connect(own_redis.url, clock), clock, "one")
    one.renew()
    clock.advance(TERM)
    own_redis.stop()
    assert one.is_gone("two") is None
    one.renew()
    own_redis.start()
    assert one.is_gone("two") is None
    one.renew()
    clock.advance(TERM)
    assert one.is_gone("two") is True
