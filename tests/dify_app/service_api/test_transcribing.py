"""A recording on its way into words over the Service API, against a Dify that is a function."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from dify_app.form import parse_form
from dify_app.plugin_way import PluginWay
from dify_app.port import Conversation
from dify_app.service_api.addresses import BaseAddresses
from dify_app.service_api.api_way import ApiWay
from dify_app.service_api.client import ServiceApi
from dify_app.service_api.first_calls import FirstCalls
from errors import ApiAway, ApiRefused, DifyError, NotHeard, SpeechOff
from simulators.recordings import recording
from tests.fake_clock import FakeClock

KEY, BASE, OWN = "app-nobodys-business", "http://api:5001/v1", "slack:T1:U1"
SOUND = recording("Why?")

Answer = Callable[[httpx.Request], httpx.Response]


def way(answer: Answer, *, seen: list[httpx.Request] | None = None) -> ApiWay:
    requests = [] if seen is None else seen

    def serve(request: httpx.Request) -> httpx.Response:
        requests.append(request)
        request.read()
        return answer(request)

    clock = FakeClock()
    api = ServiceApi(clock, httpx.MockTransport(serve))
    return ApiWay(api, BaseAddresses(api, clock), FirstCalls(clock), clock, (BASE,), KEY, OWN, "hook/app")


def told(status: int, code: str = "", message: str = "") -> Answer:
    return lambda _: httpx.Response(status, json={"code": code, "message": message, "status": status})


def raises(error: Exception) -> Answer:
    def serve(_: httpx.Request) -> httpx.Response:
        raise error

    return serve


def test_recording_goes_as_the_conversations_user_with_the_label_that_dify_knows() -> None:
    seen: list[httpx.Request] = []
    opened, _ = way(lambda _: httpx.Response(200, json={"text": " Why? \n"}), seen=seen).goes_on(
        Conversation("c-1", "api", "slack:T1:U9")
    )
    assert opened.transcribe("audio_message.webm", "audio/webm", SOUND) == "Why?"
    [request] = seen
    assert str(request.url) == f"{BASE}/audio-to-text"
    assert request.headers["Authorization"] == f"Bearer {KEY}"
    assert b'name="user"\r\n\r\nslack:T1:U9\r\n' in request.content
    assert b'filename="audio_message.m4a"\r\nContent-Type: audio/m4a\r\n\r\n' + SOUND in request.content


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (lambda _: httpx.Response(200, json={"text": " \n"}), "file_no_words"),
        (lambda _: httpx.Response(200, json={"text": None}), "file_no_words"),
        (told(413, "audio_too_large"), "file_too_large"),
        (told(415, "unsupported_audio_type"), "file_wrong_type"),
        (told(400, "provider_not_initialize", "Default model not found"), "file_no_speech_model"),
        (told(400, "provider_not_support_speech_to_text"), "file_no_speech_model"),
        (told(400, "provider_quota_exceeded"), "file_speech_failed"),
        (told(400, "completion_request_error", "secret"), "file_speech_failed"),
        (told(500, "internal_server_error"), "file_speech_failed"),
        (told(429, "rate_limit_error"), "file_speech_failed"),
        (raises(httpx.ReadTimeout("")), "file_speech_late"),
        (raises(httpx.ReadError("")), "file_speech_failed"),
    ],
)
def test_recording_that_gives_no_text_has_a_reason(answer: Answer, reason: str) -> None:
    with pytest.raises(NotHeard) as caught:
        way(answer).transcribe("clip.m4a", "audio/mp4", SOUND)
    assert (caught.value.name, caught.value.reason) == ("clip.m4a", reason)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (told(400, "speech_to_text_disabled"), SpeechOff),
        (told(400, "invalid_param", "Speech to text is not enabled"), SpeechOff),
        (told(401, "unauthorized"), ApiRefused),
        (told(403, "forbidden"), ApiRefused),
        (raises(httpx.ConnectError("")), ApiAway),
        (lambda _: httpx.Response(302, headers={"Location": "http://evil.example/"}), ApiAway),
    ],
)
def test_way_that_listens_to_nothing_says_so(answer: Answer, error: type[DifyError]) -> None:
    seen: list[httpx.Request] = []
    with pytest.raises(error):
        way(answer, seen=seen).transcribe("clip.m4a", "audio/mp4", SOUND)
    assert [request.url.host for request in seen] == ["api"]


def test_plugin_way_listens_to_nothing() -> None:
    calls: Any = None
    with pytest.raises(SpeechOff):
        PluginWay(calls, calls, "app", "hook/app").transcribe("clip.m4a", "audio/mp4", SOUND)


def test_form_says_whether_the_app_hears() -> None:
    assert parse_form({"speech_to_text": {"enabled": True}}).hears
    others: tuple[Any, ...] = ({}, {"enabled": "true"}, {"enabled": False}, None)
    assert not any(parse_form({"speech_to_text": other}).hears for other in others)
    assert not parse_form({}).hears
