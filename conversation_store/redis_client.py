"""The way to Redis: a bounded pool, short time-outs, errors as StoreError."""

from collections.abc import Iterator
from contextlib import contextmanager

from redis import BlockingConnectionPool, Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

from clock import Clock
from errors import SettingsError, StoreError

CALL_LIMIT = 0.5
"""Seconds for a connection, and for an answer."""
SHORTEST_LIMIT = 0.2
"""Wall seconds, as in dify_storage."""
CONNECTIONS = 50
PREFIX = "slack-bridge:1"
"""Before every key; the number changes when what is stored changes its meaning."""


def connect(url: str, clock: Clock) -> Redis:
    """A client of the server at `redis://`, `rediss://` or `unix://`; connects with its first command.

    A command whose connection broke is sent once more: all of ours can be repeated. Raises SettingsError
    for what is no such URL.
    """
    limit = max(clock.wall(CALL_LIMIT), SHORTEST_LIMIT)
    try:
        pool = BlockingConnectionPool.from_url(
            url,
            max_connections=CONNECTIONS,
            timeout=limit,
            socket_timeout=limit,
            socket_connect_timeout=limit,
            retry=Retry(NoBackoff(), 1),
        )
    except ValueError as error:
        raise SettingsError(
            "redis_url", "give it as redis://:password@host:6379/0, or leave it empty"
        ) from error
    return Redis(connection_pool=pool)


@contextmanager
def redis_errors() -> Iterator[None]:
    """Whatever the client raises within becomes StoreError."""
    try:
        yield
    except (RedisError, OSError) as error:
        raise StoreError(f"redis: {type(error).__name__}: {error}") from error
