"""The Slack app's manifest asks for no more than the bridge uses (docs/platform/slack.md#app-manifest)."""

from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[1]
SHIPPED: dict[str, Any] = yaml.safe_load((ROOT / "docs" / "slack-app-manifest.yaml").read_text("utf-8"))
SCOPES = set(SHIPPED["oauth_config"]["scopes"]["bot"])
EVENTS = set(SHIPPED["settings"]["event_subscriptions"]["bot_events"])
SCOPE_OF_EVENT = {
    "app_mention": "app_mentions:read",
    "message.im": "im:history",
    "message.mpim": "mpim:history",
    "message.channels": "channels:history",
    "message.groups": "groups:history",
    "app_home_opened": None,
    "member_joined_channel": "channels:read",
    "app_uninstalled": None,
    "tokens_revoked": None,
}


def test_event_has_its_scope() -> None:
    assert set(SCOPE_OF_EVENT) == EVENTS
    assert {scope for scope in SCOPE_OF_EVENT.values() if scope} <= SCOPES


def test_scopes_are_the_smallest_set() -> None:
    calls = {"chat:write", "commands", "groups:read", "mpim:read", "users:read", "files:read", "files:write"}
    assert {scope for scope in SCOPE_OF_EVENT.values() if scope} | calls == SCOPES


def test_events_go_to_the_events_endpoint() -> None:
    url = SHIPPED["settings"]["event_subscriptions"]["request_url"]
    assert url.startswith("https://")
    assert "/e/" in url
    assert url.endswith("/slack/events")


def test_presses_go_to_the_interactions_endpoint() -> None:
    interactivity = SHIPPED["settings"]["interactivity"]
    assert interactivity["is_enabled"] is True
    events = SHIPPED["settings"]["event_subscriptions"]["request_url"]
    assert interactivity["request_url"] == events.replace("/slack/events", "/slack/interactions")


def test_commands_go_to_the_commands_endpoint() -> None:
    [command] = SHIPPED["features"]["slash_commands"]
    events = SHIPPED["settings"]["event_subscriptions"]["request_url"]
    assert command["url"] == events.replace("/slack/events", "/slack/commands")
    assert command["should_escape"] is True
    assert [shortcut["type"] for shortcut in SHIPPED["features"]["shortcuts"]] == ["message"]


def test_manifest_sets_nothing_that_is_final_or_stops_delivery() -> None:
    assert "agent_view" not in SHIPPED["features"]
    assert "assistant_view" not in SHIPPED["features"]
    assert SHIPPED["settings"]["socket_mode_enabled"] is False
    assert SHIPPED["settings"]["token_rotation_enabled"] is False


def test_manifest_keeps_slacks_limits() -> None:
    information = SHIPPED["display_information"]
    assert len(information["name"]) <= 35
    assert len(information["description"]) <= 140
    assert len(SHIPPED["features"]["bot_user"]["display_name"]) <= 80


def test_readme_gives_a_reason_for_each_scope() -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    assert [scope for scope in sorted(SCOPES) if f"`{scope}`" not in readme] == []


def test_readme_holds_the_same_manifest() -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    assert f"```yaml\n{(ROOT / 'docs' / 'slack-app-manifest.yaml').read_text('utf-8')}```" in readme
