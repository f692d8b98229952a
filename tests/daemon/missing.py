"""What a run with a real daemon needs of the machine, and saying plainly what of it is not there."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path


class MissingPieceError(Exception):
    """The run can't start on this machine; the message names the piece and the cure."""


def debian_postgres() -> Path | None:
    """PostgreSQL's programs: off the PATH on Debian, in a folder per version."""
    on_path = shutil.which("initdb")
    if on_path:
        return Path(on_path).resolve().parent
    found = sorted(
        Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda p: _version(p.parent.parent.name)
    )
    return found[-1].parent if found else None


def _version(name: str) -> float:
    try:
        return float(name)
    except ValueError:
        return 0.0


def program(name: str, cure: str) -> Path:
    """A program on the PATH, or MissingPieceError."""
    found = shutil.which(name)
    if found is None:
        raise MissingPieceError(f"`{name}` is not on the PATH: {cure}")
    return Path(found)


def given_binary(value: str, name: str, what: str) -> Path:
    """The binary that `name=` of the make target names; MissingPieceError unless it can be run."""
    if not value:
        raise MissingPieceError(f"{name} is not given: {name}=<{what}>")
    binary = Path(value).expanduser()
    if not binary.is_file():
        raise MissingPieceError(f"{name}={value}: there is no such file ({what} is expected)")
    if not os.access(binary, os.X_OK):
        raise MissingPieceError(f"{name}={value} is not executable: chmod +x {value}")
    return binary.resolve()


def check_all(checks: list[Callable[[], object]]) -> None:
    """Runs every check and raises one MissingPieceError with all that is missing, not only the first."""
    problems: list[str] = []
    for check in checks:
        try:
            check()
        except MissingPieceError as error:
            problems.append(str(error))
    if problems:
        raise MissingPieceError("\n".join(problems))
