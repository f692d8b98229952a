import logging
from types import SimpleNamespace
from typing import Any, cast

import pytest

from tests.fake_clock import FakeClock
from turns.claims import Claims
from turns.holder import Holder
from turns.sweep import AGAIN
from wiring.caretaker import Caretaker

SECRET = "xoxb-nobodys-business"


def caretaker(clock: FakeClock) -> Caretaker:
    """One that comes no further than to the store."""
    stores, workplace = SimpleNamespace(presence=lambda _: None), SimpleNamespace(ending=lambda *_: None)
    gate = SimpleNamespace(carries=lambda _: False)
    return cast("Any", Caretaker)(clock, Holder.here(), stores, gate, Claims(clock), workplace)  # type: ignore[no-any-return]


def hook() -> Any:
    return SimpleNamespace(id="hook", settings=SimpleNamespace(redis_url=""))


class BrokenStore:
    def in_flight(self, _hook_id: str) -> Any:
        raise RuntimeError(SECRET)


def test_a_sweep_that_breaks_is_made_again_and_told_without_what_the_error_says(
    caplog: pytest.LogCaptureFixture,
) -> None:
    clock = FakeClock()
    ours = caretaker(clock)
    assert ours.sweeps.take("hook")
    with caplog.at_level(logging.INFO):
        ours.sweep(hook(), cast("Any", BrokenStore()))
    assert "a sweep broke: RuntimeError at test_caretaker.py:" in caplog.text
    assert SECRET not in caplog.text
    clock.advance(AGAIN)
    assert ours.sweeps.take("hook")
