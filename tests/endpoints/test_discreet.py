import json
import logging
from collections.abc import Callable
from typing import Any

import pytest
from dify_plugin import Endpoint
from werkzeug import Request

from endpoints import events, turns
from errors import SettingsError

SECRET = "xoxb-nobodys-business"
ENDPOINTS = pytest.mark.parametrize("module", [events, turns], ids=["events", "turns"])


def asked(module: Any) -> tuple[int, bytes]:
    [endpoint] = [
        found
        for found in vars(module).values()
        if isinstance(found, type) and issubclass(found, Endpoint) and found is not Endpoint
    ]
    request = Request({"REQUEST_METHOD": "POST", "PATH_INFO": "/", "wsgi.url_scheme": "http"})
    response = endpoint(object()).invoke(request, {}, {})
    return response.status_code, response.get_data()


def raising(error: Exception) -> Callable[[], Any]:
    def broken() -> Any:
        raise error

    return broken


@ENDPOINTS
@pytest.mark.parametrize(
    "error", [ValueError(SECRET), RuntimeError(SECRET), json.JSONDecodeError(SECRET, "", 0)]
)
def test_reason_of_an_unexpected_exception_is_not_in_the_answer(
    module: Any, error: Exception, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(module, "container", raising(error))
    with caplog.at_level(logging.INFO):
        assert asked(module) == (503, b"")
    assert type(error).__name__ in caplog.text
    assert SECRET not in caplog.text


@ENDPOINTS
def test_settings_error_is_named_in_the_log_only(
    module: Any, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(module, "container", raising(SettingsError("TIME_SCALE", "Unset it.")))
    with caplog.at_level(logging.INFO):
        assert asked(module) == (503, b"")
    assert "setting TIME_SCALE: Unset it." in caplog.text
