"""A daemon that verifies signatures takes the package that we signed, once it knows our key, and no other."""

import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from simulators.dify.control import DifyControl
from simulators.launch import ROOT
from tests.daemon.management import ManagementError
from tests.daemon.node import Programs
from tests.daemon.real_daemon import RealDaemon, programs_from_environment
from tools.package import make_package, stage, write_by_rules
from tools.signing import load_key, make_keys, signed


@pytest.fixture(scope="module")
def programs() -> Programs:
    return programs_from_environment()


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    return make_keys(tmp_path_factory.mktemp("keys") / "own")


@pytest.fixture(scope="module")
def package(programs: Programs, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """With the publisher's fields filled in, as a publisher's would be."""
    folder = tmp_path_factory.mktemp("publisher")
    stage(ROOT, folder / "root")
    manifest = folder / "root" / "manifest.yaml"
    fields = "author: somebody\nrepo: https://github.com/somebody/bridge\ncontact: a@b.example"
    manifest.write_text(manifest.read_text().replace("author: slack-bridge", fields))
    made = folder / "bridge.difypkg"
    assert make_package(folder / "root", made, programs.uv, str(programs.cli)).for_publisher == ()
    return made


@pytest.fixture(scope="module")
def strict(dify: DifyControl, keys: tuple[Path, Path], programs: Programs) -> Iterator[RealDaemon]:
    environment = {
        "FORCE_VERIFYING_SIGNATURE": "true",
        "THIRD_PARTY_SIGNATURE_VERIFICATION_ENABLED": "true",
        "THIRD_PARTY_SIGNATURE_VERIFICATION_PUBLIC_KEYS": str(keys[1]),
    }
    daemon = RealDaemon.start(None, dify.url, environment=environment, programs=programs)
    yield daemon
    daemon.stop()


def with_signature(package: Path, private: Path, target: Path) -> Path:
    target.write_bytes(signed(package.read_bytes(), load_key(private), int(time.time())))
    return target


def test_unsigned_package_is_refused(strict: RealDaemon, package: Path) -> None:
    with pytest.raises(ManagementError, match="bad signature"):
        strict.management.install(package, 600)


def test_package_of_another_key_is_refused(strict: RealDaemon, package: Path, tmp_path: Path) -> None:
    private, _ = make_keys(tmp_path / "stranger")
    with pytest.raises(ManagementError, match="bad signature"):
        strict.management.install(with_signature(package, private, tmp_path / "other.difypkg"), 600)


@pytest.mark.parametrize("way", ["cli", "rules"])
def test_package_signed_with_our_key_installs_and_answers(
    strict: RealDaemon, keys: tuple[Path, Path], programs: Programs, package: Path, tmp_path: Path, way: str
) -> None:
    if way == "rules":
        write_by_rules(ROOT, tmp_path / "bridge.difypkg", programs.uv)
        package = tmp_path / "bridge.difypkg"
    made = with_signature(package, keys[0], tmp_path / "signed.difypkg")
    strict.identifier = strict.management.install(made, 600)
    base = strict.hook(way, {"app": {"app_id": "a"}})
    assert httpx.post(f"{base}/slack/events", content=b"{}", trust_env=False).status_code == 401
