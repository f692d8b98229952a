from types import SimpleNamespace
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulators.dify import script
from simulators.dify.events import Run
from simulators.dify.player import Player


@given(st.text(max_size=200), st.floats(0, 20), st.floats(0.1, 40))
def test_say_loses_nothing_and_keeps_its_time(text: str, seconds: float, rate: float) -> None:
    steps = script.say(text, seconds, rate)
    assert "".join(step.get("text", "") for step in steps) == text
    expected = seconds if round(seconds * rate) > 1 else 0
    assert sum(step["after"] for step in steps) == pytest.approx(expected)


def test_endings_are_named() -> None:
    ends = [
        script.refuse(),
        script.error(),
        script.error_frame(""),
        script.fail(""),
        script.stop(),
        script.pause(),
        script.preempt(""),
        script.drop(),
        script.clean_end(),
        script.silence(),
    ]
    assert {steps[-1]["do"] for steps in ends} == script.ENDINGS


def test_player_knows_each_act() -> None:
    run, unused = Run("chat", "c-1", {}), SimpleNamespace(texts=[])
    player = Player(cast("Any", unused), run, cast("Any", unused), cast("Any", unused))
    assert set(player._acts) == script.ACTS - {"pause"}  # of which `play` takes care itself
