"""How an answer ends: what stands under the text, or in its place, and how the log calls it. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from dify_app import StepState
from errors import (
    AnswerTooLong,
    AppMisconfigured,
    BridgeError,
    DifyUnavailable,
    Incomplete,
    InputMissing,
    ProviderTrouble,
    RunFailed,
    Silent,
    TimeCut,
    UnsupportedApp,
)
from slack_reply import LONGEST_TEXT, with_footer
from turns.answer import forms
from turns.answer.answer_state import AnswerState
from turns.files import left_out, linked
from turns.prompt import Author
from wording import Say

# The most special first: an InputMissing is an AppMisconfigured too.
_INSTEAD: tuple[tuple[type[BridgeError], Say], ...] = (
    (InputMissing, Say.INPUT_MISSING),
    (UnsupportedApp, Say.UNSUPPORTED_APP),
    (AppMisconfigured, Say.APP_MISCONFIGURED),
    (ProviderTrouble, Say.PROVIDER_TROUBLE),
    (RunFailed, Say.RUN_FAILED),
    (DifyUnavailable, Say.DIFY_UNAVAILABLE),
    (TimeCut, Say.TIME_CUT),
    (Silent, Say.SILENT),
    (AnswerTooLong, Say.ANSWER_TOO_LONG),
    (Incomplete, Say.INCOMPLETE),
)
# Under a part of an answer that stands, the same trouble is told in its relation to it.
_UNDER = {
    Say.RUN_FAILED: Say.CUT_SHORT,
    Say.DIFY_UNAVAILABLE: Say.INCOMPLETE,
    Say.SILENT: Say.INCOMPLETE,
}


@dataclass(slots=True)
class Ending:
    """`notes` are sentences of our own; none of them says what Slack or Dify said.

    `links` are files that lie elsewhere, by name and address; `brings_files`: others come after the text.
    """

    state: AnswerState
    in_time: bool
    show_sources: bool
    links: tuple[tuple[str, str], ...] = ()
    brings_files: bool = False
    notes: list[tuple[Say, dict[str, str]]] = field(init=False)

    def __post_init__(self) -> None:
        self.notes = [note for note in (self._trouble(),) if note]

    @property
    def outcome(self) -> str:
        """For the log: `answered`, or what went wrong."""
        if not self.in_time:
            return "turn limit"
        if self.state.error is not None:
            return type(self.state.error).__name__
        return "paused" if self.state.paused else "answered"

    @property
    def work(self) -> StepState:
        """What became of the steps that ran to the last."""
        return "done" if self.outcome in {"answered", "paused"} else "failed"

    def text(self, author: Author) -> str:
        """The whole answer with what stands under it; empty when there is nothing but files to come."""
        body = self._body()
        notes = self._said(author, anything=bool(body))
        if not body:
            return "\n\n".join(notes)
        if len(body) > LONGEST_TEXT:  # it ends early in any case
            return body + self._footed("", notes, author)
        return self._footed(body, notes, author)

    def early(self, text: str, end: int, note: str, author: Author) -> str:
        """The same when the thread takes `text`, which is the whole answer, only to `end`: the note comes first."""
        body = self._body()
        if end >= len(body):
            return below(text[:end], [note])
        return self._footed(body[:end], [note, *self._said(author, anything=True)], author)

    def _said(self, author: Author, *, anything: bool) -> list[str]:
        """The notes in the asker's language; `anything`: the app said something."""
        notes = [author.say(say, **values) for say, values in self.notes]
        if not anything and not notes and self.state.ended and not self.brings_files:
            notes = [author.say(Say.NO_TEXT)]
        if self.state.question_cut is not None:
            notes.append(author.say(Say.QUESTION_CUT, count=str(self.state.question_cut)))
        return notes + left_out(self.state.left_out, author.say)

    def _footed(self, body: str, notes: list[str], author: Author) -> str:
        sources = self.state.sources if self.show_sources else ()
        return with_footer(
            body, notes, sources, author.say(Say.SOURCES), lambda n: author.say(Say.MORE, count=str(n))
        )

    def _body(self) -> str:
        return "\n\n".join(part for part in self._parts() if part.strip())

    def _parts(self) -> Iterator[str]:
        yield self.state.text
        yield from forms.shown(self.state.paused)
        yield linked(self.links)

    def _trouble(self) -> tuple[Say, dict[str, str]] | None:
        if not self.in_time:
            return Say.TURN_LIMIT, {}
        error = self.state.error
        if error is None:
            return (Say.PAUSED, {}) if self.state.paused else None
        if isinstance(error, InputMissing) and error.takes_files:
            return Say.FILE_NEEDED, {"variable": error.variable}
        instead = next((say for kind, say in _INSTEAD if isinstance(error, kind)), Say.UNEXPECTED)
        values = {"variable": error.variable} if isinstance(error, InputMissing) else {}
        partial = bool(self.state.text.strip())
        return (_UNDER.get(instead, instead) if partial else instead), values


def below(text: str, notes: list[str]) -> str:
    """The same answer with more notes at its very end; a text of its own where there was none."""
    return with_footer(text, notes, (), "", str) if text else "\n\n".join(notes)
