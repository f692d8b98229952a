"""How an answer ends: the notes under the text, or instead of it, and the outcome for the log. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import errors
from dify_app import Paused, StepState
from slack_reply import LONGEST_TEXT, above, links, shows_nothing, with_footer
from turns.answer.answer_state import AnswerState
from turns.files import left_out, linked
from turns.prompt import Author
from wording import Say

# A subclass comes before its base class: an InputMissing is an AppMisconfigured too.
_INSTEAD: tuple[tuple[type[errors.BridgeError], Say], ...] = (
    (errors.InputMissing, Say.INPUT_MISSING),
    (errors.ApiRefused, Say.API_REFUSED),
    (errors.CompletionApp, Say.COMPLETION_APP),
    (errors.UnsupportedApp, Say.UNSUPPORTED_APP),
    (errors.BrokenDify, Say.DIFY_BROKEN),
    (errors.AppMisconfigured, Say.APP_MISCONFIGURED),
    (errors.ProviderTrouble, Say.PROVIDER_TROUBLE),
    (errors.RunFailed, Say.RUN_FAILED),
    (errors.DifyBusy, Say.DIFY_BUSY),
    (errors.DifyUnavailable, Say.DIFY_UNAVAILABLE),
    (errors.NotFollowed, Say.TURN_LIMIT),
    (errors.TimeCut, Say.TIME_CUT),
    (errors.Silent, Say.SILENT),
    (errors.AnswerTooLong, Say.ANSWER_TOO_LONG),
    (errors.Incomplete, Say.INCOMPLETE),
    (errors.Withdrawn, Say.THREAD_DELETED),
)
# Under a part of an answer, the note about the same error says that the answer is not complete.
_UNDER = {
    Say.RUN_FAILED: Say.CUT_SHORT,
    Say.DIFY_UNAVAILABLE: Say.INCOMPLETE,
    Say.SILENT: Say.INCOMPLETE,
}


@dataclass(frozen=True, slots=True)
class Ending:
    """How one answer ends. No note holds text of Slack's or Dify's.

    `links` are names and addresses of files on other hosts; `brings_files`: uploaded files come after the text;
    `stopper` is the name of the member who stopped the answer, "" if it is not known; `answers_form`: the answer
    goes on behind a form, so it need not say anything; `is_long`: its run went on in more than one request.
    """

    state: AnswerState
    in_time: bool
    show_sources: bool
    links: tuple[tuple[str, str], ...] = ()
    brings_files: bool = False
    stopper: str = ""
    answers_form: bool = False
    is_long: bool = False

    @property
    def outcome(self) -> str:
        """The word for the log: `answered`, or what went wrong."""
        if not self.in_time:
            return "turn limit"
        if self.state.error is not None:
            return type(self.state.error).__name__
        ended = self.state.ended
        return "paused" if self.state.paused or (ended and ended.status == "paused") else "answered"

    @property
    def work(self) -> StepState:
        """The state of the steps that still ran when the answer ended."""
        return "done" if self.outcome in {"answered", "paused"} else "failed"

    @property
    def trouble(self) -> tuple[Say, dict[str, str]] | None:
        """The note about what went wrong: a sentence of the bot with its values."""
        if not self.in_time:
            return (Say.RUN_LIMIT if self.is_long else Say.TURN_LIMIT), {}
        error = self.state.error
        if error is None:
            # A form with buttons of its own says itself that the app waits.
            return (Say.PAUSED, {}) if any(form.form is None for form in self.state.paused) else None
        if isinstance(error, errors.Stopped):
            return (Say.STOPPED_BY, {"person": self.stopper}) if self.stopper else (Say.STOPPED, {})
        if isinstance(error, errors.InputMissing) and error.takes_files:
            if any(file.reason == Say.FILE_NOT_OWNED for file in self.state.left_out):
                return None  # the member attached a file, and its own note says enough
            return Say.FILE_NEEDED, {"variable": error.variable}
        instead = next((say for kind, say in _INSTEAD if isinstance(error, kind)), Say.UNEXPECTED)
        values = {"variable": error.variable} if isinstance(error, errors.InputMissing) else {}
        partial = bool(self.state.text.strip())
        return (_UNDER.get(instead, instead) if partial else instead), values

    def text(self, author: Author) -> str:
        """The whole answer with its notes and footer, below its quote; empty when only files come."""
        body = self._body()
        notes = self._said(author, anything=bool(body))
        if not body:
            return above(self.state.quote, "\n\n".join(notes))
        if len(body) > LONGEST_TEXT:  # the thread takes only a part of it in any case
            return body + self._footed("", notes, author)
        return self._footed(body, notes, author)

    def early(self, text: str, end: int, note: str, author: Author) -> str:
        """The end of an answer that the thread takes only up to `end` of its `text`: `note` comes first."""
        body = self._body()
        if end >= len(body):
            return below(text[:end], [note])
        return self._footed(body[:end], [note, *self._said(author, anything=True)], author)

    def _said(self, author: Author, *, anything: bool) -> list[str]:
        """The notes in the author's language; `anything`: the app said something."""
        trouble = self.trouble
        notes = [author.say(trouble[0], **trouble[1])] if trouble else []
        needs_words = self.outcome != "paused" and not (self.brings_files or self.answers_form)
        if not anything and not notes and self.state.ended and needs_words:
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
        parts = (self.state.text, *shown_forms(self.state.paused), linked(self.links))
        return above(self.state.quote, "\n\n".join(part for part in parts if not shows_nothing(part)))


def below(text: str, notes: list[str]) -> str:
    """The answer with more notes at its very end; the notes alone if the answer has no text."""
    return with_footer(text, notes, (), "", str) if text else "\n\n".join(notes)


def shown_forms(waiting: Sequence[Paused]) -> Iterator[str]:
    """Paragraphs for the forms that the app waits for: each form's text, the possible answers, and where to answer."""
    for form in waiting:
        if len(waiting) > 1 and form.title and (form.form or not form.where):
            yield f"**{_label(form.title)}**"
        yield form.text
        if form.form is not None:
            continue  # its buttons come in a message of their own
        if len(form.actions) > 1:  # a single action says only that the form can be sent
            yield " · ".join(f"**{_label(action)}**" for action in form.actions)
        if form.where:
            yield linked([(form.title, form.where)])


def _label(text: str) -> str:
    return links.label_text(" ".join(text.split()))
