"""The manifest keeps the rules that Dify's daemon and SDK check (docs/platform/dify.md#manifest-rules)."""

import re
import tomllib
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
import yaml
from dify_plugin.core.entities.plugin.setup import PluginConfiguration
from dify_plugin.entities.endpoint import EndpointProviderConfiguration

from conversation_store.dify.buckets import STORAGE_BYTES

ROOT = Path(__file__).parents[1]
LANGUAGES = {"en_US", "ja_JP", "zh_Hans", "pt_BR"}


def load(path: str) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((ROOT / path).read_text("utf-8"))
    return found


MANIFEST = load("manifest.yaml")
GROUP = load("provider/slack.yaml")
ENDPOINTS = [load(path) for path in GROUP["endpoints"]]


def texts(node: object) -> list[dict[str, str]]:
    """All translated texts below a node of a form."""
    if isinstance(node, list):
        return [text for item in node for text in texts(item)]
    if not isinstance(node, dict):
        return []
    if "en_US" in node:
        return [node]
    return [text for item in node.values() for text in texts(item)]


def test_manifest_is_read_by_the_sdk(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    PluginConfiguration(**MANIFEST)
    group = EndpointProviderConfiguration(**GROUP)
    assert [(endpoint.method, endpoint.path) for endpoint in group.endpoints][:2] == [
        ("POST", "/slack/events"),
        ("POST", "/slack/turns"),
    ]


def test_author_and_name_follow_the_daemons_rules() -> None:
    assert re.fullmatch(r"[a-z0-9_-]{1,64}", MANIFEST["author"])
    assert re.fullmatch(r"[a-z0-9_-]{1,128}", MANIFEST["name"])
    assert "dify" not in MANIFEST["author"]
    assert "langgenius" not in MANIFEST["author"]


def test_version_is_the_projects_and_in_the_changelog() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert re.fullmatch(r"\d{1,4}(\.\d{1,4}){2}(-\w{1,16})?", MANIFEST["version"])
    assert MANIFEST["version"] == project["version"]
    assert f"\n## [{project['version']}]" in (ROOT / "CHANGELOG.md").read_text("utf-8")


def test_manifest_was_created_in_the_past() -> None:
    assert MANIFEST["created_at"].astimezone(UTC) < datetime.now(UTC)


@pytest.mark.parametrize("name", ["icon", "icon_dark"])
def test_icon_exists_and_is_safe(name: str) -> None:
    text = (ROOT / "_assets" / MANIFEST[name]).read_text("utf-8")
    tags = {element.tag.rpartition("}")[2] for element in ET.fromstring(text).iter()}
    assert tags <= {"svg", "rect", "path", "circle", "g", "title"}


def test_privacy_page_names_slack_and_its_policy() -> None:
    privacy = (ROOT / MANIFEST["privacy"]).read_text("utf-8")
    assert "https://slack.com/trust/privacy/privacy-policy" in privacy


@pytest.mark.parametrize("path", ["README.md", "PRIVACY.md"])
def test_page_for_the_marketplace_has_no_cjk_text(path: str) -> None:
    assert not re.search(r"[\u3040-\u30ff\u4e00-\u9fff\uac00-\ud7af]", (ROOT / path).read_text("utf-8"))


def test_permissions_are_only_those_that_are_used() -> None:
    permission = MANIFEST["resource"]["permission"]
    assert set(permission) == {"endpoint", "app", "storage"}
    assert all(part["enabled"] for part in permission.values())


def test_storage_size_fits_the_store_and_the_daemon() -> None:
    assert STORAGE_BYTES < MANIFEST["resource"]["permission"]["storage"]["size"] <= 100 * 1024 * 1024


def test_endpoint_has_its_source() -> None:
    for endpoint in ENDPOINTS:
        assert (ROOT / endpoint["extra"]["python"]["source"]).is_file()
        assert not endpoint["path"].endswith("/")


def test_settings_form_fits_the_daemon() -> None:
    types = {"secret-input", "text-input", "select", "boolean", "app-selector"}
    assert {setting["type"] for setting in GROUP["settings"]} <= types
    assert len(GROUP["settings"]) <= 64
    for setting in GROUP["settings"]:
        values = [option["value"] for option in setting.get("options", [])]
        assert bool(values) == (setting["type"] == "select")
        assert setting.get("default") in {*values, None} or setting["type"] != "select"


def test_app_is_the_only_required_setting() -> None:
    assert [setting["name"] for setting in GROUP["settings"] if setting["required"]] == ["app"]


@pytest.mark.parametrize("text", [*texts(GROUP["settings"]), MANIFEST["label"], MANIFEST["description"]])
def test_text_exists_in_every_language(text: dict[str, str]) -> None:
    assert set(text) == LANGUAGES
    assert all(0 < len(translation) < 1024 for translation in text.values())


def test_setting_is_explained_in_the_form_and_in_the_readme() -> None:
    for setting in GROUP["settings"]:
        assert set(setting["label"]) == set(setting["help"]) == LANGUAGES
    _, _, rest = (
        (ROOT / "README.md")
        .read_text("utf-8")
        .partition("| Setting | Default | What it does |\n|---|---|---|\n")
    )
    table, _, _ = rest.partition("\n\n")
    rows = [row.split(" | ")[0].removeprefix("| ") for row in table.splitlines()]
    assert rows == [setting["label"]["en_US"].partition(" (")[0] for setting in GROUP["settings"]]


def test_picture_of_the_readme_is_there_and_is_left_out_whole_where_it_is_not_in_the_package() -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    pictures = re.findall(r"!\[[^]]*\]\([^)]+\)", readme)
    paths = {picture: picture.rpartition("(")[2][:-1] for picture in pictures}
    assert pictures
    assert [path for path in paths.values() if not (ROOT / path).is_file()] == []
    outside = [picture for picture, path in paths.items() if not path.startswith("_assets/")]
    assert [picture for picture in outside if picture not in readme.split("\n\n")] == []
