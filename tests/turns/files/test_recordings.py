import logging
from collections.abc import Mapping
from typing import Any

import gevent
import pytest

from clock import Clock
from dify_app.uploads import OfferedFile
from errors import ApiAway, AppMisconfigured, DifyError, FileRefused, NotHeard, SpeechOff
from slack_api.files import Downloaded
from slack_api.pool import Bounds
from turns.files.recordings import Heard, Recordings
from turns.files.transfers import Transfers
from wording import Say

SECRET = "xoxb-nobodys-business"
MP4 = "https://files.slack.com/files-tmb/T1-F1/a_audio.mp4"


class FakeApp:
    """Hears what a file holds; takes sound as a file too if `takes_sound`."""

    def __init__(self, *, hears: bool = True, takes_sound: bool = False) -> None:
        self.can_hear, self.takes_sound = hears, takes_sound
        self.broken = False
        self.heard: list[tuple[str, str]] = []

    def hears(self) -> bool:
        if self.broken:
            raise AppMisconfigured
        return self.can_hear

    def takes(self, _file: OfferedFile) -> bool:
        return self.takes_sound

    def transcribe(self, name: str, mimetype: str, content: bytes) -> str:
        self.heard.append((name, mimetype))
        words = content.decode()
        if words == "off":
            raise SpeechOff
        if words == "away":
            raise ApiAway
        if words == "silence":
            raise NotHeard(name, "file_no_words")
        if words == "odd":
            raise RuntimeError(SECRET)
        if words == "slow":
            gevent.sleep(60)
        return words


class FakeSlack:
    def __init__(self) -> None:
        self.asked: list[Mapping[str, Any]] = []

    def resolve(self, file: Mapping[str, Any]) -> Mapping[str, Any]:
        if file.get("mode") == "file_access":
            if file["id"] == "gone":
                raise FileRefused("file", "file_deleted")
            return clip("stub said", id=file["id"])
        return file

    def download(self, file: Mapping[str, Any], _bounds: Bounds) -> Downloaded:
        self.asked.append(file)
        if file["words"] == "login":
            raise FileRefused(file["name"], "file_login_page")
        return Downloaded(file["name"], file["mimetype"], file["words"].encode())


def clip(words: str, **more: Any) -> dict[str, Any]:
    return sound(words, subtype="slack_audio", **more)


def sound(words: str, **more: Any) -> dict[str, Any]:
    return {"id": f"F-{words}", "name": "a.m4a", "mimetype": "audio/mp4", "size": 9, "words": words, **more}


def listened(
    *files: dict[str, Any], app: FakeApp | None = None, alone: bool = True, slack: FakeSlack | None = None
) -> tuple[list[Heard], list[Say]]:
    made = recordings(app, slack)
    working: list[Say] = []
    return made.listen(files, working.append, alone=alone), working


def recordings(app: FakeApp | None = None, slack: FakeSlack | None = None) -> Recordings:
    return Recordings(slack or FakeSlack(), app or FakeApp(), Transfers(3, 3).of("hook"), Clock(0.0005))  # type: ignore[arg-type]


def reasons(heard: list[Heard]) -> list[str | None]:
    return [one.reason if isinstance(one, NotHeard) else one for one in heard]


TEXT = {"id": "F-text", "name": "a.txt", "mimetype": "text/plain"}


def test_clips_are_heard_in_order_whatever_stands_beside_them() -> None:
    heard, working = listened(clip("one"), TEXT, clip("two"), sound("three"), alone=False)
    assert heard == ["one", None, "two", None]
    assert working == [Say.LISTENING]


def test_other_sound_is_heard_only_if_it_is_the_whole_question() -> None:
    assert listened(sound("one"), sound("two"))[0] == ["one", "two"]
    assert listened(sound("one"), alone=False) == ([None], [])
    assert listened(sound("one"), TEXT) == ([None, None], [])
    video = sound("film", mimetype="video/mp4")
    assert listened(video)[0] == [None]


def test_other_sound_that_the_app_takes_as_a_file_is_not_heard() -> None:
    app = FakeApp(takes_sound=True)
    assert listened(sound("one"), clip("two"), app=app)[0] == [None, "two"]


def test_nothing_is_fetched_for_an_app_that_does_not_hear_or_cannot_be_asked() -> None:
    for app in (FakeApp(hears=False), FakeApp()):
        slack = FakeSlack()
        app.broken = app.can_hear
        assert listened(clip("one"), app=app, slack=slack) == ([None], [])
        assert slack.asked == []
        assert not recordings(app).wanted()
    assert listened(app=FakeApp()) == ([], [])


def test_slacks_mp4_is_fetched_unless_dify_takes_the_recording_as_it_is() -> None:
    slack = FakeSlack()
    listened(
        clip("one", name="a.webm", mimetype="audio/webm", aac=MP4),
        clip("two"),
        sound("three", mimetype="audio/ogg", aac=MP4),
        sound("four", mimetype="audio/mpeg", aac=MP4),
        slack=slack,
    )
    assert [file.get("url_private_download") for file in slack.asked] == [MP4, None, MP4, None]
    assert ["size" in file for file in slack.asked] == [False, True, False, True]


def test_each_recording_has_its_own_reason() -> None:
    files = [clip(words) for words in ("yes", "login", "silence", "odd", "slow")]
    assert reasons(listened(*files)[0]) == [
        "yes", "file_login_page", "file_no_words", "file_speech_failed", "file_speech_late",
    ]  # fmt: skip


def test_unexpected_error_is_logged_without_its_text(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        listened(clip("odd"))
    assert "into words: RuntimeError at test_recordings.py:" in caplog.text
    assert SECRET not in caplog.text


def test_clip_of_another_organisation_is_looked_up() -> None:
    stub, gone = ({"id": name, "mode": "file_access"} for name in ("F9", "gone"))
    assert listened(stub, gone)[0] == ["stub said", None]


def test_app_that_hears_no_more_gets_the_recording_as_any_file() -> None:
    assert listened(clip("off"), clip("one"))[0] == [None, "one"]


def test_recording_is_listened_to_once_even_on_another_way() -> None:
    app = FakeApp()
    made, files = recordings(app), [clip("one"), clip("silence")]
    first = made.listen(files, lambda _: None, alone=True)
    app.can_hear = False
    assert (
        reasons(made.listen(files, lambda _: None, alone=True)) == reasons(first) == ["one", "file_no_words"]
    )
    assert len(app.heard) == 2


def test_way_that_takes_nothing_is_told_and_what_was_heard_is_kept() -> None:
    app = FakeApp()
    made, files = recordings(app), [clip("one"), clip("away")]
    with pytest.raises(ApiAway):
        made.listen(files, lambda _: None, alone=True)
    app.can_hear = False
    assert made.listen(files, lambda _: None, alone=True) == ["one", None]
    assert issubclass(ApiAway, DifyError)
