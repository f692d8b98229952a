import itertools
import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING

import pytest

from simulators.stack import MANIFEST
from tests.conversations.stack import SimulatedDaemon, Stack
from tests.conversations.world import Via, World
from tests.support.redis_server import RedisServer
from tests.support.relay_process import RelayProcess

if TYPE_CHECKING:
    from tests.conversations.with_real_daemon import RealDaemonOfTests

SCALE = 0.05
REAL = os.environ.get("BRIDGE_DAEMON") == "real"
VIA: Via = "api" if os.environ.get("BRIDGE_VIA") == "api" else "plugin"
VERSION = os.environ.get("BRIDGE_DIFY", "newest")
WAYS: list[Via] = ["plugin"] if REAL else [VIA] if "BRIDGE_VIA" in os.environ else ["plugin", "api"]
"""The ways over which tests run that are marked `both_ways`."""
_numbers = itertools.count(1)


def _real_daemon() -> "type[RealDaemonOfTests] | None":
    """The real daemon, only after `make test-daemon` has fetched its programs; its modules need them on import."""
    if not REAL:
        return None
    from tests.conversations.with_real_daemon import RealDaemonOfTests

    return RealDaemonOfTests


@pytest.fixture(scope="session")
def stack() -> Iterator[Stack]:
    running = Stack.start(SCALE, warm=True, real=_real_daemon())
    yield running
    running.stop()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out the tests that need a simulated daemon, or the plugin way, where the tests run without it."""
    needs = {name for name, missing in (("simulated", REAL), ("plugin_way", VIA == "api")) if missing}
    if needs:
        out = [item for item in items if any(map(item.get_closest_marker, needs))]
        config.hook.pytest_deselected(items=out)
        items[:] = [item for item in items if item not in out]


@pytest.fixture(scope="session")
def stack_of_two(stack: Stack) -> Iterator[Stack]:
    real = _real_daemon()
    running = stack.beside(2, partial(real, processes=2) if real else None)
    yield running
    running.stop()


@pytest.fixture(scope="module")
def two_of_module(stack_of_two: Stack) -> Iterator[Stack]:
    """`stack_of_two`, with new processes after each module."""
    with forgets_redis(stack_of_two, 2):
        yield stack_of_two


@contextmanager
def forgets_redis(stack: Stack, processes: int = 1) -> Iterator[None]:
    """Replace the processes of the plugin at the end.

    A process asks each Redis server that a hook has named again and again as long as the process lives, also a server
    that is gone: after some tests this takes more of the processor than the next tests.
    """
    yield
    if isinstance(stack.daemon, SimulatedDaemon):
        stack.daemon.control.restart_plugin()
        stack.daemon.ready(processes)


@pytest.fixture
def two_processes(two_of_module: Stack, via: Via, version: str) -> World:
    """Two plugin processes behind one hook; the requests go to them in turn. The daemon's records are empty."""
    daemon = two_of_module.daemon
    if isinstance(daemon, SimulatedDaemon):
        daemon.ready(processes=2)  # the test before this one may have killed one
        daemon.control.wait_idle(60)
        daemon.control.call("clear_requests")
        daemon.control.call("clear_logs")
    return World(two_of_module, next(_numbers), via, version)


@pytest.fixture(scope="module")
def _one_of_module(stack: Stack) -> Iterator[None]:
    with forgets_redis(stack):
        yield


@pytest.fixture
def redis(tmp_path_factory: pytest.TempPathFactory, _one_of_module: None) -> Iterator[RedisServer]:
    """A Redis of the test's own, which the test may stop (this empties it) or freeze (this keeps its data)."""
    server = RedisServer(tmp_path_factory.mktemp("redis"))
    server.start()
    yield server
    server.stop()


@pytest.fixture
def via() -> Via:
    """The way to the app; tests marked `both_ways` get each way in turn."""
    return VIA


@pytest.fixture
def version() -> str:
    """The version of Dify whose Service API is simulated."""
    return VERSION


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run the tests that are marked `both_ways` over each way, unless the environment names one for all tests."""
    has_world = {"world", "two_processes"} & set(metafunc.fixturenames)
    if metafunc.definition.get_closest_marker("both_ways") and has_world:
        metafunc.parametrize("via", WAYS)


@pytest.fixture
def world(stack: Stack, via: Via, version: str) -> World:
    return World(stack, next(_numbers), via, version)


@pytest.fixture
def empty(world: World) -> Iterator[World]:
    """A world whose endpoint has no secret yet; Slack sends nothing, and at the end has the shipped manifest again."""
    world.settings = {"app": world.settings["app"]}
    world.daemon.change_hook(world.hook, world.settings)
    world.slack.configure(events_url="")
    yield world
    world.slack.configure(manifest=MANIFEST.read_text("utf-8"))


@pytest.fixture(params=["http", "relay"])
def over(request: pytest.FixtureRequest, world: World) -> Iterator[str]:
    """A module that uses this fixture runs its conversations over HTTP, and over Socket Mode and the relay."""
    if request.param == "http":
        yield "http"
        return
    with relayed(world):
        yield "relay"


@contextmanager
def relayed(world: World) -> Iterator[RelayProcess]:
    """Switch the app to Socket Mode, with a relay between Slack and the hook."""
    relay = RelayProcess(world.slack, world.hook)
    world.slack.configure(socket_mode="on")
    try:
        relay.start()
        yield relay
    finally:
        relay.remove()
        world.slack.configure(socket_mode="off")
