"""Each manifest keeps Slack's limits and asks for no more than its variant promises."""

import json
import re
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import yaml

from setup_page.addresses import PLACEHOLDER
from setup_page.app_manifest import (
    LONGEST_DESCRIPTION,
    LONGEST_NAME,
    LONGEST_SHORTCUT_NAME,
    VARIANTS,
    Variant,
    VariantName,
    app_manifest,
    creation_link,
)
from setup_page.rendering import words_of
from wording import SETUP_CATALOGUES, SetupText

ROOT = Path(__file__).parents[2]
BASE = "https://dify.example.com/e/abcdefghijklmnop"
WORDS = words_of("en")
EVERY = pytest.mark.parametrize("variant", VARIANTS, ids=lambda variant: variant.name)
SCOPE_OF_EVENT = {
    "app_mention": "app_mentions:read",
    "message.im": "im:history",
    "message.mpim": "mpim:history",
    "message.channels": "channels:history",
    "message.groups": "groups:history",
    "member_joined_channel": "channels:read",
}
# What Slack's manifest may hold, as far as ours hold it (docs/platform/slack.md#app-manifest).
KNOWN_KEYS = {
    "_metadata": {"major_version", "minor_version"},
    "display_information": {"name", "description", "background_color"},
    "features": {"app_home", "bot_user", "slash_commands", "shortcuts", "agent_view"},
    "oauth_config": {"scopes"},
    "settings": {
        "event_subscriptions",
        "interactivity",
        "org_deploy_enabled",
        "socket_mode_enabled",
        "token_rotation_enabled",
    },
}


def manifest_of(variant: Variant) -> dict[str, Any]:
    return app_manifest(variant, BASE, WORDS)


def texts(value: object) -> list[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        return [text for item in value.values() for text in texts(item)]
    return [text for item in value for text in texts(item)] if isinstance(value, list) else []


def test_every_name_has_its_variant_in_order() -> None:
    assert [variant.name for variant in VARIANTS] == list(VariantName)


@EVERY
def test_manifest_holds_only_keys_that_slack_knows(variant: Variant) -> None:
    manifest = manifest_of(variant)
    assert {key: set(value) <= KNOWN_KEYS[key] for key, value in manifest.items()} == dict.fromkeys(
        KNOWN_KEYS, True
    )


@EVERY
def test_manifest_holds_no_empty_text_and_no_empty_list(variant: Variant) -> None:
    found = texts(manifest_of(variant))
    assert found
    assert "" not in found
    assert "[]" not in json.dumps(manifest_of(variant))


@EVERY
def test_manifest_keeps_slacks_limits(variant: Variant) -> None:
    shown = manifest_of(variant)["display_information"]
    assert len(shown["name"]) <= LONGEST_NAME == 35
    assert re.fullmatch(r"#[0-9a-f]{6}", shown["background_color"])
    assert re.fullmatch(r"[a-z0-9._-]{1,80}", manifest_of(variant)["features"]["bot_user"]["display_name"])


@pytest.mark.parametrize("language", SETUP_CATALOGUES)
def test_description_is_short_enough_in_each_language(language: str) -> None:
    assert 0 < len(SETUP_CATALOGUES[language][SetupText.DESCRIPTION]) <= LONGEST_DESCRIPTION == 139


@pytest.mark.parametrize("language", SETUP_CATALOGUES)
def test_command_and_shortcut_keep_slacks_limits_in_each_language(language: str) -> None:
    features = app_manifest(VARIANTS[0], BASE, words_of(language))["features"]
    [command], shortcuts = features["slash_commands"], features["shortcuts"]
    assert re.fullmatch(r"/[a-z0-9_-]{1,31}", command["command"])
    assert 0 < len(command["description"]) <= 2_000
    assert 0 < len(command["usage_hint"]) <= 1_000
    assert len({shortcut["callback_id"] for shortcut in shortcuts}) == len(shortcuts) == 2
    for shortcut in shortcuts:
        assert 0 < len(shortcut["name"]) <= LONGEST_SHORTCUT_NAME == 24
        assert 0 < len(shortcut["description"]) <= 150


@EVERY
def test_event_has_its_scope(variant: Variant) -> None:
    wanted = {SCOPE_OF_EVENT[event] for event in variant.events if event in SCOPE_OF_EVENT}
    assert wanted <= set(variant.scopes)
    assert len(set(variant.scopes)) == len(variant.scopes)


def test_standard_asks_for_the_smallest_set() -> None:
    calls = {"chat:write", "commands", "groups:read", "mpim:read", "users:read", "files:read", "files:write"}
    assert set(VARIANTS[0].scopes) == set(SCOPE_OF_EVENT.values()) | calls


def test_mentions_only_reads_no_message_that_does_not_mention_the_bot() -> None:
    only = next(variant for variant in VARIANTS if variant.name is VariantName.MENTIONS_ONLY)
    assert [scope for scope in only.scopes if scope.endswith(":history")] == []
    assert [event for event in only.events if event.startswith("message")] == []
    features = manifest_of(only)["features"]
    assert features["app_home"]["messages_tab_enabled"] is features["app_home"]["home_tab_enabled"] is False
    assert not {"slash_commands", "shortcuts"} & set(features)


def test_home_tab_comes_with_its_event_and_commands_with_their_scope() -> None:
    for variant in VARIANTS:
        features = manifest_of(variant)["features"]
        assert features["app_home"]["home_tab_enabled"] is ("app_home_opened" in variant.events)
        assert ("slash_commands" in features) is ("shortcuts" in features) is ("commands" in variant.scopes)


def test_only_the_variant_with_member_rules_reads_addresses_and_groups() -> None:
    wanted = {"users:read.email", "usergroups:read", "subteam_members_changed"}
    reading = [variant.name for variant in VARIANTS if wanted & {*variant.scopes, *variant.events}]
    assert reading == [VariantName.MEMBER_RULES]
    found = next(variant for variant in VARIANTS if variant.name is VariantName.MEMBER_RULES)
    assert {*found.scopes, *found.events} - {*VARIANTS[0].scopes, *VARIANTS[0].events} == wanted


@EVERY
def test_addresses_are_those_of_the_endpoint(variant: Variant) -> None:
    settings = manifest_of(variant)["settings"]
    urls = [settings[part].get("request_url") for part in ("event_subscriptions", "interactivity")]
    commands = [command.get("url") for command in manifest_of(variant)["features"].get("slash_commands", ())]
    assert set(commands) <= {None if variant.socket_mode else f"{BASE}/slack/commands"}
    if variant.name is VariantName.SOCKET_MODE:
        assert (urls, settings["socket_mode_enabled"]) == ([None, None], True)
    else:
        assert urls == [f"{BASE}/slack/events", f"{BASE}/slack/interactions"]
        assert settings["socket_mode_enabled"] is False
    assert settings["interactivity"]["is_enabled"] is True
    assert settings["token_rotation_enabled"] is False


def test_only_the_agent_variant_does_what_is_final() -> None:
    agents = [variant.name for variant in VARIANTS if "agent_view" in manifest_of(variant)["features"]]
    assert agents == [VariantName.AGENT]


@EVERY
def test_link_holds_the_whole_manifest_on_one_line(variant: Variant) -> None:
    manifest = app_manifest(variant, BASE, words_of("ja"))
    link = creation_link(manifest)
    parts = urlsplit(link)
    assert (parts.scheme, parts.netloc, parts.path) == ("https", "api.slack.com", "/apps")
    query = parse_qs(parts.query)
    assert (query["new_app"], json.loads(query["manifest_json"][0])) == (["1"], manifest)
    assert re.fullmatch(r"[!-~]+", link)
    assert len(link) < 4_000


def test_manifest_of_the_docs_is_the_standard_one() -> None:
    shipped = yaml.safe_load((ROOT / "docs" / "slack-app-manifest.yaml").read_text("utf-8"))
    assert shipped == app_manifest(VARIANTS[0], PLACEHOLDER, WORDS)


def test_readme_gives_a_reason_for_each_scope() -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    assert [scope for scope in VARIANTS[0].scopes if f"`{scope}`" not in readme] == []
