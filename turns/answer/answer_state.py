"""The answer as far as it has come: one greenlet reads Dify and fills it, another one writes it to Slack."""

from dataclasses import dataclass, field, replace

from gevent.event import Event

from dify_app import (
    AnswerEvent,
    AppForm,
    ConversationStarted,
    Ended,
    Paused,
    QuestionCut,
    RunStarted,
    Source,
    Sources,
    Step,
    TextDelta,
    TextReplaced,
    Thought,
    Via,
)
from errors import BridgeError, FileRefused, NotHeard
from job import OpenRun
from slack_reply import above
from turns.answer.progress import Progress

FIRST_WORDS = 40  # characters of a first line that is shown before it is complete
GAP = " … "
"""Stands in a text for what the app said between two requests, until the run's end tells the whole text."""
MOST_TEXT = 8 * 1024 * 1024
"""Bytes in UTF-8 that are kept of one answer, with its forms (docs/architecture.md#d16-tenants-and-bounds)."""


@dataclass(slots=True)
class AnswerState:
    """`changed` is set at every event, `speaks` once there are words worth showing at once, and both at the end.

    `stepped` is set each time a step begins, changes or ends, and at the end.
    `named` is set once the run in Dify has a name, or cannot get one any more. `error` says why the answer broke.
    `paused` holds every form that the app waits for. `is_full`: the app said more than is kept, so its stream need not
    be read any further. `via` and `user` say whose the conversation is, `run` names the run in Dify. `form` is what the
    app offers; None where it was not read. `was_replaced`: a moderation took back what the app had said. `quote` is
    Markdown that stands above the text; it is set before the app says anything.
    """

    changed: Event = field(default_factory=Event)
    stepped: Event = field(default_factory=Event)
    speaks: Event = field(default_factory=Event)
    finished: Event = field(default_factory=Event)
    named: Event = field(default_factory=Event)
    conversation_id: str = ""
    via: Via = "plugin"
    user: str = ""
    run: RunStarted | None = None
    was_replaced: bool = False
    quote: str = ""
    form: AppForm | None = None
    progress: Progress = field(default_factory=Progress)
    sources: tuple[Source, ...] = ()
    left_out: tuple[FileRefused, ...] = ()
    question_cut: int | None = None
    paused: tuple[Paused, ...] = ()
    ended: Ended | None = None
    error: BridgeError | None = None
    over: bool = False
    is_full: bool = False
    _size: int = 0
    _parts: list[str] = field(default_factory=list)
    _interrupted: bool = False
    _has_gap: bool = False  # what the app said between two requests is missing behind the text

    def take_up(self, run: OpenRun) -> None:
        """Go on with the answer of an earlier request."""
        self.via, self.user, self.conversation_id = "api", run.user, run.conversation_id
        self.quote = run.quote
        self.question_cut = run.question_cut
        self.left_out = tuple(
            (NotHeard if is_recording else FileRefused)(name, reason)
            for name, reason, is_recording in run.left_out
        )
        self.run = RunStarted(run.task_id, run.message_id, run.run_id)
        self.named.set()
        self.progress.take_up(run.steps)
        self._parts[:] = [self._kept(run.text)]
        self._has_gap = bool(run.text.strip())
        if _speaks(run.text):
            self.speaks.set()

    @property
    def text(self) -> str:
        """The Markdown that has come so far."""
        if len(self._parts) > 1:
            self._parts[:] = ["".join(self._parts)]
        return self._parts[0] if self._parts else ""

    @property
    def shown(self) -> str:
        """The text so far, below the quote. Steps begin at offsets in it."""
        return above(self.quote, self.text)

    def take(self, event: AnswerEvent) -> None:
        """Add one more event of the app. Once the answer has ended, only the run's name still counts."""
        if isinstance(event, RunStarted):
            self.run = event
            self.named.set()
        if self.over:
            return
        match event:
            case TextDelta(text):
                self._say(text)
            case TextReplaced(text):
                self._size = 0
                self._parts[:] = [self._kept(text)]
                self._interrupted = self._has_gap = False
                self.was_replaced = True
            case ConversationStarted(conversation_id):
                self.conversation_id = conversation_id
            case Step():
                new = self.progress.step(event, len(self.shown))
                self._interrupted |= new and event.kind == "tool"
                self.stepped.set()
            case Thought(text):
                self.progress.think(text, len(self.shown))
            case _:
                self._note(event)
        if not self.speaks.is_set() and _speaks(self.text):
            self.speaks.set()
        self.changed.set()

    def _note(self, event: AnswerEvent) -> None:
        """Keep what the end of the answer will show."""
        match event:
            case Sources(items):
                self.sources = items
            case Paused(text):
                self.paused += (replace(event, text=self._kept(text)),)
            case QuestionCut(length):
                self.question_cut = length
            case Ended():
                self.ended = event

    def _say(self, text: str) -> None:
        """Add text. After a tool call, an agent's text begins a new paragraph, since Dify sends no break there."""
        if self._has_gap:
            self._parts.append(GAP)
            self._has_gap = False
        if self._interrupted and not text.startswith("\n") and self.text.strip() and self.text[-1] != "\n":
            self._parts.append("\n\n")
        self._parts.append(self._kept(text))
        self._interrupted = self.progress.thinking = False

    def _kept(self, text: str) -> str:
        """The part of the text that there is room for."""
        size = len(text.encode(errors="surrogatepass"))
        left, self._size = MOST_TEXT - self._size, self._size + size
        if size <= left:
            return text
        self._size, self.is_full = MOST_TEXT, True
        return text.encode(errors="replace")[:left].decode(errors="ignore")

    def end(self, error: BridgeError | None = None) -> None:
        """End the answer. A second call does not change how the answer ended."""
        if self.over:
            return
        self.error = error
        self.over = True
        for event in (self.finished, self.speaks, self.stepped, self.changed):
            event.set()


def _speaks(text: str) -> bool:
    """Whether the text is worth showing at once. A heading is shown when the first letter after it has come."""
    first, _, rest = text.lstrip().partition("\n")
    return bool(rest.strip()) or (len(first) >= FIRST_WORDS and not first.startswith("#"))
