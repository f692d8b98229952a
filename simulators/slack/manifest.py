"""An app manifest's say: the scopes of the token and the events Slack sends (docs/platform/slack.md#app-manifest)."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

SCOPE_OF_EVENT = {
    "app_mention": "app_mentions:read",
    "message.channels": "channels:history",
    "message.groups": "groups:history",
    "message.im": "im:history",
    "message.mpim": "mpim:history",
    "reaction_added": "reactions:read",
    "reaction_removed": "reactions:read",
}
"""The scope that a subscription needs (docs/platform/slack.md#event-subscriptions)."""


@dataclass(slots=True, frozen=True)
class Manifest:
    """The parts of a manifest that the double enforces."""

    scopes: tuple[str, ...]
    bot_events: tuple[str, ...]
    interactive: bool
    home_tab: bool
    events_url: str = ""
    interactions_url: str = ""
    commands_url: str = ""
    socket_mode: bool = False

    @classmethod
    def read(cls, text: str) -> "Manifest":
        """From YAML (or JSON, which is YAML)."""
        whole: dict[str, Any] = yaml.safe_load(text) or {}
        settings = whole.get("settings") or {}
        scopes = ((whole.get("oauth_config") or {}).get("scopes") or {}).get("bot") or ()
        events = settings.get("event_subscriptions") or {}
        presses = settings.get("interactivity") or {}
        features = whole.get("features") or {}
        [command] = features.get("slash_commands") or [{}]
        return cls(
            tuple(scopes),
            tuple(events.get("bot_events") or ()),
            bool(presses.get("is_enabled")),
            bool((features.get("app_home") or {}).get("home_tab_enabled")),
            str(events.get("request_url") or ""),
            str(presses.get("request_url") or ""),
            str(command.get("url") or ""),
            bool(settings.get("socket_mode_enabled")),
        )

    @classmethod
    def load(cls, path: str) -> "Manifest":
        """From a file."""
        return cls.read(Path(path).read_text(encoding="utf-8"))
