from pathlib import Path
from typing import Any

import pytest

from simulators.daemon.declaration import declare, from_folder
from tests.simulators.daemon.conftest import PLUGIN


def with_permission(**permission: Any) -> Any:
    return declare({"author": "a", "name": "n", "resource": {"permission": permission}}, {"settings": []})


def test_from_a_folder() -> None:
    found = from_folder(Path(PLUGIN))
    assert (found.plugin_id, found.storage_limit, found.has_secrets) == ("tester/fixture", 4096, True)
    assert found.denied("app") == found.denied("storage") == ""


@pytest.mark.parametrize(("kind", "name"), [("app", "app"), ("fetch_app", "app"), ("storage", "storage")])
def test_denied_without_the_permission(kind: str, name: str) -> None:
    text = f"permission denied, you need to enable {name} access in plugin manifest"
    assert (
        with_permission().denied(kind) == with_permission(**{name: {"enabled": False}}).denied(kind) == text
    )
    assert with_permission().denied("upload_file") == ""


def test_the_daemons_own_limit_bounds_the_manifests() -> None:
    assert with_permission(storage={"enabled": True, "size": 1 << 30}).storage_limit == 100 * 1024 * 1024
