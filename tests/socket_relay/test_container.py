"""What the container is made of, and that the program needs no part of the plugin."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import yaml

from tests.support.layout import MAY_IMPORT

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "socket_relay"
SOURCES = sorted(FOLDER.glob("*.py"))
COMPOSE = yaml.safe_load((FOLDER / "compose.yaml").read_text())


def test_relay_imports_nothing_of_the_plugin() -> None:
    imported = {
        name.partition(".")[0]
        for path in SOURCES
        for node in ast.walk(ast.parse(path.read_text()))
        for name in (
            [alias.name for alias in node.names]
            if isinstance(node, ast.Import)
            else [node.module or ""]
            if isinstance(node, ast.ImportFrom)
            else []
        )
    }
    assert "socket_relay" in imported
    assert imported & set(MAY_IMPORT) == set()


def test_compose_file_gives_the_settings_that_the_relay_reads() -> None:
    service = COMPOSE["services"]["slack_relay"]
    read = set(re.findall(r'read\("([A-Z_]+)"\)', (FOLDER / "settings.py").read_text()))
    given = {name.removesuffix("_FILE") for name in service["environment"]}
    assert given == {"HOOK_URL", "SLACK_APP_TOKEN", "SLACK_SIGNING_SECRET"}
    assert given < read
    assert {f"/run/secrets/{name}" for name in COMPOSE["secrets"]} == {
        path for name, path in service["environment"].items() if name.endswith("_FILE")
    }
    assert set(service["secrets"]) == set(COMPOSE["secrets"])


def test_image_copies_what_exists_and_what_its_ignore_file_lets_in() -> None:
    dockerfile = (FOLDER / "Dockerfile").read_text()
    ignored = (FOLDER / "Dockerfile.dockerignore").read_text().split()
    copied = [
        name for line in re.findall(r"^COPY (.+) \S+$", dockerfile, re.MULTILINE) for name in line.split()
    ]
    assert copied == ["pyproject.toml", "uv.lock", "socket_relay/"]
    assert [name for name in copied if not (ROOT / name).exists() or f"!{name}" not in ignored] == []


def test_program_without_settings_says_which_to_give_and_ends() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "socket_relay"], cwd=ROOT, env={}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert "SLACK_APP_TOKEN: give the app-level token" in done.stdout
    assert "Traceback" not in done.stdout + done.stderr
