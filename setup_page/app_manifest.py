"""The manifest of the Slack app: variants, each with exactly the scopes and events of what it promises. Pure.

Source: docs/platform/slack.md#app-manifest. A scope stands here only if the code uses it; a test with a simulated
Slack, which enforces the manifest, holds that none is missing and none is left over.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final
from urllib.parse import quote

LONGEST_NAME: Final = 35
LONGEST_DESCRIPTION: Final = 139  # docs/platform/slack.md#manifest-limits
NEW_APP: Final = "https://api.slack.com/apps?new_app=1&manifest_json="
NAME: Final = "Dify Bridge"
HANDLE: Final = "dify-bridge"
COLOUR: Final = "#0f4c5c"
COMMAND: Final = "/dify"
SHORTCUT: Final = "ask_dify"
AGAIN: Final = "ask_dify_again"
LONGEST_SHORTCUT_NAME: Final = 24  # docs/platform/slack.md#manifest-limits


@dataclass(frozen=True, slots=True)
class AppWords:
    """What members read in Slack: of the app (at most LONGEST_DESCRIPTION), its command, its message shortcuts."""

    description: str
    command: str
    usage_hint: str
    shortcut: str
    shortcut_help: str
    again: str
    again_help: str


@dataclass(frozen=True, slots=True)
class Ability:
    """Something that the bot can do, with the scopes and the events that it needs for that."""

    scopes: tuple[str, ...] = ()
    events: tuple[str, ...] = ()


MENTIONS: Final = Ability(("app_mentions:read",), ("app_mention",))
ANSWERS: Final = Ability(("chat:write",))
COMMANDS: Final = Ability(("commands",))  # a slash command, and message shortcuts
DIRECT_MESSAGES: Final = Ability(("im:history", "mpim:history", "mpim:read"), ("message.im", "message.mpim"))
THREADS: Final = Ability(("channels:history", "groups:history"), ("message.channels", "message.groups"))
NAMES: Final = Ability(("users:read",))
FILES: Final = Ability(("files:read", "files:write"))
HOME: Final = Ability((), ("app_home_opened",))
HELLO: Final = Ability(("channels:read", "groups:read"), ("member_joined_channel",))  # and names of channels
MEMBER_RULES: Final = Ability(("users:read.email", "usergroups:read"), ("subteam_members_changed",))
REACTIONS: Final = Ability(("reactions:read",), ("reaction_added",))  # an emoji that asks, and stop signs
SLACKS_STOP_BUTTON: Final = Ability((), ("agent_session_stopped",))  # only agents have one
FAREWELL: Final = Ability((), ("app_uninstalled", "tokens_revoked"))


class VariantName(StrEnum):
    """The names of the variants, in the order in which the page offers them."""

    STANDARD = "standard"
    MENTIONS_ONLY = "mentions-only"
    MEMBER_RULES = "member-rules"
    REACTIONS = "reactions"
    SOCKET_MODE = "socket-mode"
    AGENT = "agent"


@dataclass(frozen=True, slots=True)
class Variant:
    """What one Slack app may do, and how Slack reaches it."""

    name: VariantName
    abilities: tuple[Ability, ...]
    socket_mode: bool = False
    agent_view: bool = False

    @property
    def scopes(self) -> tuple[str, ...]:
        """The scopes of the bot token."""
        return tuple(scope for ability in self.abilities for scope in ability.scopes)

    @property
    def events(self) -> tuple[str, ...]:
        """The events that Slack sends."""
        return tuple(event for ability in self.abilities for event in ability.events)

    @property
    def direct_messages(self) -> bool:
        """Whether members can write to the bot directly."""
        return DIRECT_MESSAGES in self.abilities

    @property
    def home_tab(self) -> bool:
        """Whether the bot has a Home tab."""
        return HOME in self.abilities

    @property
    def commands(self) -> bool:
        """Whether members can ask by a slash command, and by message shortcuts."""
        return COMMANDS in self.abilities


_ALL: Final = (
    MENTIONS,
    ANSWERS,
    COMMANDS,
    DIRECT_MESSAGES,
    THREADS,
    NAMES,
    FILES,
    HOME,
    HELLO,
    FAREWELL,
)
VARIANTS: Final = (
    Variant(VariantName.STANDARD, _ALL),
    Variant(VariantName.MENTIONS_ONLY, (MENTIONS, ANSWERS, NAMES, FILES, FAREWELL)),
    Variant(VariantName.MEMBER_RULES, (*_ALL, MEMBER_RULES)),
    Variant(VariantName.REACTIONS, (*_ALL, REACTIONS)),
    Variant(VariantName.SOCKET_MODE, _ALL, socket_mode=True),
    Variant(VariantName.AGENT, (*_ALL, SLACKS_STOP_BUTTON), agent_view=True),
)


def app_manifest(
    variant: Variant, base: str, words: AppWords, name: str = NAME, handle: str = HANDLE
) -> dict[str, Any]:
    """The manifest with the addresses of the endpoint at `base`.

    In Socket Mode Slack needs no address, so none is given (docs/platform/slack.md#socket-mode-delivery).
    """
    features: dict[str, Any] = {
        "app_home": {
            "home_tab_enabled": variant.home_tab,
            "messages_tab_enabled": variant.direct_messages,
            "messages_tab_read_only_enabled": False,
        },
        "bot_user": {"display_name": handle, "always_online": True},
    }
    if variant.commands:
        features |= _commands(variant, base, words)
    if variant.agent_view:
        features["agent_view"] = {"agent_description": words.description}
    return {
        "_metadata": {"major_version": 2, "minor_version": 1},
        "display_information": {"name": name, "description": words.description, "background_color": COLOUR},
        "features": features,
        "oauth_config": {"scopes": {"bot": list(variant.scopes)}},
        "settings": {
            "event_subscriptions": {
                **_request_url(variant, base, "events"),
                "bot_events": list(variant.events),
            },
            "interactivity": {"is_enabled": True, **_request_url(variant, base, "interactions")},
            "org_deploy_enabled": False,
            "socket_mode_enabled": variant.socket_mode,
            "token_rotation_enabled": False,
        },
    }


def _commands(variant: Variant, base: str, words: AppWords) -> dict[str, Any]:
    command = {
        "command": COMMAND,
        **({} if variant.socket_mode else {"url": f"{base}/slack/commands"}),
        "description": words.command,
        "usage_hint": words.usage_hint,
        "should_escape": True,
    }
    shortcuts = [
        {"name": name, "type": "message", "callback_id": callback_id, "description": described}
        for name, callback_id, described in (
            (words.shortcut, SHORTCUT, words.shortcut_help),
            (words.again, AGAIN, words.again_help),
        )
    ]
    return {"slash_commands": [command], "shortcuts": shortcuts}


def _request_url(variant: Variant, base: str, endpoint: str) -> dict[str, str]:
    return {} if variant.socket_mode else {"request_url": f"{base}/slack/{endpoint}"}


def creation_link(manifest: Mapping[str, Any]) -> str:
    """Slack's page for a new app with this manifest filled in (docs/platform/slack.md#manifest-link)."""
    compact = json.dumps(manifest, separators=(",", ":"), ensure_ascii=False)
    return NEW_APP + quote(compact, safe="")
