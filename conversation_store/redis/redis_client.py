"""The client of Redis: a bounded pool, short time-outs, errors as StoreError."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

from redis import BlockingConnectionPool, Redis, RedisError, ResponseError
from redis.backoff import NoBackoff
from redis.retry import Retry

from clock import Clock
from conversation_store.record import ThreadKey
from errors import SettingsError, StoreBusy, StoreError

CALL_LIMIT = 0.5
"""Seconds for a connection, and for an answer."""
SHORTEST_LIMIT = 0.2
"""Wall seconds, as in dify_storage."""
CONNECTIONS = 50
_CURE = (
    "give it as redis://:password@host:6379/0, with no options that the Redis client lacks, or leave it empty"
)
_ALL_IN_USE = "No connection available"
_CODE = re.compile(r"[A-Z]{2,20}(?= |\Z)")
PROTOCOL = 2
"""RESP2. RESP3 begins with a HELLO that older servers and some proxies do not know, and nothing here needs RESP3."""
PREFIX = "slack-bridge:1"
"""Before every key. The number changes when two releases must not share their keys."""


def thread_key(kind: str, key: ThreadKey) -> str:
    """A key of a thread. A Redis cluster places keys by what is in braces: all keys of a thread are on one node."""
    return f"{PREFIX}:{kind}:{{{key.digest()[:32]}}}"


def connect(url: str, clock: Clock) -> Redis:
    """A client of the server at `redis://`, `rediss://` or `unix://`. The client connects with its first command.

    A command whose connection broke or whose answer is late is sent once more: all our commands can be repeated.
    Raises SettingsError for any other URL.
    """
    limit = clock.wall(CALL_LIMIT, at_least=SHORTEST_LIMIT)
    try:
        pool = BlockingConnectionPool.from_url(
            url,
            max_connections=CONNECTIONS,
            timeout=limit,
            socket_timeout=limit,
            socket_connect_timeout=limit,
            retry=Retry(NoBackoff(), 1),
            protocol=PROTOCOL,
        )
        # The options of the URL are checked only when a connection is made; this connection is never opened.
        pool.connection_class(**pool.connection_kwargs)
    except Exception as error:
        raise SettingsError("redis_url", _CURE) from error
    return Redis(connection_pool=pool)


@contextmanager
def redis_errors() -> Iterator[None]:
    """Every error of the client becomes a StoreError, or a StoreBusy when all our connections are in use.

    Neither text nor traceback holds what the server wrote: a server that does not know AUTH quotes the password.
    """
    try:
        yield
    except Exception as error:  # noqa: BLE001 - the client raises more than its own
        kind = StoreBusy if _ALL_IN_USE in str(error) else StoreError
        raise kind(f"redis: {type(error).__name__} {_code(error)}".rstrip()) from None


def _code(error: Exception) -> str:
    """The server's error code, such as NOAUTH; the client removes the codes that it knows from the text."""
    known = error.status_code if isinstance(error, RedisError) else None
    found = _CODE.match(str(error)) if isinstance(error, ResponseError) else None
    return known or (found.group() if found else "")
