"""The plugin way to an app: the SDK's reverse invocation, which needs no key."""

from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from typing import Any

from dify_app.calls import AppCalls, open_stream, probe_kind
from dify_app.form import Variable
from dify_app.port import AppCall, AppPort, Conversation, FollowedRun, FormAnswer, Stream, Via, WaitingForm
from dify_app.stream import AppKind
from dify_app.uploads import FileCalls, FileSlot, PlacedFile, upload
from errors import ApiAway, NotFollowed, SpeechOff


@dataclass(frozen=True, slots=True)
class PluginWay:
    """`calls` and `files` are the SDK's `session.app` and `session.file`, valid only as long as the request."""

    calls: AppCalls
    files: FileCalls
    app_id: str
    known_as: str

    @property
    def via(self) -> Via:
        """The name of this way."""
        return "plugin"

    def goes_on(self, known: Conversation) -> tuple[AppPort, Conversation]:
        """All conversations of this way belong to one user (docs/platform/dify.md#conversation-ownership)."""
        return self, known if known.via == self.via else Conversation()

    def fetch(self) -> Mapping[str, Any]:
        """The app's information (docs/platform/dify.md#app-information)."""
        return self.calls.fetch_app(self.app_id)

    def probe_kind(self, variable: Variable) -> AppKind:
        """See `calls.probe_kind`. Raises DifyError."""
        return probe_kind(self.calls, self.app_id, variable)

    def stream(self, call: AppCall) -> closing[Stream]:
        """The raw events of a run."""
        return open_stream(self.calls, self.app_id, call.query, call.inputs, call.conversation_id, call.kind)

    def suggested(self, _message_id: str) -> tuple[str, ...]:
        """A plugin has no call that tells them."""
        return ()

    def stop(self, _task_id: str, _mode: str) -> None:
        """No call of this way stops a run (docs/platform/dify-service-api.md#hanging-up)."""

    def go_on(self, _form: WaitingForm, _answer: FormAnswer) -> closing[Stream]:
        """What follows an answer never reaches a plugin (docs/platform/dify.md#human-input-events): raises ApiAway."""
        raise ApiAway("plugin_way")

    def follow(self, _run: FollowedRun) -> closing[Stream]:
        """A run of this way ends with its request (docs/platform/dify.md#request-lifetime): raises NotFollowed."""
        raise NotFollowed("plugin_way")

    def transcribe(self, _name: str, _mimetype: str, _content: bytes) -> str:
        """A plugin has no call that listens for an app (docs/platform/dify-service-api.md#voice): raises SpeechOff."""
        raise SpeechOff("plugin_way")

    def upload(self, slot: FileSlot, content: bytes) -> PlacedFile:
        """A tool file, which the app's form takes (docs/platform/dify.md#files-in). Raises FileRefused."""
        return upload(self.files, slot, content)
