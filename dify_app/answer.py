"""What a Dify app says, as typed events: `dify_app` produces them, and the code that shows the answer reads them."""

from dataclasses import dataclass, field
from typing import Literal

StepState = Literal["running", "done", "failed"]
StepKind = Literal["node", "tool", "log"]
FormStyle = Literal["", "primary", "danger"]
EndStatus = Literal["succeeded", "partial-succeeded", "stopped", "paused"]


class AnswerEvent:
    """One thing that an app says: an object of one of the classes below."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class ConversationStarted(AnswerEvent):
    """The conversation that this answer belongs to; sent first and whenever the conversation changes."""

    conversation_id: str


@dataclass(frozen=True, slots=True)
class RunStarted(AnswerEvent):
    """The names of the run in Dify: `task_id` stops the run, `message_id` takes feedback, `run_id` is the workflow's.

    Sent once the stream names a task, and again when it names more. A name that the app does not have is "".
    """

    task_id: str
    message_id: str = ""
    run_id: str = ""


@dataclass(frozen=True, slots=True)
class TextDelta(AnswerEvent):
    """Markdown to append to the answer. It is never empty, and the model's thoughts are already taken out."""

    text: str


@dataclass(frozen=True, slots=True)
class TextReplaced(AnswerEvent):
    """The answer so far is void (moderation); `text` is now the whole answer, and may be empty."""

    text: str


@dataclass(frozen=True, slots=True)
class Thought(AnswerEvent):
    """A piece of the model's thinking, to append to its thoughts; shown as a collapsed step or not at all."""

    text: str


@dataclass(frozen=True, slots=True)
class Step(AnswerEvent):
    """A piece of work. It is sent again with the same `id` whenever it changes.

    `output` is one short line or empty and never holds an error's text. `rounds` counts the rounds of an iteration or
    a loop, whose nodes are shown as this one step (0: the step is no iteration). `parent` is the id of the log entry
    that this entry belongs to, or empty.
    """

    id: str
    title: str
    state: StepState
    kind: StepKind = "node"
    output: str = ""
    rounds: int = 0
    parent: str = ""


@dataclass(frozen=True, slots=True)
class Source:
    """A document the answer rests on; `url` is http(s) or empty."""

    name: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class Sources(AnswerEvent):
    """All documents of the answer, once each, in the order of their citation; never empty."""

    items: tuple[Source, ...]


@dataclass(frozen=True, slots=True)
class FileProduced(AnswerEvent):
    """A file the app made. `url` is often relative. `kind` is image, document, audio, video or custom."""

    url: str
    kind: str
    name: str


@dataclass(frozen=True, slots=True)
class FilesDropped(AnswerEvent):
    """Dify refused our uploads, and the app was asked without them (docs/platform/dify.md#tool-file-owner)."""

    reason: str


@dataclass(frozen=True, slots=True)
class QuestionCut(AnswerEvent):
    """The app's variable limits how long the question may be; the rest of the question was not passed on."""

    length: int


@dataclass(frozen=True, slots=True)
class FormInput:
    """A field of a form: a text, or one of the `options` if there are some."""

    name: str
    default: str = ""
    options: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FormAction:
    """One of the ways to answer a form; Dify shows `title` on its button."""

    id: str
    title: str
    style: FormStyle = ""


@dataclass(frozen=True, slots=True)
class HumanForm:
    """A form that somebody can answer outside of Dify. Whoever has the `token` can answer, so the token is a secret."""

    id: str
    token: str = field(repr=False)
    actions: tuple[FormAction, ...]
    inputs: tuple[FormInput, ...] = ()


@dataclass(frozen=True, slots=True)
class Paused(AnswerEvent):
    """The app waits for a person: the form's Markdown, the address of its page (or empty), the form's buttons.

    `form` is None where the form can be answered in Dify alone.
    """

    text: str
    where: str = ""
    title: str = ""
    actions: tuple[str, ...] = ()
    form: HumanForm | None = None


@dataclass(frozen=True, slots=True)
class FormTaken(AnswerEvent):
    """Dify took the answer to a form. `goes_on`: what the app says next follows; else it can be seen in Dify alone."""

    goes_on: bool


@dataclass(frozen=True, slots=True)
class Ended(AnswerEvent):
    """The app said that it is done. This is the last event of every answer that did not fail."""

    status: EndStatus
