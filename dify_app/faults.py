"""Tells Dify's failures apart. Only this module reads the error texts of Dify and of the plugin daemon.

The SDK raises plain `Exception` with a text (docs/platform/dify.md#error-texts); an `error` event has a code. Both
become a DifyError whose `kind` is one of the words below. The texts themselves are not passed on: they may hold the
model provider's traces, or a member's question.
"""

import re
from collections.abc import Mapping
from typing import Any, Literal

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
from json_fields import parsed

_RESPONDED = "request failed with status code: "
_BODY = " and respond with: "
_REQUIRED = " is required in input form"
_WRONG_INPUT = re.compile(r" in input form|\AInvalid input type for ")
DIFY_BROKE = "dify_broke"
"""The `kind` of DifyUnavailable for an exception inside Dify: HTTP 500 with Dify's own JSON."""
_LONGEST_TEXT = 20_000  # characters looked at; errors can quote whole prompts

_PROVIDER_CODES = {
    "provider_not_initialize": "provider_credentials",
    "provider_quota_exceeded": "provider_quota",
    "model_currently_not_support": "provider_model",
    "completion_request_error": "provider_refused",
}

# Each row: a piece of the text in lower case, the error, and its `kind` if that is not the name of the class.
_Table = tuple[tuple[str, type[DifyError], str], ...]
# Before the stream begins, Dify uses the code `invalid_param` for nearly every error; only the message differs
# (docs/platform/dify.md#errors-before-the-stream).
_MESSAGES: _Table = (
    ("app not found", AppMisconfigured, "app_missing"),
    ("tenant not found", AppMisconfigured, "app_missing"),
    ("user not found", BrokenDify, "user_unknown"),
    ("unexpected app type", UnsupportedApp, "app_unsupported"),
    ("workflow not published", UnsupportedApp, "app_unsupported"),
    ("does not support blocking mode", UnsupportedApp, "app_unsupported"),
    ("is not initialized", ProviderTrouble, "provider_credentials"),
    ("quota", ProviderTrouble, "provider_quota"),
    ("currently not support", ProviderTrouble, "provider_model"),
)
_TRANSPORT: _Table = (
    ("invocation exited without response after", Silent, ""),
    ("permission denied, you need to enable", AppMisconfigured, "permission"),
    ("fetch app failed: data is nil", UnsupportedApp, "app_unsupported"),
    ("use of closed network connection", TimeCut, ""),
    ("read on closed response body", TimeCut, ""),  # the same cut, between two reads of the daemon's
    ("context canceled", ContextBroken, ""),
)


def classify(error: Exception, *, conversation_id: str = "") -> DifyError:
    """What an exception of the SDK means; `conversation_id` is the one sent with the call, or empty."""
    if isinstance(error, DifyError):
        return error
    text = str(error)[:_LONGEST_TEXT]
    if _RESPONDED in text:
        refusal = _refusal(text)
        if refusal is None:
            broke = _refusal(text, "500") or {}
            return DifyUnavailable(DIFY_BROKE if broke.get("code") == "unknown" else "")
        return refused(refusal, conversation_id)
    if text.startswith("fetch app failed: request failed:"):
        return _first(_MESSAGES, text) or AppMisconfigured("app_missing")
    if text.startswith("read app failed: request failed:"):
        return RunFailed()
    return _first(_TRANSPORT, text) or DifyUnavailable()


def kind_refused(error: Exception) -> Literal["chat", "workflow"] | None:
    """Which kind of app refused the test call of `calls.py`; None if the call was refused for another reason."""
    refusal = _refusal(str(error)[:_LONGEST_TEXT])
    message = str(refusal.get("message")) if refusal else ""
    if message == "missing query":
        return "chat"
    return "workflow" if _WRONG_INPUT.search(message) else None


def classify_event(event: Mapping[str, Any]) -> DifyError:
    """What an `error` event means; the app had begun to run (docs/platform/dify.md#errors-in-the-stream)."""
    kind = _PROVIDER_CODES.get(str(event.get("code")))
    return ProviderTrouble(kind) if kind else RunFailed()


def refuses_files(error: DifyError) -> bool:
    """Whether Dify refused the files we had uploaded, before anything ran."""
    return error.kind == "file_unknown"


def _refusal(text: str, wanted: str = "400") -> dict[str, Any] | None:
    """The JSON that Dify sent, out of `... status code: 400 and respond with: {...}`; None for any other text."""
    status, _, body = text.partition(_RESPONDED)[2].partition(_BODY)
    if status.strip() != wanted:
        return None
    found = parsed(body)
    return found if isinstance(found, dict) else None


def refused(refusal: Mapping[str, Any], conversation_id: str) -> DifyError:
    """What the JSON of an error with HTTP status 400 means; `conversation_id` is the one sent, or empty."""
    kind = _PROVIDER_CODES.get(str(refusal.get("code")))
    message = str(refusal.get("message") or "").strip()
    if kind:
        return ProviderTrouble(kind)
    if not message:
        return ConversationLost() if conversation_id else AppMisconfigured("app_broken")
    if message.endswith(_REQUIRED):
        return InputMissing(message.removesuffix(_REQUIRED))
    if message == "Invalid upload file" or (
        message.startswith("ToolFile ") and message.endswith(" not found")
    ):
        return AppMisconfigured("file_unknown")
    if _WRONG_INPUT.search(message):
        return AppMisconfigured("app_refused")
    return _first(_MESSAGES, message) or AppMisconfigured("app_refused")


def _first(table: _Table, text: str) -> DifyError | None:
    lower = text.lower()
    return next((error(kind) for words, error, kind in table if words in lower), None)
