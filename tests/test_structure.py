"""The rule of the house: dependencies point one way, along the way of a message, and never back."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

# What each part may import besides itself, the libraries and what all share.
SHARED = {"errors", "clock", "hosts", "job", "json_fields", "message", "plain_text", "wording"}
MAY_IMPORT = {
    "errors": set(),
    "clock": set(),
    "hosts": set(),
    "json_fields": set(),
    "plain_text": set(),
    "wording": set(),
    "message": {"errors"},
    "job": {"errors", "message"},
    "provider": {"errors", "hosts"},
    "conversation_store": SHARED,
    "dify_app": SHARED,
    "slack_api": SHARED,
    "slack_reply": SHARED | {"slack_api", "dify_app"},
    "turns": SHARED | {"provider", "dify_app", "conversation_store", "slack_reply", "slack_api"},
    "handoff": SHARED | {"provider", "turns", "conversation_store"},
    "slack_events": SHARED | {"handoff", "turns", "conversation_store"},
    "wiring": SHARED | {"provider", "slack_events", "handoff", "turns", "conversation_store"},
    "endpoints": {"wiring", "errors", "turns"},
    "main": {"endpoints"},
}
OUTSIDE = {"simulators", "tests", "benchmarks", "tools"}


def modules(part: str) -> list[Path]:
    folder = ROOT / part
    return sorted(folder.rglob("*.py")) if folder.is_dir() else [ROOT / f"{part}.py"]


def imported(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path} imports relatively"
            found.add((node.module or "").partition(".")[0])
    return found


def parts_of_the_plugin() -> set[str]:
    folders = {path.parent.relative_to(ROOT).parts[0] for path in ROOT.glob("*/*.py")}
    files = {path.stem for path in ROOT.glob("*.py")}
    return {name for name in folders | files if not name.startswith(".")} - OUTSIDE


def test_every_part_has_its_rule() -> None:
    assert parts_of_the_plugin() == set(MAY_IMPORT)


@pytest.mark.parametrize("part", MAY_IMPORT)
def test_dependencies_point_one_way(part: str) -> None:
    ours = set(MAY_IMPORT) | OUTSIDE
    allowed = MAY_IMPORT[part] | {part}
    wrong = {
        str(path.relative_to(ROOT)): bad
        for path in modules(part)
        if (bad := (imported(path) & ours) - allowed)
    }
    assert wrong == {}


def test_there_is_no_way_round() -> None:
    """The rule itself has no circle, whatever it allows."""
    done: set[str] = set()
    while len(done) < len(MAY_IMPORT):
        ready = {part for part, allowed in MAY_IMPORT.items() if part not in done and allowed <= done}
        assert ready
        done |= ready


def test_dify_plugin_is_imported_first_where_the_process_begins() -> None:
    """It patches for gevent (design D8)."""
    for start in ("main.py", "tests/conftest.py"):
        names = [
            node
            for node in ast.parse((ROOT / start).read_text()).body
            if isinstance(node, ast.Import | ast.ImportFrom)
        ]
        first = names[0]
        name = first.module if isinstance(first, ast.ImportFrom) else first.names[0].name
        assert name == "dify_plugin"
