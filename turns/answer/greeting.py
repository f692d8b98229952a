"""What the thread shows before an answer, or instead of it: the app's own opening, or the question of a button."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from conversation_store import Presses, ThreadKey, ThreadRecord, ThreadStore
from dify_app import AppForm, DifyApp
from errors import DifyError, StoreError
from message import Message
from slack_reply import Reply, Snapshot, buttons, fits_button, listed, on_one_line, usable
from turns.prompt import Author
from wording import Say

LONGEST_NAME = 80
LONGEST_QUOTE = 300  # characters; the quote only reminds of the question, and escaping may double its length
_GREETING, _QUESTION = 1, 2
_VARIABLE = re.compile(r"\{\{\s*([A-Za-z_]\w{0,99})\s*\}\}")


@dataclass(frozen=True, slots=True)
class Welcome:
    """`text` comes above buttons for the questions; `plain` is the same without buttons."""

    text: str
    plain: str
    questions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Welcomer:
    """Greets in the name of an app, whose opening may name the admin's `inputs` as `{{variable}}`.

    Only a press proves that interactivity is switched on in the Slack app. So there are always buttons, and until
    `presses` knows of a press the questions are also text above the buttons.
    """

    app: DifyApp
    author: Author
    inputs: Mapping[str, Any]
    presses: Presses

    def greet(self) -> Welcome:
        """The greeting. It is never empty: if the app cannot be asked, the greeting has no opening statement."""
        form = self._form()
        return self._greeting(self._filled(form.opening_statement) or self.author.say(Say.GREETING), form)

    def welcome(self) -> Welcome | None:
        """The greeting before the first answer; None for an app without an opening of its own."""
        form = self._form()
        if not form.opening_statement and not usable(form.suggested_questions):
            return None
        return self._greeting(self._filled(form.opening_statement), form)

    def _form(self) -> AppForm:
        try:
            return self.app.form()
        except DifyError:
            return AppForm()

    def _filled(self, text: str) -> str:
        """The text with the variables' values, as Dify's own pages show it. A variable without a value stays."""
        if "{{" not in text:
            return text
        values = {**self.author.context(), **self.inputs}
        return _VARIABLE.sub(lambda found: str(values.get(found.group(1)) or "") or found.group(), text)

    def _greeting(self, opener: str, form: AppForm) -> Welcome:
        questions = usable(map(self._filled, form.suggested_questions))
        if not questions:
            return Welcome(opener, opener)
        title = self.author.say(Say.SUGGESTIONS)
        plain = _below(opener, listed(title, questions))
        enough = all(map(fits_button, questions)) and self.presses.arrive()
        return Welcome(_below(opener, title) if enough else plain, plain, questions)


@dataclass(frozen=True, slots=True)
class Greeting:
    """For one message. If Slack does not take a greeting before an answer, the answer comes without the greeting."""

    message: Message
    key: ThreadKey
    store: ThreadStore
    author: Author
    welcomer: Welcomer
    presses: Presses
    reply: Reply

    def greet(self) -> None:
        """Show the greeting instead of an answer. Raises what `Reply.finish` raises."""
        greeting = self.welcomer.greet()
        below = self._buttons(greeting)
        if not below or not self.reply.aside(greeting.text, _GREETING, below):
            self.reply.finish(Snapshot(greeting.plain))

    def play(self, record: ThreadRecord) -> None:
        """Show the greeting before the answer. `record` is the thread's record, with this message in it."""
        if self.message.source == "button":
            self.presses.note()
            self.reply.aside(self._quoted(), _QUESTION)
        elif self.message.is_dm and self._is_first(record) and (greeting := self.welcomer.welcome()):
            self.reply.aside(greeting.text, _GREETING, self._buttons(greeting))

    def _buttons(self, greeting: Welcome) -> list[dict[str, Any]]:
        return buttons(greeting.questions, self.message.team_id, self.message.app_name)

    def _quoted(self) -> str:
        """The question of a pressed button, quoted: a press leaves no message that would show the question."""
        name = on_one_line(self.author.name, LONGEST_NAME)
        return f"> **{name}:** {on_one_line(self.author.query, LONGEST_QUOTE)}"

    def _is_first(self, record: ThreadRecord) -> bool:
        """Whether the store knows no earlier message of this member to the bot."""
        if record.conversation_id or record.last_answer_ts or len(record.handled) > 1:
            return False
        if not self.key.thread:
            return True
        whole = replace(self.key, thread="")  # the key of the whole direct message
        try:
            if self.store.get(whole) is not None:
                return False
            self.store.update(whole, lambda known: known.with_follower(self.message.user))
        except StoreError:
            return False
        return True


def _below(opener: str, text: str) -> str:
    return f"{opener}\n\n{text}" if opener else text
