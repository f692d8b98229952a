"""What an answer of the Service API means that is no success. Pure.

Source: docs/platform/dify-service-api.md#service-errors.
"""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from dify_app.faults import refused
from errors import (
    ApiAway,
    ApiRefused,
    AppMisconfigured,
    ConversationLost,
    DifyBusy,
    DifyError,
    DifyUnavailable,
    FormRefused,
    ProviderTrouble,
    SpeechOff,
    UnsupportedApp,
)
from json_fields import parsed, text_of

_TOO_MANY = "Too many requests"
"""Dify documents 429 for an app that has all its runs, and sends 400 `invalid_param` with this text."""
_WRONG_KIND = frozenset({"not_chat_app", "not_workflow_app", "app_unavailable", "agent_not_published"})
FILE_FAULTS_OF_STATUS: Mapping[int, str] = {413: "file_too_large", 415: "file_wrong_type"}
FILE_FAULTS = frozenset(FILE_FAULTS_OF_STATUS.values())
"""The kinds of errors that are reasons of FileRefused."""
_FORM_CODES: Mapping[str, str] = {
    "human_input_form_submitted": "form_submitted",
    "human_input_form_expired": "form_expired",
    "human_input_form_not_found": "form_gone",
    "invalid_form_data": "form_invalid",
}
"""Source: docs/platform/dify-service-api.md#form-answers."""
_SPEECH_CODES: Mapping[str, type[DifyError]] = {
    "speech_to_text_disabled": SpeechOff,
    "provider_not_support_speech_to_text": ProviderTrouble,
}
_SPEECH_OFF = "Speech to text is not enabled"
"""Up to 1.15.0 in place of the code `speech_to_text_disabled` (docs/platform/dify-service-api.md#voice)."""
_NOT_IN_DIFY = (*range(300, 400), HTTPStatus.NOT_FOUND, HTTPStatus.METHOD_NOT_ALLOWED)


def refusal(status: int, body: bytes, conversation_id: str = "") -> DifyError:
    """The error for an HTTP status other than a success; `conversation_id` is the one that was sent, or empty.

    ApiAway and ApiRefused say that nothing can have run. The texts of Dify are not passed on.
    """
    found = parsed(body)
    told: Mapping[str, Any] | None = found if isinstance(found, dict) and found.get("code") else None
    if status == HTTPStatus.UNAUTHORIZED:
        return ApiRefused("api_key_refused")
    if status == HTTPStatus.FORBIDDEN:
        return ApiRefused("api_off")
    if status in FILE_FAULTS_OF_STATUS:
        return DifyUnavailable(FILE_FAULTS_OF_STATUS[status])
    if told is None:
        # Not Dify's JSON: another program answers there, which did not pass the call on to Dify.
        return ApiAway("api_not_there") if status in _NOT_IN_DIFY else DifyUnavailable("api_broke")
    return _told(status, told, conversation_id)


def _told(status: int, told: Mapping[str, Any], conversation_id: str) -> DifyError:
    """What Dify's JSON says."""
    code, message = text_of(told, "code"), text_of(told, "message")
    if code in _FORM_CODES:
        return FormRefused(_FORM_CODES[code])
    if special := _by_text(code, message):
        return special
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        return ProviderTrouble("provider_rate_limit")
    if status == HTTPStatus.NOT_FOUND:
        return ConversationLost() if conversation_id else AppMisconfigured("app_missing")
    if code in _WRONG_KIND:
        return UnsupportedApp("app_unsupported")
    return refused(told, "") if status == HTTPStatus.BAD_REQUEST else DifyUnavailable("api_broke")


def _by_text(code: str, message: str) -> DifyError | None:
    """What some versions tell by a code, and others by the text alone."""
    if code == "too_many_requests" or message.startswith(_TOO_MANY):
        return DifyBusy("app_limit")
    if code in _SPEECH_CODES or message == _SPEECH_OFF:
        return _SPEECH_CODES.get(code, SpeechOff)("no_speech")
    return None
