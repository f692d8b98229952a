"""Every manifest fits Slack's own schema: a copy of slackapi/manifest-schema, `schemas/manifest.schema.2.0.0.json`.

The schema is Slack's, so it is not in this repository: SLACK_MANIFEST_SCHEMA names a copy. It needs jsonschema, too.
"""

import copy
import json
import os
from pathlib import Path
from typing import Any

import pytest

from setup_page.app_manifest import VARIANTS, Variant, app_manifest
from setup_page.rendering import words_of
from wording import SETUP_CATALOGUES

SCHEMA = os.environ.get("SLACK_MANIFEST_SCHEMA", "")
BASE = "https://dify.example.com/e/abcdefghijklmnop"

pytestmark = [
    pytest.mark.soak,
    pytest.mark.skipif(not SCHEMA, reason="SLACK_MANIFEST_SCHEMA names no copy of Slack's schema"),
]


def faults(manifest: dict[str, Any]) -> list[str]:
    validators = pytest.importorskip("jsonschema.validators")
    schema = json.loads(Path(SCHEMA).read_text("utf-8"))
    checker = validators.validator_for(schema)(schema)
    return [f"{'/'.join(map(str, fault.path))}: {fault.message}" for fault in checker.iter_errors(manifest)]


@pytest.mark.parametrize("language", SETUP_CATALOGUES)
@pytest.mark.parametrize("variant", VARIANTS, ids=lambda variant: variant.name)
def test_manifest_fits_slacks_schema(variant: Variant, language: str) -> None:
    assert faults(app_manifest(variant, BASE, words_of(language))) == []


@pytest.mark.parametrize(
    ("part", "name", "value"),
    [
        ("display_information", "name", "x" * 36),
        ("display_information", "background_color", "red"),
        ("settings", "no_such_switch", True),
        ("features", "shortcuts", [{"name": "Ask"}]),
    ],
)
def test_schema_finds_what_is_wrong(part: str, name: str, value: object) -> None:
    manifest = copy.deepcopy(app_manifest(VARIANTS[0], BASE, words_of("en")))
    manifest[part][name] = value
    assert faults(manifest) != []
