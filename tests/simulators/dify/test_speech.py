"""Speech to text of the simulated Service API. Each rule is of docs/platform/dify-service-api.md#voice."""

from typing import Any

import pytest

from simulators.dify.speech import FAULTS, LARGEST, TYPES
from simulators.dify.versions import VERSIONS
from simulators.recordings import HEADS, recording
from tests.simulators.dify.conftest import Wire
from tests.simulators.dify.service import Service

ON = {"speech_to_text": {"enabled": True}}
in_each_version = pytest.mark.parametrize("version", sorted(VERSIONS))


def heard(
    service: Service, words: str = "How far?", mimetype: str = "audio/m4a", **more: Any
) -> tuple[int, dict[str, Any]]:
    sent = {"content": recording(words), "name": "voice.m4a", "mimetype": mimetype} | more
    return service.upload("slack:T1:U1", path="/v1/audio-to-text", **sent)


@pytest.mark.parametrize("mode", ["chat", "agent-chat", "advanced-chat", "workflow", "completion", "agent"])
@in_each_version
def test_recording_becomes_text(dify: Wire, mode: str, version: str) -> None:
    dify.version(version)
    service = Service(dify, mode, **ON)
    assert service.call("GET", "/v1/parameters")[1]["speech_to_text"] == {"enabled": True}
    assert heard(service) == (200, {"text": "How far?"})
    assert heard(service, "") == (200, {"text": ""})
    last = dify.recordings()[-1]
    assert (last["user"], last["name"], last["mimetype"]) == ("slack:T1:U1", "voice.m4a", "audio/m4a")


@in_each_version
def test_code_for_an_app_that_does_not_hear_is_of_the_version(dify: Wire, version: str) -> None:
    dify.version(version)
    status, body = heard(Service(dify, "chat"))
    old = version < "1.16"
    assert (status, body["code"]) == (400, "invalid_param" if old else "speech_to_text_disabled")
    assert body["message"] == ("Speech to text is not enabled" if old else "Speech to text is disabled.")


def test_content_type_alone_decides_what_is_taken(dify: Wire) -> None:
    service = Service(dify, "chat", **ON)
    for mimetype in TYPES:
        assert heard(service, mimetype=mimetype, content=recording("Yes", "webm"))[0] == 200
    for mimetype in ("audio/mpeg", "audio/mp4", "audio/webm", "video/mp4", "audio/ogg"):
        status, body = heard(service, mimetype=mimetype)
        assert (status, body["code"]) == (415, "unsupported_audio_type")


def test_recording_above_30_mb_is_refused(dify: Wire) -> None:
    status, body = heard(Service(dify, "chat", **ON), content=recording("Hi", size=LARGEST + 1))
    assert (status, body["code"]) == (413, "audio_too_large")


@pytest.mark.parametrize("fault", FAULTS)
def test_fault_of_the_model_comes_with_its_code(dify: Wire, fault: str) -> None:
    service = Service(dify, "chat", **ON)
    dify.speech(fault)
    status, body = heard(service)
    assert (status, body["code"]) == (500 if fault == "internal_server_error" else 400, fault)
    dify.speech()
    assert heard(service)[0] == 200


def test_user_is_needed(dify: Wire) -> None:
    service = Service(dify, "chat", **ON)
    assert service.upload("", path="/v1/audio-to-text", mimetype="audio/mp3")[0] == 400


def test_each_container_has_a_head_of_its_own() -> None:
    heads = list(HEADS.values())
    assert all(not one.startswith(other) for one in heads for other in heads if one is not other)
