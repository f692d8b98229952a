from collections.abc import Iterator

import pytest
from redis import Redis

from conversation_store.record import ThreadKey
from conversation_store.redis.redis_client import connect
from tests.fake_clock import FakeClock
from tests.support.fake_dify_storage import FakeDifyStorage
from tests.support.redis_server import RedisServer


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def storage() -> FakeDifyStorage:
    return FakeDifyStorage()


@pytest.fixture
def key() -> ThreadKey:
    return ThreadKey("hook", "app", "T1", "C1", "1763881234.000100")


@pytest.fixture(scope="session")
def shared_redis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    server = RedisServer(tmp_path_factory.mktemp("redis"))
    server.start()
    yield server
    server.stop()


@pytest.fixture
def redis_client(shared_redis: RedisServer, clock: FakeClock) -> Iterator[Redis]:
    client = connect(shared_redis.url, clock)
    client.flushall()
    yield client
    client.close()


@pytest.fixture
def own_redis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    """One that the test may stop and start."""
    server = RedisServer(tmp_path_factory.mktemp("redis"))
    server.start()
    yield server
    server.stop()
