"""What a Dify app says, typed: the one language between `dify_app` and those who show it."""

from dataclasses import dataclass
from typing import Literal

StepState = Literal["running", "done", "failed"]
StepKind = Literal["node", "tool", "thought", "log"]
EndStatus = Literal["succeeded", "partial-succeeded", "stopped", "paused"]


@dataclass(frozen=True, slots=True)
class ConversationStarted:
    """The conversation this answer belongs to; seen with the first event and whenever it changes."""

    conversation_id: str


@dataclass(frozen=True, slots=True)
class TextDelta:
    """Markdown to append to the answer; never empty, thoughts already taken out."""

    text: str


@dataclass(frozen=True, slots=True)
class TextReplaced:
    """The answer so far is void (moderation); `text` is the whole of it now, and may be empty."""

    text: str


@dataclass(frozen=True, slots=True)
class Thought:
    """What the model thought aloud, to append; shown as a collapsed step or not at all."""

    text: str


@dataclass(frozen=True, slots=True)
class Step:
    """A piece of work, sent again with the same `id` whenever it changes.

    `output` is one short line or empty and never holds an error's text. `rounds` counts an iteration's or
    a loop's rounds, whose nodes are folded into this one step (0: no iteration). `parent` is the id of the
    log entry this one hangs under, or empty.
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
class Sources:
    """All documents of the answer, once each, in the order of their citation; never empty."""

    items: tuple[Source, ...]


@dataclass(frozen=True, slots=True)
class FileProduced:
    """A file the app made; `url` as Dify gave it, so often relative.

    `kind` is image, document, audio, video or custom.
    """

    url: str
    kind: str
    name: str


@dataclass(frozen=True, slots=True)
class FilesDropped:
    """Dify refused our uploads before anything ran, and the app was asked without them.

    Source: docs/platform/dify.md#tool-file-owner.
    """

    reason: str


@dataclass(frozen=True, slots=True)
class QuestionCut:
    """The app's variable takes only so many characters of the question; the rest was not passed on."""

    length: int


@dataclass(frozen=True, slots=True)
class Paused:
    """The app waits for a human: its form's Markdown, the page to go on at (or empty), the form's buttons."""

    text: str
    where: str = ""
    title: str = ""
    actions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Ended:
    """The app said it is done; the last event of every answer that did not fail."""

    status: EndStatus


AnswerEvent = (
    ConversationStarted
    | TextDelta
    | TextReplaced
    | Thought
    | Step
    | Sources
    | FileProduced
    | FilesDropped
    | QuestionCut
    | Paused
    | Ended
)
