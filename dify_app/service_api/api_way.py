"""One app over the Service API, for one turn: routes, the body of a call, its events and files."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, closing, suppress
from dataclasses import dataclass, field, replace
from typing import Any, Literal
from urllib.parse import quote

from clock import Clock
from dify_app.form import KIND_OF_MODE, SYS_FILES, Variable
from dify_app.port import (
    PING,
    AppCall,
    AppPort,
    Conversation,
    FollowedRun,
    FormAnswer,
    Stream,
    Via,
    WaitingForm,
)
from dify_app.service_api.addresses import BaseAddresses
from dify_app.service_api.client import ServiceApi
from dify_app.service_api.event_stream import events_in
from dify_app.service_api.first_calls import FirstCalls
from dify_app.service_api.recordings import labelled, reason_of
from dify_app.service_api.refusals import FILE_FAULTS
from dify_app.stream import AppKind
from dify_app.uploads import FileSlot, PlacedFile
from errors import (
    ApiAway,
    ApiRefused,
    AppMisconfigured,
    DifyBusy,
    DifyError,
    DifyUnavailable,
    FileRefused,
    FormRefused,
    NotFollowed,
    NotHeard,
    SpeechOff,
    UnsupportedApp,
)
from json_fields import text_of, texts_of

BUSY_SECONDS = 90.0
"""A chatflow or workflow that has sent nothing but keep-alives for so long has no worker.

Source: docs/platform/dify-service-api.md#workers.
"""
LOST_SECONDS = 20.0
"""After so long without an event it is worth a call to ask whether the conversation still exists: older versions of
Dify send keep-alives instead of refusing a conversation (docs/platform/dify-service-api.md#foreign-conversations)."""
AWAY_SECONDS = 60.0
"""A run that is followed is given up when Dify has told nothing of it for so long."""
AGAIN_SECONDS = 2.0
_LAST = frozenset({"workflow_finished", "workflow_paused"})
Rating = Literal["like", "dislike"]
_FLOWS = frozenset({"advanced-chat", "workflow"})
_ROUTES = {"workflow": "workflows/run", "completion": "completion-messages"}
_STOP_ROUTES = {"workflow": "workflows/tasks", "completion": "completion-messages"}


@dataclass(frozen=True, slots=True)
class ApiWay:
    """`bases` are the addresses to try; `user` owns the conversation and its files. The key never shows in a repr."""

    api: ServiceApi
    addresses: BaseAddresses
    first_calls: FirstCalls
    clock: Clock
    bases: tuple[str, ...]
    key: str = field(repr=False)
    user: str
    known_as: str

    @property
    def via(self) -> Via:
        """The name of this way."""
        return "api"

    def goes_on(self, known: Conversation) -> tuple[AppPort, Conversation]:
        """A conversation keeps the user who opened it, whoever writes later."""
        if known.via != self.via or not known.id or not known.user:
            return self, Conversation("", self.via, self.user)
        return replace(self, user=known.user), known

    def fetch(self) -> Mapping[str, Any]:
        """The app's parameters with its mode and name (docs/platform/dify-service-api.md#version-and-kind).

        Raises DifyError.
        """
        info = self._get("info")
        return {**self._get("parameters"), "mode": text_of(info, "mode"), "name": text_of(info, "name")}

    def probe_kind(self, _variable: Variable) -> AppKind:
        """The kind that the app's mode says. Raises DifyError."""
        return _kind_of(self._mode())

    def stream(self, call: AppCall) -> closing[Stream]:
        """The raw events of a run, and its keep-alives."""
        return closing(self._stream(call))

    def suggested(self, message_id: str) -> tuple[str, ...]:
        """What a model suggests (docs/platform/dify-service-api.md#suggested-questions). Raises DifyError."""
        return texts_of(self.api.suggested(self._base(), self.key, self.user, _id(message_id)), "data")

    def rate(self, message_id: str, rating: Rating, content: str) -> None:
        """Give a message of this user a vote in place of its last one. Raises DifyError.

        Source: docs/platform/dify-service-api.md#feedback.
        """
        vote = {"rating": rating, "content": content, "user": self.user}
        self.api.rate(self._base(), self.key, _id(message_id), vote)

    def stop(self, task_id: str, mode: str) -> None:
        """Dify's stop call, in the name of the run's user (docs/platform/dify-service-api.md#stop-calls)."""
        route = _STOP_ROUTES.get(mode, "chat-messages")
        self.api.stop(self._base(), self.key, f"{route}/{quote(task_id, safe='')}/stop", self.user)

    def go_on(self, form: WaitingForm, answer: FormAnswer) -> closing[Stream]:
        """Answer a form of a run of this way, and read on. The first event says that Dify took the answer.

        Dify keeps no events for late listeners, so it is asked for them first, and gets the answer once it listens:
        that is its first keep-alive (docs/platform/dify-service-api.md#run-events). Reading raises DifyError, ApiAway
        where Dify does not tell the events of this run.
        """
        return closing(self._go_on(form, answer))

    def _go_on(self, form: WaitingForm, answer: FormAnswer) -> Stream:
        base = self._base()
        with ExitStack() as held:
            try:
                pieces = held.enter_context(self.api.follow(base, self.key, form.user, form.run_id))
            except AppMisconfigured as error:
                raise error if isinstance(error, ApiRefused) else ApiAway("api_no_run") from error
            events = events_in(pieces)
            if (next(events, None) or {}).get("event") != PING:
                raise FormRefused("form_gone")  # the run has ended, so it waits for nothing
            self.api.answer_form(base, self.key, form.token, answer.body() | {"user": answer.user})
            yield {"event": PING}
            yield from events

    def follow(self, run: FollowedRun) -> closing[Stream]:
        """The events of a run from now on. What was missed is in the outputs of its last event.

        The stream of a run ends after 300 s without an event, so it is opened until the run itself has ended. Reading
        raises DifyError, NotFollowed where Dify does not tell them (docs/platform/dify-service-api.md#run-events).
        """
        return closing(self._follow(run))

    def _follow(self, run: FollowedRun) -> Stream:
        heard = self.clock.now()
        while True:
            try:
                with self.api.follow(self._base(), self.key, run.user, run.run_id) as pieces:
                    for event in events_in(pieces):
                        heard = self.clock.now()
                        yield event
                        if event.get("event") in _LAST:
                            return
            except AppMisconfigured as error:
                raise error if isinstance(error, ApiRefused) else NotFollowed(error.kind) from error
            except DifyUnavailable:
                self.addresses.forget(self.bases)
                if self.clock.now() - heard >= AWAY_SECONDS:
                    raise
            self.clock.sleep(AGAIN_SECONDS)

    def upload(self, slot: FileSlot, content: bytes) -> PlacedFile:
        """A file of the conversation's user (docs/platform/dify-service-api.md#service-files). Raises FileRefused."""
        file = (slot.file.name, content, slot.file.mimetype or "application/octet-stream")
        try:
            base = self._base()
            with self.first_calls.alone(self.known_as, self.user):
                answer = self.api.upload(base, self.key, self.user, file)
        except DifyError as error:
            reason = error.kind if error.kind in FILE_FAULTS else "file_upload_refused"
            raise FileRefused(slot.file.name, reason) from error
        return PlacedFile(slot.variable, slot.many, slot.kind, text_of(answer, "id"), "local_file")

    def transcribe(self, name: str, mimetype: str, content: bytes) -> str:
        """What a model hears in a recording (docs/platform/dify-service-api.md#voice).

        Raises NotHeard; and SpeechOff, ApiAway or ApiRefused where Dify listens to no recording at all.
        """
        label, kind = labelled(name, mimetype, content)
        try:
            base = self._base()
            with self.first_calls.alone(self.known_as, self.user):
                answer = self.api.transcribe(base, self.key, self.user, (label, content, kind))
        except ApiAway:
            self.addresses.forget(self.bases)
            raise
        except (SpeechOff, ApiRefused):
            raise
        except DifyError as error:
            raise NotHeard(name, reason_of(error)) from error
        words = text_of(answer, "text").strip()
        if not words:
            raise NotHeard(name, "file_no_words")
        return words

    def _stream(self, call: AppCall) -> Stream:
        mode = call.mode or self._mode()
        path = _ROUTES.get(_kind_of(mode), "chat-messages")
        base = self._base()
        with ExitStack() as held:
            with self.first_calls.alone(self.known_as, self.user):
                try:
                    pieces = held.enter_context(self.api.stream(base, self.key, path, self._body(call)))
                except ApiAway:
                    self.addresses.forget(self.bases)
                    raise
            events = events_in(pieces)
            yield from self._patient(events, call) if mode in _FLOWS else events

    def _patient(self, events: Iterable[dict[str, Any]], call: AppCall) -> Iterator[dict[str, Any]]:
        """The events of a run that may have to wait for a worker. Raises DifyBusy, or ConversationLost: nothing ran."""
        asked, begun, is_sure = self.clock.now(), False, not call.conversation_id
        for event in events:
            begun = begun or event["event"] != PING
            waited = self.clock.now() - asked
            if not begun and not is_sure and waited >= LOST_SECONDS:
                is_sure = True
                self._must_exist(call.conversation_id)
            if not begun and waited >= BUSY_SECONDS:
                raise DifyBusy("no_worker")
            yield event

    def _must_exist(self, conversation_id: str) -> None:
        """Raises ConversationLost. If Dify does not answer, the conversation counts as existing."""
        with suppress(DifyUnavailable, ApiRefused):
            self.api.conversation(self._base(), self.key, self.user, conversation_id)

    def _body(self, call: AppCall) -> dict[str, Any]:
        """The call as Dify takes it (docs/platform/dify-service-api.md#routes-by-kind)."""
        inputs = {name: value for name, value in call.inputs.items() if name != SYS_FILES}
        body = {"inputs": inputs, "query": call.query, "user": self.user, "response_mode": "streaming"}
        if files := call.inputs.get(SYS_FILES):
            body["files"] = files
        if call.conversation_id:
            body["conversation_id"] = call.conversation_id
        return body

    def _mode(self) -> str:
        return text_of(self._get("info"), "mode")

    def _get(self, path: str) -> dict[str, Any]:
        try:
            return self.api.get(self._base(), self.key, path)
        except ApiAway:
            self.addresses.forget(self.bases)
            raise

    def _base(self) -> str:
        return self.addresses.find(self.bases)


def _id(message_id: str) -> str:
    return quote(message_id, safe="")


def _kind_of(mode: str) -> AppKind:
    if mode not in KIND_OF_MODE:
        raise UnsupportedApp("app_unsupported")
    return KIND_OF_MODE[mode]
