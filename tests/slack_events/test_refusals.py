import logging

import pytest

from slack_events.signed_request import PAUSE, Refusals
from tests.fake_clock import FakeClock


def test_refusal_is_logged_at_once_and_then_once_a_minute_with_a_count(
    caplog: pytest.LogCaptureFixture,
) -> None:
    clock = FakeClock()
    refusals = Refusals(clock)
    with caplog.at_level(logging.WARNING, "slack_bridge"):
        for _ in range(5):
            refusals.note("hook", "no valid signature")
        clock.advance(PAUSE)
        refusals.note("hook", "no valid signature")
    first, second = (record.getMessage() for record in caplog.records)
    assert "no valid signature; 0 more" in first
    assert "no valid signature; 4 more" in second


def test_each_reason_is_logged_separately(caplog: pytest.LogCaptureFixture) -> None:
    refusals = Refusals(FakeClock())
    with caplog.at_level(logging.WARNING, "slack_bridge"):
        for _ in range(100):
            refusals.note("hook", "no valid signature")
            refusals.note("hook", "no room for another turn")
    assert len(caplog.records) == 2
    assert "no room" in caplog.text


def test_flood_at_one_hook_does_not_hide_another_hook(caplog: pytest.LogCaptureFixture) -> None:
    refusals = Refusals(FakeClock())
    with caplog.at_level(logging.WARNING, "slack_bridge"):
        for _ in range(100):
            refusals.note("hostile", "no valid signature")
        refusals.note("hook", "no valid signature")
    assert len(caplog.records) == 2
