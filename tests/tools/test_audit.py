import sys

import pytest

from tools.audit import audited


def ends_with(code: int, said: str = "") -> list[str]:
    return [sys.executable, "-c", f"import sys; print({said!r}); sys.exit({code})"]


def test_known_vulnerability_fails_the_check(capsys: pytest.CaptureFixture[str]) -> None:
    assert audited(ends_with(1, "somepackage 1.0 has 1 known vulnerability")) == 1
    assert "somepackage" in capsys.readouterr().out


def test_clean_audit_passes(capsys: pytest.CaptureFixture[str]) -> None:
    assert audited(ends_with(0)) == 0
    assert "No vulnerability is known" in capsys.readouterr().out


@pytest.mark.parametrize("command", [ends_with(2, "dns error"), ["/nowhere/uv"]])
def test_audit_that_cannot_look_is_said_and_passes(
    command: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert audited(command) == 0
    out = capsys.readouterr().out
    assert out.startswith("Not checked")
    assert "No vulnerability" not in out
