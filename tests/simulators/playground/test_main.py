"""What `make demo` does where there is a terminal, and where there is none."""

import sys
from pathlib import Path

import pytest

from simulators.launch import ROOT
from simulators.playground import __main__ as program


@pytest.fixture
def began(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    found: list[str] = []

    def noted(what: str) -> int:
        found.append(what)
        return 0

    monkeypatch.setattr(program, "terminal_demo", lambda: noted("terminal"))
    monkeypatch.setattr(program, "_serve", lambda port, browser: noted(f"page {port} {browser}"))
    return found


@pytest.mark.parametrize(
    ("arguments", "terminal", "expected"),
    [
        (["--port", "1"], True, "page 1 True"),
        ([], False, "terminal"),
        (["--serve", "--port", "1", "--no-browser"], False, "page 1 False"),
        (["--terminal"], True, "terminal"),
    ],
)
def test_page_is_served_where_its_address_can_be_read(
    began: list[str], monkeypatch: pytest.MonkeyPatch, arguments: list[str], terminal: bool, expected: str
) -> None:
    monkeypatch.setattr(sys, "argv", ["playground", *arguments])
    monkeypatch.setattr(sys.stdout, "isatty", lambda: terminal)
    assert program.main() == 0
    assert began == [expected]


def test_half_of_an_app_of_ones_own_is_refused(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DIFY_API_URL", "https://dify.example/v1")
    monkeypatch.delenv("DIFY_API_KEY", raising=False)
    monkeypatch.setattr(sys, "argv", ["playground", "--serve"])
    assert program.main() == 1
    assert "DIFY_API_KEY" in capsys.readouterr().err


def test_make_knows_it() -> None:
    assert "demo: $(READY)" in Path(ROOT, "Makefile").read_text()
