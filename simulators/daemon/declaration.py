"""What a plugin declares: from its folder (local) or from the wire (remote debugging)."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from simulators.daemon.answers import go_json

DENIED = "permission denied, you need to enable {} access in plugin manifest"
PERSISTENCE_LIMIT = 100 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Declaration:
    """The parts of a manifest and of its endpoint group that the daemon acts on."""

    author: str
    name: str
    permission: dict[str, Any]
    settings: tuple[dict[str, Any], ...]
    settings_json: str
    """The settings as Dify gets them with each request, some 30 kB: they are written once."""

    @property
    def plugin_id(self) -> str:
        """Without the version: storage survives upgrades (docs/platform/dify.md#storage-scope)."""
        return f"{self.author}/{self.name}"

    def denied(self, what: str) -> str:
        """Say why a reverse call of this type is refused; empty: it is not."""
        section = {"app": "app", "fetch_app": "app", "storage": "storage"}.get(what)
        if section is None or (self.permission.get(section) or {}).get("enabled"):
            return ""
        return DENIED.format(section)

    @property
    def storage_limit(self) -> int:
        """Bytes: the manifest's size, at most the daemon's own 100 MiB."""
        size = (self.permission.get("storage") or {}).get("size")
        return min(int(size), PERSISTENCE_LIMIT) if size else PERSISTENCE_LIMIT

    @property
    def has_secrets(self) -> bool:
        """Whether each endpoint request needs invoke/encrypt first."""
        return any(item.get("type") == "secret-input" for item in self.settings)


def declare(manifest: dict[str, Any], group: dict[str, Any]) -> Declaration:
    """Read a manifest and its endpoint group."""
    permission = ((manifest.get("resource") or {}).get("permission")) or {}
    settings = tuple(group.get("settings") or ())
    names = manifest.get("author", ""), manifest.get("name", "")
    return Declaration(*names, permission, settings, go_json(settings))


def from_folder(folder: Path) -> Declaration:
    """Read manifest.yaml and the first endpoint group it names."""
    manifest = yaml.safe_load((folder / "manifest.yaml").read_text())
    groups = (manifest.get("plugins") or {}).get("endpoints") or []
    group = yaml.safe_load((folder / groups[0]).read_text()) if groups else {}
    return declare(manifest, group)


def check_settings(declaration: Declaration, settings: dict[str, Any]) -> None:
    """Raise ValueError as the daemon does when an endpoint is set up (docs/platform/dify.md#settings-form)."""
    for item in declaration.settings:
        name, kind, value = item["name"], item.get("type"), settings.get(item["name"])
        if value is None:
            if item.get("required"):
                raise ValueError(f"missing required setting {name}")
            continue
        if kind in {"secret-input", "text-input"} and not isinstance(value, str):
            raise ValueError(f"setting {name} is not a string")
        if kind == "boolean" and not isinstance(value, bool):
            raise ValueError(f"setting {name} is not a boolean")
        if kind == "select" and value not in [option["value"] for option in item.get("options") or []]:
            raise ValueError(f"setting {name} is not a valid option")
        if kind == "app-selector" and not (isinstance(value, dict) and value.get("app_id")):
            raise ValueError(f"setting {name} needs an app_id")
