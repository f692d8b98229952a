"""The forms of paused runs: their buttons in the thread, and a member's answer on its way to Dify."""

from collections.abc import Generator
from contextlib import closing, suppress
from dataclasses import dataclass, replace

from conversation_store import OpenForm, Presses, ThreadKey, ThreadStore
from dify_app import (
    AnswerEvent,
    DifyApp,
    Ended,
    FormAnswer,
    FormTaken,
    HumanForm,
    Paused,
    TextDelta,
    WaitingForm,
)
from errors import FormRefused, SlackError, StoreError
from job import FormPress
from message import Message
from plain_text import shortened, without_tokens
from slack_api import SlackApi
from slack_reply import Field, FormButton, Reply, form_blocks, links, whole_message
from turns.answer.answer_state import AnswerState
from turns.prompt import Author
from wording import Say

_FIRST = 10  # the number of the first form among the extra messages of an answer
_LONGEST_TITLE = 100
_OPEN = {"form_invalid": Say.FORM_INVALID, "form_unknown": Say.UNEXPECTED}
_CLOSED = {"form_submitted": Say.FORM_ANSWERED, "form_expired": Say.FORM_EXPIRED, "form_gone": Say.FORM_GONE}


@dataclass(frozen=True, slots=True)
class Forms:
    """For one turn. `press` is the answer to a form that the turn is about; None for a question."""

    message: Message
    key: ThreadKey
    store: ThreadStore
    api: SlackApi
    app: DifyApp
    author: Author
    reply: Reply
    presses: Presses
    press: FormPress | None = None

    def offer(self, state: AnswerState) -> None:
        """Keep in `state.paused` the forms that the thread does not show yet.

        Of those, `form` stays where the form can be answered here: the store knows its token then.
        """
        offered = (self._offered(paused, state) for paused in state.paused)
        state.paused = tuple(paused for paused in offered if paused is not None)

    def show(self, state: AnswerState) -> bool:
        """Post a message with buttons for each form; False if Slack does not take one of them."""
        shown = True
        for number, paused in enumerate(state.paused, _FIRST):
            if blocks := paused.form and self._blocks(paused.form):
                text = self.author.say(Say.FORM_WAITS, title=self._titled(paused.title))
                if not self.presses.arrive():
                    text += f" {self.author.say(Say.FORM_OR_DIFY)}"
                shown = bool(self.reply.aside(text, number, blocks)) and shown
        return shown

    def answer(self, state: AnswerState) -> Generator[AnswerEvent]:
        """Send the member's answer to Dify, and yield what the app says next. Raises DifyError."""
        press = self.press
        if press is None:
            return
        self.presses.note()
        known = self._known(press.form_id)
        if known is None:
            raise FormRefused("form_unknown")  # the store lost it, or does not answer now
        if not known.token:
            raise FormRefused(
                "form_repeated" if known.answered == self._answered(press) else "form_submitted"
            )
        state.via, state.user = known.via or "plugin", known.user
        form = WaitingForm(known.token, known.run_id, state.via, known.user)
        member = f"slack:{self.key.team_id}:{self.message.user}"
        try:
            with closing(self.app.answer_form(form, FormAnswer(press.action, press.inputs, member))) as said:
                for event in said:
                    if isinstance(event, FormTaken):
                        self._taken(press, known)
                        if not event.goes_on:
                            yield TextDelta(self.author.say(Say.FORM_SENT))
                            yield Ended("succeeded")
                    yield event
        except FormRefused as error:
            if error.kind in _CLOSED:
                self._close(
                    press, known, self.author.say(_CLOSED[error.kind], title=self._titled(known.title))
                )
            raise

    def refuse(self, error: FormRefused) -> None:
        """Tell the member alone why the answer was not taken."""
        say = (_CLOSED | _OPEN).get(error.kind)
        if say is None or self.press is None:
            return
        known = self._known(self.press.form_id)
        title = without_tokens(known.title if known else "") or self.author.say(Say.FORM_UNNAMED)
        text, message = self.author.say(say, title=title), self.message
        with suppress(SlackError):
            self.api.post_ephemeral(message.channel, message.user, text, message.root_ts)

    def _offered(self, paused: Paused, state: AnswerState) -> Paused | None:
        form = paused.form
        run_id = state.run.run_id if state.run else ""
        if form is None or not run_id or not self.app.takes_forms or self._blocks(form) is None:
            return replace(paused, form=None)
        if self._known(form.id):
            return None  # a run that waits for two persons names the second form again after the first answer
        title = shortened(" ".join(paused.title.split()), _LONGEST_TITLE)
        open_form = OpenForm(form.token, run_id, "api" if state.via == "api" else "", state.user, title)
        try:
            self.store.update(self.key.of_form(form.id), lambda record: record.with_form(open_form))
        except StoreError:
            return replace(paused, form=None)
        return paused

    def _blocks(self, form: HumanForm) -> list[dict[str, object]] | None:
        fields = tuple(Field(one.name, one.default, one.options) for one in form.inputs)
        buttons = [
            FormButton(form.id, action.id, action.title, fields, self.message.app_name)
            for action in form.actions
        ]
        return form_blocks(buttons, [action.style for action in form.actions], self.message.team_id)

    def _known(self, form_id: str) -> OpenForm | None:
        try:
            record = self.store.get(self.key.of_form(form_id), fresh=True)
        except StoreError:
            return None
        return record.form if record else None

    def _taken(self, press: FormPress, known: OpenForm) -> None:
        names = {
            "title": self._titled(known.title),
            "action": press.title,
            "name": self.author.name,
        }
        self._close(press, known, self.author.say(Say.FORM_DONE, **names), self._answered(press))

    def _close(self, press: FormPress, known: OpenForm, text: str, answered: str = "") -> None:
        """Forget the token, and let the words of the outcome take the place of the buttons."""
        closed = replace(known, token="", answered=answered)
        with suppress(StoreError):
            self.store.update(self.key.of_form(press.form_id), lambda record: record.with_form(closed))
        with suppress(SlackError):
            self.api.update_message(self.message.channel, press.message_ts, **whole_message(text))

    def _titled(self, title: str) -> str:
        return _plain(title) or self.author.say(Say.FORM_UNNAMED)

    def _answered(self, press: FormPress) -> str:
        return f"{self.message.user} {press.action}"


def _plain(text: str) -> str:
    """The text on one line, without markup."""
    return links.label_text(shortened(" ".join(text.split()), _LONGEST_TITLE))
