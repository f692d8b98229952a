"""A member's recordings on their way into words: voice clips, and other sound that is the whole question.

Source: docs/platform/slack.md#voice-clips, docs/platform/dify-service-api.md#voice.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import gevent

from clock import Clock
from dify_app import DifyApp, OfferedFile
from errors import ApiAway, ApiRefused, DifyError, FileRefused, NotHeard, SpeechOff
from json_fields import text_of
from slack_api import Bounds, SlackFiles, as_mp4, declared_size, is_voice_clip, mime_of, name_of
from turns.files.attachments import MOST_BYTES, SlackFile
from turns.files.transfers import HookTransfers
from turns.report import logger, where
from wording import Say

HEARING_TIMEOUT = 150.0  # seconds for all recordings of a question together
_TAKEN = frozenset({"audio/mpeg", "audio/mp3", "audio/wav", "audio/x-wav", "audio/amr"})
"""Types that Dify takes as they are, under one name or another; of the others Slack's own MP4 is fetched."""

type Heard = str | NotHeard | None
"""The words of a recording, or why there are none; None for a file that is no recording to listen to."""


@dataclass(slots=True)
class Recordings:
    """For one request. What was heard is kept, so that no recording is listened to twice when the app is asked anew.

    `transfers` bounds how many files the process holds at once.
    """

    slack: SlackFiles
    app: DifyApp
    transfers: HookTransfers
    clock: Clock
    _known: dict[str, Heard] = field(default_factory=dict)

    def wanted(self) -> bool:
        """Whether the app turns recordings into words. False if the app can't be asked."""
        try:
            return self.app.hears()
        except DifyError:
            return False

    def listen(
        self, files: Sequence[SlackFile], working: Callable[[Say], None], *, alone: bool
    ) -> list[Heard]:
        """What each file says, in order. `alone`: the message has no words beside its files.

        `working` is called with the sentence for what happens now. Raises ApiAway or ApiRefused: the Service API takes
        nothing at the moment, so the question must go another way.
        """
        new = [file for file in self._recordings(files, alone=alone) if _key(file) not in self._known]
        if new:
            working(Say.LISTENING)
            self._listen(new)
        return [self._known.get(_key(file)) for file in files]

    def _recordings(self, files: Sequence[SlackFile], *, alone: bool) -> list[SlackFile]:
        """Clips; and where the message is nothing but sound that the app takes as no file, all of it."""
        if not files or not self.wanted():
            return []
        whole = [self._whole(file) for file in files]
        if alone and all(map(_is_sound, whole)):
            return [one for one in whole if is_voice_clip(one) or not self._goes_as_a_file(one)]
        return [one for one in whole if is_voice_clip(one)]

    def _whole(self, file: SlackFile) -> SlackFile:
        try:
            return self.slack.resolve(file)
        except FileRefused:
            return file  # no recording, as far as is known

    def _goes_as_a_file(self, file: SlackFile) -> bool:
        size = declared_size(file)
        try:
            return self.app.takes(OfferedFile(name_of(file), mime_of(file), 1 if size is None else size))
        except DifyError:
            return False

    def _listen(self, files: Sequence[SlackFile]) -> None:
        listening = [gevent.spawn(self._heard, file) for file in files]
        try:
            gevent.joinall(listening, timeout=self.clock.wall(HEARING_TIMEOUT))
            late = [NotHeard(name_of(file), "file_speech_late") for file in files]
            found = [one.value if one.ready() else two for one, two in zip(listening, late, strict=True)]
        finally:
            gevent.killall(listening, block=False)
        away = next((one for one in found if isinstance(one, ApiAway | ApiRefused)), None)
        self._known |= {
            _key(file): None if isinstance(one, SpeechOff) else one
            for file, one in zip(files, found, strict=True)
            if not isinstance(one, ApiAway | ApiRefused)
        }
        if away is not None:
            raise away

    def _heard(self, file: SlackFile) -> str | NotHeard | SpeechOff | ApiAway | ApiRefused:
        name = name_of(file)
        served = file if mime_of(file) in _TAKEN else as_mp4(file)
        try:
            with self.transfers.place():
                loaded = self.slack.download(served, Bounds(size=MOST_BYTES))
                return self.app.transcribe(loaded.name, loaded.mimetype, loaded.content)
        except (NotHeard, SpeechOff, ApiAway, ApiRefused) as told:
            return told
        except FileRefused as refused:
            return NotHeard(name, refused.reason)
        except Exception as error:  # noqa: BLE001 - one recording must not cost the answer
            logger.warning("a recording broke on its way into words: %s", where(error))
            return NotHeard(name, "file_speech_failed")


def _is_sound(file: SlackFile) -> bool:
    return mime_of(file).startswith("audio/")


def _key(file: SlackFile) -> str:
    return text_of(file, "id", "url_private_download", "url_private")
