"""The package of this checkout in a real daemon: made both ways, installed both ways."""

import tomllib
import zipfile
from pathlib import Path

import httpx
import pytest

from simulators.dify.control import DifyControl
from simulators.launch import ROOT
from tests.daemon.node import Programs
from tests.daemon.real_daemon import RealDaemon, programs_from_environment
from tools.package import write_by_cli, write_by_rules

LOCK = "args=[sync --no-dev --frozen"
REQUIREMENTS = " -r requirements.txt"


@pytest.fixture(scope="module")
def programs() -> Programs:
    return programs_from_environment()


@pytest.fixture(scope="module")
def by_rules(programs: Programs, tmp_path_factory: pytest.TempPathFactory) -> Path:
    package = tmp_path_factory.mktemp("rules") / "bridge.difypkg"
    write_by_rules(ROOT, package, programs.uv)
    return package


def contents(package: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(package) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_without_difys_program_the_package_holds_the_same(
    programs: Programs, by_rules: Path, tmp_path: Path
) -> None:
    write_by_cli(str(programs.cli), ROOT, tmp_path / "bridge.difypkg", programs.uv)
    assert contents(by_rules) == contents(tmp_path / "bridge.difypkg")


def index_of_the_lock() -> str:
    """Where the lock's packages come from: as good a mirror as any."""
    packages = tomllib.loads((ROOT / "uv.lock").read_text())["package"]
    [index] = {url for package in packages if (url := package["source"].get("registry"))}
    return str(index)


@pytest.mark.parametrize(
    ("environment", "source"),
    [({}, LOCK), ({"PIP_MIRROR_URL": index_of_the_lock()}, REQUIREMENTS)],
    ids=["lock", "mirror"],
)
def test_it_installs(dify: DifyControl, by_rules: Path, environment: dict[str, str], source: str) -> None:
    daemon = RealDaemon.start(by_rules, dify.url, environment=environment)
    try:
        base = daemon.hook("main", {"app": {"app_id": "a"}})
        assert httpx.post(f"{base}/slack/events", content=b"{}", trust_env=False).status_code == 401
        assert source in daemon.nodes[0].log()
    finally:
        daemon.stop()
