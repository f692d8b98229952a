import pytest

from dify_app.service_api.recordings import labelled, reason_of
from errors import DifyBusy, DifyError, DifyUnavailable, ProviderTrouble
from simulators.recordings import HEADS, recording


@pytest.mark.parametrize(
    ("container", "name", "mimetype", "expected"),
    [
        ("mp4", "audio_message.webm", "audio/webm", ("audio_message.m4a", "audio/m4a")),
        ("mp4", "audio_message.mp4", "audio/mp4", ("audio_message.m4a", "audio/m4a")),
        ("mp4", "clip", "application/octet-stream", ("clip.m4a", "audio/m4a")),
        ("mp3", "a.b.mp3", "audio/mpeg", ("a.b.mp3", "audio/mp3")),
        ("wav", "a.wav", "audio/x-wav", ("a.wav", "audio/wav")),
        ("amr", "a.amr", "audio/amr", ("a.amr", "audio/amr")),
        ("webm", "audio_message.webm", "audio/webm", ("audio_message.webm", "audio/webm")),
        ("ogg", "a.ogg", "audio/ogg", ("a.ogg", "audio/ogg")),
    ],
)
def test_label_is_that_of_the_bytes(
    container: str, name: str, mimetype: str, expected: tuple[str, str]
) -> None:
    assert labelled(name, mimetype, recording("Hi", container)) == expected


def test_frames_without_a_head_are_mp3_only_with_a_layer() -> None:
    assert labelled("a", "audio/mpeg", b"\xff\xfb\x90\x00") == ("a.mp3", "audio/mp3")
    for other in (
        b"\xff\xf1\x50\x80",
        b"\xff",
        b"",
        b"RIFF1234AVI ",
        *(head[:3] for head in (HEADS["webm"],)),
    ):
        assert labelled("a.x", "audio/aac", other) == ("a.x", "audio/aac")


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (DifyUnavailable("file_too_large"), "file_too_large"),
        (DifyUnavailable("file_wrong_type"), "file_wrong_type"),
        (ProviderTrouble("provider_credentials"), "file_no_speech_model"),
        (ProviderTrouble("no_speech"), "file_no_speech_model"),
        (DifyUnavailable("api_ReadTimeout"), "file_speech_late"),
        (ProviderTrouble("provider_quota"), "file_speech_failed"),
        (DifyBusy("app_limit"), "file_speech_failed"),
        (DifyUnavailable("api_broke"), "file_speech_failed"),
    ],
)
def test_error_says_why_nothing_was_heard(error: DifyError, reason: str) -> None:
    assert reason_of(error) == reason
