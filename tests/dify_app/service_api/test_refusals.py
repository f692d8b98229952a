"""Each row of docs/platform/dify-service-api.md#service-errors."""

import json

import pytest

from dify_app.service_api.refusals import refusal
from errors import (
    ApiAway,
    ApiRefused,
    AppMisconfigured,
    ConversationLost,
    DifyBusy,
    DifyError,
    DifyUnavailable,
    InputMissing,
    ProviderTrouble,
    UnsupportedApp,
)


def body(code: str, message: str = "", status: int = 400) -> bytes:
    return json.dumps({"code": code, "message": message, "status": status}).encode()


@pytest.mark.parametrize(
    ("status", "answer", "expected"),
    [
        (401, body("unauthorized", "Access token is invalid", 401), ApiRefused),
        (403, body("forbidden", "The app's API service has been disabled.", 403), ApiRefused),
        (403, b"<html>WAF</html>", ApiRefused),
        (404, b"<html>nginx</html>", ApiAway),
        (307, b"", ApiAway),
        (405, b"<html>", ApiAway),
        (502, b"<html>bad gateway</html>", DifyUnavailable),
        (500, body("internal_server_error", "", 500), DifyUnavailable),
        (502, body("plugin_runtime_error", "", 502), DifyUnavailable),
        (400, body("not_chat_app"), UnsupportedApp),
        (400, body("app_unavailable"), UnsupportedApp),
        (400, body("agent_not_published"), UnsupportedApp),
        (400, body("invalid_param", "Workflow not published"), UnsupportedApp),
        (400, body("invalid_param", "topic is required in input form"), InputMissing),
        (400, body("invalid_param", "Too many requests. Please try again later. The current …"), DifyBusy),
        (429, body("too_many_requests", "Too many requests", 429), DifyBusy),
        (429, body("rate_limit_error", "", 429), ProviderTrouble),
        (400, body("provider_quota_exceeded"), ProviderTrouble),
        (400, body("invalid_param", "2 validation errors for Payload"), AppMisconfigured),
        (404, body("not_found", "Conversation Not Exists.", 404), AppMisconfigured),
        (413, body("file_too_large", "File size exceeded.", 413), DifyUnavailable),
    ],
)
def test_refusal_is_told_apart(status: int, answer: bytes, expected: type[DifyError]) -> None:
    found = refusal(status, answer)
    assert type(found) is expected
    assert str(found) == found.kind  # no text of Dify's


def test_conversation_that_dify_does_not_find_is_lost() -> None:
    answer = body("not_found", "Conversation Not Exists.", 404)
    assert isinstance(refusal(404, answer, "c-1"), ConversationLost)
    assert isinstance(refusal(404, b"<html>", "c-1"), ApiAway)


def test_files_that_dify_does_not_find_are_told_apart() -> None:
    assert refusal(400, body("invalid_param", "Invalid upload file")).kind == "file_unknown"
    assert refusal(413, b"<html>nginx</html>").kind == "file_too_large"
