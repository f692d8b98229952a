import logging
from types import SimpleNamespace
from typing import Any, cast

import pytest

from conversation_store.record import ThreadRecord
from errors import BridgeError, DifyUnavailable, InputMissing, RunFailed
from turns.asking import Asking
from turns.growing import Growing

SECRET = "xoxb-nobodys-business"


def asked(error: Exception) -> Growing:
    """What becomes of the answer when this goes wrong on the way to the app."""

    def broken(*_: object) -> None:
        raise error

    app, asker = SimpleNamespace(speak=lambda _: None), SimpleNamespace(locale="en")
    asking = cast("Any", Asking)(app, asker, SimpleNamespace(write=broken), None, None)
    growing = Growing()
    asking.run(growing, ThreadRecord(), lambda: None)
    return growing


def test_what_breaks_in_a_way_not_known_is_told_without_what_the_error_says(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with caplog.at_level(logging.INFO):
        growing = asked(RuntimeError(SECRET))
    assert growing.over
    assert isinstance(growing.error, DifyUnavailable)
    assert "not known: RuntimeError at test_asking.py:" in caplog.text
    assert SECRET not in caplog.text


@pytest.mark.parametrize("error", [RunFailed("llm"), InputMissing("topic")])
def test_what_went_wrong_ends_the_answer(error: BridgeError) -> None:
    growing = asked(error)
    assert growing.over
    assert growing.error is error


def test_the_admin_learns_which_variable_needs_a_value(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        asked(InputMissing("topic"))
    assert "variable topic;" in caplog.text
