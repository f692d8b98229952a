from unittest.mock import Mock

import pytest

from simulators.playground.behind import Behind
from simulators.playground.switches import TITLES, Switches
from simulators.slack.arguments import Arguments
from simulators.slack.double import Double
from simulators.slack.options import Options

NONE = Arguments({})


@pytest.fixture
def double() -> Double:
    return Double(Options())


@pytest.fixture
def behind() -> Behind:
    return Behind(Mock(), Mock(), "h", {"app": {"app_id": "a"}}, {"a": "A"})


def test_all_are_off_at_first(double: Double) -> None:
    assert [(one["name"], one["on"]) for one in Switches(double).state()] == [
        (name, False) for name in TITLES
    ]


def test_limit_strikes_each_write_until_it_is_switched_off(double: Double, behind: Behind) -> None:
    switches = Switches(double)
    switches.turn("limited", on=True, behind=behind)
    for _ in range(5):
        fault = double.faults.take("chat.update", NONE)
        assert fault
        assert fault.kind == "rate_limited"
    assert double.faults.take("users.info", NONE) is None
    switches.turn("limited", on=False, behind=behind)
    assert double.faults.take("chat.update", NONE) is None


def test_every_third_write_is_dropped(double: Double, behind: Behind) -> None:
    Switches(double).turn("dropped", on=True, behind=behind)
    struck = [double.faults.take("chat.update", NONE) is not None for _ in range(9)]
    assert struck == [False, False, True] * 3


def test_switches_do_not_undo_each_other(double: Double, behind: Behind) -> None:
    switches = Switches(double)
    switches.turn("streamless", on=True, behind=behind)
    switches.turn("slow", on=True, behind=behind)
    rules = double.world.rules
    assert "chat.startStream" in rules.absent_methods
    assert rules.latency > 0
    switches.turn("slow", on=False, behind=behind)
    assert "chat.startStream" in rules.absent_methods
    assert rules.latency == 0


def test_dify_goes_down_and_comes_back(double: Double, behind: Behind) -> None:
    switches = Switches(double)
    switches.turn("down", on=True, behind=behind)
    switches.turn("down", on=False, behind=behind)
    reasons = [call.args[0] for call in behind.dify.down.call_args_list]  # type: ignore[attr-defined]
    assert reasons[0]
    assert reasons[1] == ""


def test_unknown_switch_is_refused(double: Double, behind: Behind) -> None:
    with pytest.raises(ValueError, match="no switch"):
        Switches(double).turn("nothing", on=True, behind=behind)
