"""The contents of a small plugin package that breaks no rule of the marketplace."""

from typing import Any

import yaml

_MANIFEST: dict[str, Any] = {
    "author": "somebody",
    "name": "bridge",
    "version": "1.2.3",
    "type": "plugin",
    "repo": "https://github.com/somebody/bridge",
    "contact": "somebody@example.com",
    "icon": "icon.svg",
    "icon_dark": "icon.svg",
    "privacy": "PRIVACY.md",
    "label": {"en_US": "Bridge", "ja_JP": "橋"},
    "description": {"en_US": "A bridge."},
    "plugins": {"endpoints": ["provider/slack.yaml"]},
    "meta": {
        "version": "0.0.1",
        "arch": ["amd64"],
        "runner": {"language": "python", "version": "3.12", "entrypoint": "main"},
        "minimum_dify_version": "1.13.0",
    },
}


def with_manifest(**changed: object) -> dict[str, bytes]:
    """The manifest with other values; a field of the value None is left out."""
    fields = {name: value for name, value in (_MANIFEST | changed).items() if value is not None}
    return {"manifest.yaml": yaml.safe_dump(fields).encode()}


def a_package() -> dict[str, bytes]:
    """Path to content."""
    return with_manifest() | {
        "main.py": b"print()\n",
        "README.md": b"Install, ask, token, endpoint. https://github.com/somebody/bridge\n",
        "readme/README_ja_JP.md": "橋".encode(),
        "PRIVACY.md": b"The plugin stores nothing. It calls slack.com.\n",
        "CHANGELOG.md": b"# Changes\n\n## [1.2.3]\n",
        "_assets/icon.svg": b"<svg/>",
        "pyproject.toml": b'[project]\nversion = "1.2.3"\n',
    }
