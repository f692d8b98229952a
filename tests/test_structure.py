"""Dependencies point one way, along the way of a message, and never back."""

import ast
import re
from collections import Counter, defaultdict
from functools import cache
from pathlib import Path

import pytest

from tests.support.layout import MAY_IMPORT

ROOT = Path(__file__).parents[1]

MOST_MODULES = 16
FROM_A_TEST = re.compile(r"\bfrom[\s\\.\w]+?\btest_")
"""Only a module that holds this can import from a test module; the others need not be parsed."""
OUTSIDE = {"simulators", "tests", "benchmarks", "tools", "socket_relay"}


def modules(part: str) -> list[Path]:
    folder = ROOT / part
    return sorted(folder.rglob("*.py")) if folder.is_dir() else [ROOT / f"{part}.py"]


@cache
def nodes(path: Path) -> tuple[ast.AST, ...]:
    """The imports and the classes of a module."""
    kinds = ast.Import | ast.ImportFrom | ast.ClassDef
    return tuple(node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, kinds))


def imported(path: Path) -> set[str]:
    found: set[str] = set()
    for node in nodes(path):
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


def test_part_has_its_rule() -> None:
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


def test_rule_allows_no_circle() -> None:
    """The rule would be useless if it allowed two parts to import each other."""
    done: set[str] = set()
    while len(done) < len(MAY_IMPORT):
        ready = {part for part, allowed in MAY_IMPORT.items() if part not in done and allowed <= done}
        assert ready
        done |= ready


def in_stages() -> list[Path]:
    """All modules of the plugin that are in a folder."""
    return [path for part in MAY_IMPORT for path in modules(part) if path.parent != ROOT]


def test_folder_holds_at_most_sixteen_modules() -> None:
    held = Counter(path.parent for path in in_stages() if path.name != "__init__.py")
    assert {str(folder.relative_to(ROOT)): many for folder, many in held.items() if many > MOST_MODULES} == {}


def test_class_name_is_used_once() -> None:
    places = defaultdict[str, list[str]](list)
    for part in MAY_IMPORT:
        for path in modules(part):
            for node in nodes(path):
                if isinstance(node, ast.ClassDef):
                    places[node.name].append(str(path.relative_to(ROOT)))
    assert {name: found for name, found in places.items() if len(found) > 1} == {}


def past_the_face(path: Path) -> list[str]:
    """The names that a module imports from inside another folder, past that folder's `__init__`."""
    own = path.parent.relative_to(ROOT).parts
    found: list[str] = []
    for node in nodes(path):
        if not isinstance(node, ast.ImportFrom) or not node.module:
            continue
        names = tuple(node.module.split("."))
        target = ROOT.joinpath(*names)
        if names[0] not in MAY_IMPORT or not (target.is_dir() or target.with_suffix(".py").is_file()):
            continue
        folder = names if target.is_dir() else names[:-1]
        is_own = own[: len(folder)] == folder
        is_face = target.is_dir() and (len(names) == 1 or own[:1] == names[:1])
        if not is_own and not is_face:
            found.append(node.module)
    return found


def test_folder_is_imported_only_by_its_face() -> None:
    every = [*in_stages(), ROOT / "main.py"]
    assert {str(path.relative_to(ROOT)): found for path in every if (found := past_the_face(path))} == {}


@pytest.mark.parametrize("part", [part for part in MAY_IMPORT if (ROOT / part).is_dir()])
def test_face_names_each_import_in_all(part: str) -> None:
    """Each name of `__all__` exists, and `__init__` imports nothing else."""
    for init in (ROOT / part).rglob("__init__.py"):
        tree = ast.parse(init.read_text())
        assert ast.get_docstring(tree), f"{init} does not say its one idea"
        if any(isinstance(node, ast.FunctionDef | ast.ClassDef) for node in tree.body):
            continue  # a module with content of its own, such as wording
        given = {
            alias.asname or alias.name
            for node in tree.body
            if isinstance(node, ast.ImportFrom)
            for alias in node.names
        }
        lists = [
            node.value
            for node in tree.body
            if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__"
        ]
        named = {name for value in lists for name in ast.literal_eval(value)}
        assert given <= named, init


def test_no_test_module_is_imported_by_another() -> None:
    """What several test modules need stands in a module of its own, mostly in tests/support."""
    tests = [path for path in (ROOT / "tests").rglob("*.py") if FROM_A_TEST.search(path.read_text())]
    wrong = {
        str(path.relative_to(ROOT)): node.module
        for path in tests
        for node in nodes(path)
        if isinstance(node, ast.ImportFrom) and (node.module or "").rpartition(".")[2].startswith("test_")
    }
    assert wrong == {}


def test_dify_plugin_is_imported_first_in_main() -> None:
    """Its import patches the standard library (docs/architecture.md#d8-only-greenlets-call-the-sdk)."""
    for start in ("main.py", "tests/conftest.py"):
        names = [
            node
            for node in ast.parse((ROOT / start).read_text()).body
            if isinstance(node, ast.Import | ast.ImportFrom)
        ]
        first = names[0]
        name = first.module if isinstance(first, ast.ImportFrom) else first.names[0].name
        assert name == "dify_plugin"
