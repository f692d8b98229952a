"""Speech to text of the Service API (docs/platform/dify-service-api.md#voice): its checks, in Dify's order."""

from dataclasses import dataclass, field
from typing import Any

from clock import Clock
from simulators.dify.apps import App, Refused
from simulators.dify.end_users import EndUser
from simulators.dify.uploads import UploadForm
from simulators.dify.versions import Version
from simulators.recordings import words_in

TYPES = {"audio/mp3", "audio/mpga", "audio/m4a", "audio/wav", "audio/amr"}
LARGEST = 30 * 1024 * 1024
FAULTS: dict[str, Refused] = {
    "provider_not_initialize": Refused(
        "Default model not found for ModelType.SPEECH2TEXT", 400, "provider_not_initialize"
    ),
    "provider_not_support_speech_to_text": Refused(
        "Provider not support speech to text.", 400, "provider_not_support_speech_to_text"
    ),
    "provider_quota_exceeded": Refused("Your quota has been exhausted.", 400, "provider_quota_exceeded"),
    "completion_request_error": Refused(
        "[openai] Invalid file format. Secret trace", 400, "completion_request_error"
    ),
    "internal_server_error": Refused("Traceback: secret", 500, "internal_server_error"),
}
"""What the model and its provider may answer; each message holds what no member should see."""


@dataclass(slots=True)
class SpeechToText:
    """`fault` is a name of FAULTS that every recording gets, "" for none; a model takes `seconds` design seconds."""

    clock: Clock
    fault: str = ""
    seconds: float = 0.0
    heard: list[dict[str, Any]] = field(default_factory=list)

    def reset(self) -> None:
        """A model that works at once, and no record of recordings."""
        self.fault, self.seconds = "", 0.0
        self.heard.clear()

    def text(self, app: App, user: EndUser, form: UploadForm, version: Version) -> str:
        """What the workspace's model hears. Raises Refused."""
        self.heard.append(
            {
                "app_id": app.app_id,
                "user": user.session_id,
                "name": form.name,
                "mimetype": form.mimetype,
                "words": words_in(form.content),
            }
        )
        if not (app.parameters_dict()["speech_to_text"] or {}).get("enabled"):
            if version.speech_off == "invalid_param":
                raise Refused("Speech to text is not enabled")
            raise Refused("Speech to text is disabled.", 400, "speech_to_text_disabled")
        if form.mimetype not in TYPES:
            raise Refused("Audio type not allowed.", 415, "unsupported_audio_type")
        if len(form.content) > LARGEST:
            raise Refused("Audio size exceeded. Audio size larger than 30 mb", 413, "audio_too_large")
        self.clock.sleep(self.seconds)
        if self.fault:
            raise FAULTS[self.fault]
        return words_in(form.content)
