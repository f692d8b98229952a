import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dify_app.faults import classify, classify_event, kind_refused, refuses_files
from errors import (
    AppMisconfigured,
    BrokenDify,
    ContextBroken,
    ConversationLost,
    DifyError,
    DifyUnavailable,
    InputMissing,
    ProviderTrouble,
    RunFailed,
    Silent,
    TimeCut,
    UnsupportedApp,
)


def refused(message: str, code: str = "invalid_param", status: int = 400) -> Exception:
    body = json.dumps({"code": code, "message": message, "status": status})
    return Exception(f"invoke app failed: request failed with status code: {status} and respond with: {body}")


# These texts are copied word for word from docs/platform/dify.md#error-texts.
CUT = (
    "read app failed: read tcp 127.0.0.1:1->127.0.0.1:2: use of closed network connection\n"
    "failed to read system header"
)
CUT_BETWEEN_READS = "read app failed: http: read on closed response body\nfailed to read system header"
DIAL = 'invoke app failed: Post "http://api:5001/inner/api/invoke/app": dial tcp 1.2.3.4:5001: refused'
NO_ACCESS = "permission denied, you need to enable app access in plugin manifest"


@pytest.mark.parametrize(
    ("error", "expected", "kind"),
    [
        (refused("app not found"), AppMisconfigured, "app_missing"),
        (refused("tenant not found"), AppMisconfigured, "app_missing"),
        (refused("user not found"), BrokenDify, "user_unknown"),
        (refused("unexpected app type"), UnsupportedApp, "app_unsupported"),
        (refused("Agent Chat App does not support blocking mode"), UnsupportedApp, "app_unsupported"),
        (refused("topic is required in input form"), InputMissing, "InputMissing"),
        (refused("topic in input form must be less than 48 characters"), AppMisconfigured, "app_refused"),
        (
            refused("x in input form must be one of the following: ['quota']"),
            AppMisconfigured,
            "app_refused",
        ),
        (refused("ToolFile 0f1e not found"), AppMisconfigured, "file_unknown"),
        (refused("something new"), AppMisconfigured, "app_refused"),
        (refused("no key", "provider_not_initialize"), ProviderTrouble, "provider_credentials"),
        (refused("used up", "provider_quota_exceeded"), ProviderTrouble, "provider_quota"),
        (refused("no", "model_currently_not_support"), ProviderTrouble, "provider_model"),
        (refused("bad", "completion_request_error"), ProviderTrouble, "provider_refused"),
        (refused("Model gpt-4o credentials is not initialized."), ProviderTrouble, "provider_credentials"),
        (refused("Internal Server Error", "unknown", 500), DifyUnavailable, "dify_broke"),
        (refused("Internal Server Error", "plugin_runtime_error", 502), DifyUnavailable, "DifyUnavailable"),
        (
            Exception(
                "invoke app failed: request failed with status code: 404 and respond with: <html>no</html>"
            ),
            DifyUnavailable,
            "DifyUnavailable",
        ),
        (
            Exception("invoke app failed: request failed with status code: 400 and respond with: <html>"),
            DifyUnavailable,
            "DifyUnavailable",
        ),
        (Exception(DIAL), DifyUnavailable, "DifyUnavailable"),
        (
            Exception("read app failed: unexpected EOF\nfailed to read system header"),
            DifyUnavailable,
            "DifyUnavailable",
        ),
        (Exception(CUT), TimeCut, "TimeCut"),
        (Exception(CUT_BETWEEN_READS), TimeCut, "TimeCut"),
        (Exception("read app failed: context canceled"), ContextBroken, "ContextBroken"),
        (Exception("read app failed: request failed: context canceled"), RunFailed, "RunFailed"),
        (Exception("invocation exited without response after 250 seconds"), Silent, "Silent"),
        (Exception(NO_ACCESS), AppMisconfigured, "permission"),
        (Exception("fetch app failed: data is nil"), UnsupportedApp, "app_unsupported"),
        (Exception("fetch app failed: request failed: app not found"), AppMisconfigured, "app_missing"),
        (
            Exception("fetch app failed: request failed: unexpected app type"),
            UnsupportedApp,
            "app_unsupported",
        ),
        (Exception("something nobody has seen"), DifyUnavailable, "DifyUnavailable"),
    ],
)
def test_sdk_exception_becomes_its_error_class(
    error: Exception, expected: type[DifyError], kind: str
) -> None:
    found = classify(error)
    assert type(found) is expected
    if expected is not InputMissing:
        assert found.kind == kind


def test_empty_refusal_means_a_lost_conversation_only_if_one_was_sent() -> None:
    assert type(classify(refused(""), conversation_id="c-1")) is ConversationLost
    assert type(classify(refused(""))) is AppMisconfigured
    assert type(classify(refused("app not found"), conversation_id="c-1")) is AppMisconfigured


def test_missing_variable_is_named() -> None:
    found = classify(refused("the topic is required in input form"))
    assert isinstance(found, InputMissing)
    assert found.variable == "the topic"


def test_error_of_our_own_stays_unchanged() -> None:
    own = InputMissing("topic")
    assert classify(own) is own


def test_refused_files_are_recognised() -> None:
    assert refuses_files(classify(refused("ToolFile 0f1e not found")))
    assert not refuses_files(classify(refused("app not found")))


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("provider_not_initialize", ProviderTrouble),
        ("provider_quota_exceeded", ProviderTrouble),
        ("model_currently_not_support", ProviderTrouble),
        ("completion_request_error", ProviderTrouble),
        ("invalid_param", RunFailed),
        ("internal_server_error", RunFailed),
        (None, RunFailed),
        ([1], RunFailed),
    ],
)
def test_error_event_becomes_the_error_of_its_code(code: object, expected: type[DifyError]) -> None:
    assert type(classify_event({"event": "error", "code": code, "message": "Run failed: secret"})) is expected


@pytest.mark.parametrize(
    ("message", "kind"),
    [
        ("missing query", "chat"),
        ("(type 'text-input') topic in input form must be a string", "workflow"),
        ("topic is required in input form", "workflow"),
        ("Invalid input type for ['topic']", "workflow"),
        ("app not found", None),
        ("", None),
    ],
)
def test_kind_of_an_app_is_read_from_its_refusal(message: str, kind: str | None) -> None:
    assert kind_refused(refused(message)) == kind


@given(st.text(), st.text())
def test_error_holds_no_text_of_dify(message: str, code: str) -> None:
    secret = "s3cret-" + message
    for error in (refused(secret, code), Exception(secret), Exception(f"read app failed: {secret}")):
        assert "s3cret" not in str(classify(error))
