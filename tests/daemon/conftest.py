"""The wire plugin behind both daemons; only `make test-daemon` collects what needs the real one."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from simulators.daemon.control import DaemonControl
from simulators.dify.control import DifyControl
from simulators.launch import launched
from tests.daemon.missing import MissingPieceError
from tests.daemon.node import INNER_KEY, Limits
from tests.daemon.packing import pack
from tests.daemon.real_daemon import RealDaemon, programs_from_environment
from tests.daemon.wire import Daemon, Wire

# 240 s become 2.4 and 600 become 6; the wire plugin's own patience with Dify is 3 s.
SCALE = 0.01

PLUGIN = Path(__file__).parent / "wire_plugin"

collect_ignore = (
    []
    if os.environ.get("BRIDGE_DAEMON") == "real"
    else [
        *("test_package.py", "test_same_wire.py", "test_signed.py"),
    ]
)


def pytest_sessionstart() -> None:
    """What is missing is said once and plainly, before any test."""
    if os.environ.get("BRIDGE_DAEMON") != "real":
        return
    try:
        programs_from_environment()
    except MissingPieceError as error:
        pytest.exit(f"The tests with a real daemon can't run here:\n{error}", returncode=2)


@pytest.fixture(scope="module")
def dify() -> Iterator[DifyControl]:
    with launched("simulators.dify", "--inner-key", INNER_KEY) as running:
        yield DifyControl(running.url)


@pytest.fixture(scope="module", params=["real", "simulated"])
def wire(
    request: pytest.FixtureRequest, dify: DifyControl, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Wire]:
    folder = tmp_path_factory.mktemp("wire")
    journal = folder / "journal"
    environment = {"TIME_SCALE": str(SCALE), "WIRE_JOURNAL": str(journal)}
    start = _real if request.param == "real" else _simulated
    with start(dify.url, environment, folder) as daemon:
        base = daemon.hook("main", {"app": {"app_id": "a"}, "token": "the-token"})
        yield Wire(daemon, dify, base, journal, 240 * SCALE, 600 * SCALE)


@contextmanager
def _real(dify_url: str, environment: dict[str, str], folder: Path) -> Iterator[Daemon]:
    package = pack(PLUGIN, folder / "wire.difypkg")
    daemon = RealDaemon.start(package, dify_url, environment=environment, limits=Limits().scaled(SCALE))
    try:
        yield daemon
    finally:
        daemon.stop()


@contextmanager
def _simulated(dify_url: str, environment: dict[str, str], folder: Path) -> Iterator[Daemon]:
    options = {"--plugin": PLUGIN, "--dify-url": dify_url, "--inner-key": INNER_KEY, "--time-scale": SCALE}
    words = [str(word) for pair in options.items() for word in pair]
    words += [word for name, value in environment.items() for word in ("--env", f"{name}={value}")]
    with launched("simulators.daemon", *words) as running:
        daemon = SimulatedDaemon(running.url)
        daemon.wait_ready()
        yield daemon


class SimulatedDaemon(DaemonControl):
    """Waits after a restart as RealDaemon does."""

    cancels = True

    def restart_daemon(
        self, down_seconds: float = 0.0, processes: int | None = None, *, wait: bool = True
    ) -> None:
        super().restart_daemon(down_seconds, processes)
        if wait:
            self.wait_ready()
