from collections.abc import Callable
from pathlib import Path

import pytest

from tests.daemon.missing import MissingPieceError, check_all, given_binary, program


def test_a_binary_that_can_run(tmp_path: Path) -> None:
    binary = tmp_path / "daemon"
    binary.write_text("")
    binary.chmod(0o755)
    assert given_binary(str(binary), "DAEMON", "the daemon") == binary


def test_what_is_wrong_with_a_binary(tmp_path: Path) -> None:
    text = tmp_path / "text"
    text.write_text("")
    text.chmod(0o644)
    for value, reason in [
        ("", "not given"),
        (str(tmp_path / "none"), "no such file"),
        (str(text), "not executable"),
    ]:
        with pytest.raises(MissingPieceError, match=f"DAEMON.*{reason}"):
            given_binary(value, "DAEMON", "the daemon")


def test_a_program_that_is_not_installed() -> None:
    with pytest.raises(MissingPieceError, match=r"`no-such-program` is not on the PATH: apt-get install it"):
        program("no-such-program", "apt-get install it")


def test_all_that_is_missing_is_told_at_once() -> None:
    checks: list[Callable[[], object]] = [
        lambda: program("none-1", "a"),
        lambda: None,
        lambda: program("none-2", "b"),
    ]
    with pytest.raises(MissingPieceError, match=r"(?s)none-1.*none-2"):
        check_all(checks)
