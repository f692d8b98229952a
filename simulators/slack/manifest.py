"""An app manifest's say: the scopes of the token and the events Slack sends (docs/platform/slack.md#app-manifest)."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml


@dataclass(slots=True, frozen=True)
class Manifest:
    """The parts of a manifest that the double enforces."""

    scopes: tuple[str, ...]
    bot_events: tuple[str, ...]
    interactive: bool
    home_tab: bool

    @classmethod
    def read(cls, text: str) -> "Manifest":
        """From YAML (or JSON, which is YAML)."""
        whole: dict[str, Any] = yaml.safe_load(text) or {}
        settings = whole.get("settings") or {}
        scopes = ((whole.get("oauth_config") or {}).get("scopes") or {}).get("bot") or ()
        events = (settings.get("event_subscriptions") or {}).get("bot_events") or ()
        interactive = bool((settings.get("interactivity") or {}).get("is_enabled"))
        home = bool(((whole.get("features") or {}).get("app_home") or {}).get("home_tab_enabled"))
        return cls(tuple(scopes), tuple(events), interactive, home)

    @classmethod
    def load(cls, path: str) -> "Manifest":
        """From a file."""
        return cls.read(Path(path).read_text(encoding="utf-8"))
