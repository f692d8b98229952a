"""Writes the list of all files into docs/architecture.md: each file of the plugin with the first line of its docstring.

python -m tools.file_index
"""

import ast
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "architecture.md"
TITLE = "## Every file\n"
OUTSIDE = {"simulators", "tests", "benchmarks", "tools", "socket_relay"}
_INTRODUCTION = """
Written by `make format` from the first lines of the files, and held by a test. A folder's own line is its face: what
others may import from the folder.
"""


def modules() -> list[Path]:
    """The files of the plugin, a folder's own file first."""
    found = [*ROOT.glob("*.py"), *(path for path in ROOT.rglob("*.py") if _is_of_the_plugin(path))]
    return sorted(found, key=lambda path: (path.parent.parts, path.name))


def index() -> str:
    """The section of the page, without its title."""
    rows = [f"| `{_name(path)}` | {_first_line(path)} |" for path in modules()]
    return "\n".join([_INTRODUCTION, "| File | What it is |", "|---|---|", *rows, ""])


def with_index(page: str) -> str:
    """The page with the section as it has to be."""
    before, title, behind = page.partition(TITLE)
    following = behind.find("\n## ")
    rest = behind[following:] if following >= 0 else ""
    return f"{before.rstrip()}\n\n{title or TITLE}{index()}{rest}"


def _is_of_the_plugin(path: Path) -> bool:
    folder, *others = path.relative_to(ROOT).parts
    return bool(others) and folder not in OUTSIDE and not folder.startswith(".")


def _name(path: Path) -> str:
    return str(path.relative_to(ROOT)).removesuffix("__init__.py")


def _first_line(path: Path) -> str:
    first, *_ = (ast.get_docstring(ast.parse(path.read_text())) or "").split("\n\n")
    return " ".join(first.split()).replace("|", "\\|")


if __name__ == "__main__":
    PAGE.write_text(with_index(PAGE.read_text()))
