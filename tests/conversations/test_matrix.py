"""How the fault matrix judges rows whose fault never struck."""

import pytest

from tests.conversations import matrix
from tests.conversations.expected import NEVER, STOPPED
from tests.conversations.matrix import AT_ONCE, CALM, Row, ask, faults_found, run, slack_fault, wait_served
from tests.conversations.world import World


class _Rounds:
    """Stands in for the matrix: gives the complaints of each round, and records the rows that each round asked."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *lines: list[str]) -> None:
        self.asked: list[list[str]] = []
        found = iter(lines)
        monkeypatch.setattr(
            matrix, "ask", lambda _, rows, **__: self.asked.append([row.name for row in rows])
        )
        monkeypatch.setattr(matrix, "wait_served", lambda _: None)
        monkeypatch.setattr(matrix, "faults_found", lambda *_: next(found))
        monkeypatch.setattr(World, "settle", lambda *_: None)

    def run(self, *names: str) -> list[str]:
        return run(object.__new__(World), [Row(name) for name in names])


def test_row_that_was_only_missed_is_asked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    rounds = _Rounds(monkeypatch, [f"x: {NEVER}"], [])
    assert rounds.run("x", "y") == []
    assert rounds.asked == [["x", "y"], ["x-again"]]


def test_row_that_is_always_missed_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    lines = [[f"x{again}: {NEVER}"] for again in ("", "-again", "-once-more")]
    assert _Rounds(monkeypatch, *lines).run("x") == lines[-1]


def test_complaint_is_kept_when_the_fault_never_struck_either(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    twice = f"x: the app was asked 2 times; {NEVER}"
    rounds = _Rounds(monkeypatch, [twice, f"y: {NEVER}"], [])
    assert rounds.run("x", "y") == [twice]
    assert rounds.asked[1:] == [["y-again"]]


@pytest.mark.simulated
def test_row_whose_fault_never_struck_must_be_complete(world: World) -> None:
    """The row is not judged as it would be with its fault; otherwise all such rows would seem to be wrong."""
    fault = slack_fault("chat.appendStream", "error", error="stopped_by_user", skip=99)
    asked = ask(world, [Row("spared", (fault,), tuple(AT_ONCE), STOPPED)])
    wait_served(world)
    world.settle(CALM)
    assert faults_found(world, asked) == [f"spared: {NEVER}"]
