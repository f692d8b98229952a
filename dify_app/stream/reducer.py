"""Turns the events of any kind of Dify app into answer events (docs/architecture.md#d4-one-reducer).

The last events, as measured (docs/platform/dify.md#app-events): chatbot, agent and completion apps send `message_end`.
A chatflow sends `message_end` and then `workflow_finished`; when it was stopped, the other way round. A workflow sends
`workflow_finished`. A paused run sends `workflow_paused`. A failed run sends `workflow_finished` and, in a chatflow,
`error`. A failure after `message_end` is none (docs/platform/dify-service-api.md#false-failure). Later events are
ignored.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

from dify_app.answer import ConversationStarted, Ended, EndStatus, Paused, RunStarted, Sources, Thought
from dify_app.faults import classify_event
from dify_app.stream.citations import NewFiles, file_of, files_in, sources_in
from dify_app.stream.forms import paused_form
from dify_app.stream.outputs import readable
from dify_app.stream.speech import Events, Speech
from dify_app.stream.steps import Steps
from errors import DifyError, RunFailed
from json_fields import mapping_of, text_of

_LONGEST_ID = 128  # characters
_MOST_FORMS = 50  # forms that are kept for one run
_STATUSES: Mapping[str, EndStatus] = {"stopped": "stopped", "partial-succeeded": "partial-succeeded"}

AppKind = Literal["chat", "workflow", "completion"]
"""`chat`: the app keeps conversations. The other two take the question only as one of their inputs."""
# An app without conversations begins its answer with one of these events.
_FIRST_WORDS: Mapping[str, AppKind] = {
    "message": "completion",
    "text_chunk": "workflow",
    "workflow_started": "workflow",
}
Raw = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class RunOptions:
    """Facts that the stream itself does not tell.

    `web_url` is the base of Dify's web app, where a person continues a paused run. `locale` is the language of tools'
    names, such as ja_JP. `owns` says whether an address is that of a file on Dify (`files.py`); images at such
    addresses become files.
    """

    web_url: str = ""
    locale: str = "en_US"
    owns: Callable[[str], bool] = lambda _url: False


class Reducer:
    """Reads one run. Give every raw event to `feed`, which never raises.

    `finished`: a terminal event was seen, so nothing is lost if the stream ends or breaks now. `over`: nothing more of
    interest can come. `fault`: how the run failed; None if it did not. `kind`: the kind of app, once it is known.
    `run`: the names of the run, as far as the stream has told them. `follows` is the kind of app whose run is read from
    its middle on: then the outputs at its end replace the text, of which the stream told only a part.
    """

    def __init__(self, options: RunOptions = RunOptions(), *, follows: AppKind | None = None) -> None:
        self.finished = False
        self.over = False
        self.fault: DifyError | None = None
        self.kind = follows
        self.run = RunStarted("")
        self._web_url = options.web_url
        self._files = NewFiles(options.owns)
        self._speech = Speech(self._files)
        self._steps = Steps(options.locale)
        self._forms: list[Paused] = []
        self._conversation_id = ""
        self._status: EndStatus = "succeeded"
        self._repairs = follows is not None
        self._seen = {"workflow_started"} if follows else set()

    def feed(self, raw: Raw) -> Events:
        """The answer events of this event; none if it is unknown, empty, or comes after the end."""
        name = raw.get("event")
        if self.over or not isinstance(name, str):
            return []
        self._seen.add(name)
        self._name_run(raw)
        events = self._conversation(name, text_of(raw, "conversation_id"))
        return events + self._HANDLERS.get(name, Reducer._step)(self, raw)

    def close(self) -> Events:
        """The stream has ended: the text that was held back, and `Ended` if a terminal event was seen."""
        if self.over:
            return []
        return self._end() if self.finished else self._stop("failed")

    def _name_run(self, raw: Raw) -> None:
        known = self.run
        task, message, run = (
            new if len(new := text_of(raw, name)) <= _LONGEST_ID else ""
            for name in ("task_id", "message_id", "workflow_run_id")
        )
        named = RunStarted(known.task_id or task, known.message_id or message, known.run_id or run)
        if named.task_id and named != known:
            self.run = named

    def _conversation(self, name: str, conversation_id: str) -> Events:
        if conversation_id:
            self.kind = "chat"
        elif name in _FIRST_WORDS:
            self.kind = self.kind or _FIRST_WORDS[name]
        if conversation_id in ("", self._conversation_id):
            return []
        self._conversation_id = conversation_id
        return [ConversationStarted(conversation_id)]

    def _answer(self, holder: Raw, name: str = "answer") -> Events:
        return self._speech.delta(text_of(holder, name), holder.get("from_variable_selector"))

    def _message(self, raw: Raw) -> Events:
        """Text, or behind `agent_message` the whole text (docs/platform/dify-service-api.md#new-agent-events)."""
        return self._replaced(raw.get("answer")) if "agent_message" in self._seen else self._answer(raw)

    def _reasoning(self, raw: Raw) -> Events:
        thought = text_of(mapping_of(raw, "data"), "reasoning")
        return [Thought(thought)] if thought else []

    def _replaced(self, whole: object) -> Events:
        return self._speech.replaced(whole) if isinstance(whole, str) else []

    def _text_chunk(self, raw: Raw) -> Events:
        return self._answer(mapping_of(raw, "data"), "text")

    def _message_replace(self, raw: Raw) -> Events:
        return self._replaced(raw.get("answer"))

    def _text_replace(self, raw: Raw) -> Events:
        return self._replaced(mapping_of(raw, "data").get("text"))

    def _message_file(self, raw: Raw) -> Events:
        """A file, or text, which comes so after the first file (docs/platform/dify.md#message-file-events)."""
        return self._answer(raw) or [*self._files.take(filter(None, [file_of(raw)]))]

    def _human_input(self, raw: Raw) -> Events:
        if len(self._forms) < _MOST_FORMS:
            self._forms.append(paused_form(mapping_of(raw, "data"), self._web_url))
        return []

    def _message_end(self, raw: Raw) -> Events:
        sources = sources_in(mapping_of(raw, "metadata"))
        events = self._speech.flush()
        events += [Sources(sources)] if sources else []
        events += self._files.take(files_in(raw))
        flow_is_open = "workflow_started" in self._seen and "workflow_finished" not in self._seen
        return events + self._terminal(last=not flow_is_open)

    def _workflow_finished(self, raw: Raw) -> Events:
        data = mapping_of(raw, "data")
        status = text_of(data, "status")
        if status == "failed":
            return self._terminal(last=True) if "message_end" in self._seen else self._fail(RunFailed())
        self._status = _STATUSES.get(status, "succeeded")
        events = self._speech.flush()
        outputs = mapping_of(data, "outputs")
        if self._repairs:
            # What moderation replaced is still in the outputs.
            moderated = self._seen & {"message_replace", "text_replace"}
            events += [] if moderated else self._repaired(outputs)
        elif not self._speech.spoke:
            events += self._speech.outputs(self._text_of(outputs))
        events += self._files.take(files_in(data))
        return events + self._terminal(last=self.kind != "chat" or "message_end" in self._seen)

    def _text_of(self, outputs: Raw) -> str:
        return text_of(outputs, "answer") if self.kind == "chat" else readable(outputs)

    def _repaired(self, outputs: Raw) -> Events:
        """The whole answer in place of the text so far, if the outputs have one."""
        text = self._text_of(outputs)
        return self._speech.replaced(text) if text.strip() else []

    def _paused(self, _raw: Raw) -> Events:
        """The stream is read to its end: only then Dify stores the message as paused.

        Source: docs/platform/dify.md#human-input-events.
        """
        self._status = "paused"
        return [*self._speech.flush(), *(self._forms or [Paused("")]), *self._terminal(last=False)]

    def _step(self, raw: Raw) -> Events:
        step = self._steps.take(raw)
        return [step] if step else []

    def _failure(self, raw: Raw) -> Events:
        return self._fail(classify_event(raw))

    _HANDLERS: ClassVar[Mapping[str, Callable[["Reducer", Raw], Events]]] = {
        "message": _message,
        "agent_message": _answer,
        "text_chunk": _text_chunk,
        "message_replace": _message_replace,
        "text_replace": _text_replace,
        "reasoning_chunk": _reasoning,
        "message_file": _message_file,
        "human_input_required": _human_input,
        "message_end": _message_end,
        "workflow_finished": _workflow_finished,
        "workflow_paused": _paused,
        "error": _failure,
    }

    def _terminal(self, *, last: bool) -> Events:
        self.finished = True
        return self._end() if last else []

    def _fail(self, fault: DifyError) -> Events:
        self.fault = fault
        self.finished = True
        return self._stop("failed")

    def _end(self) -> Events:
        return [*self._stop("done"), *self._speech.unsaid(), Ended(self._status)]

    def _stop(self, steps: Literal["done", "failed"]) -> Events:
        """Read nothing more: the text that was held back, and the end of the steps that were running."""
        self.over = True
        return [*self._speech.flush(), *self._steps.end(steps)]
