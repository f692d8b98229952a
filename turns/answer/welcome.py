"""The app's own opening, as an answer to an empty mention and to a member's first message to the bot."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from conversation_store import Presses
from dify_app import AppForm, DifyApp
from errors import DifyError
from slack_reply import fits_button, listed, usable
from turns.prompt import Author
from wording import Say

_VARIABLE = re.compile(r"\{\{\s*([A-Za-z_]\w{0,99})\s*\}\}")


@dataclass(frozen=True, slots=True)
class Welcome:
    """`text` comes above buttons for the questions; `plain` is the same without buttons."""

    text: str
    plain: str
    questions: tuple[str, ...] = ()


class Welcomer:
    """Greets in the name of an app. `presses` tells whether a press ever reached the hook.

    `inputs` are the admin's values for the app's variables, which its opening may name as `{{variable}}`.
    No call tells whether interactivity is switched on in the Slack app; only a press proves it. So there are always
    buttons, and until the first press the questions are also text above the buttons: no member depends on a button
    that may not work.
    """

    def __init__(self, app: DifyApp, author: Author, inputs: Mapping[str, Any], presses: Presses) -> None:
        self._app = app
        self._author = author
        self._inputs = inputs
        self._presses = presses

    def greet(self) -> Welcome:
        """The greeting. It is never empty: if the app cannot be asked, the greeting has no opening statement."""
        form = self._form()
        return self._greeting(self._filled(form.opening_statement) or self._author.say(Say.GREETING), form)

    def welcome(self) -> Welcome | None:
        """The greeting before the first answer; None for an app without an opening of its own."""
        form = self._form()
        if not form.opening_statement and not usable(form.suggested_questions):
            return None
        return self._greeting(self._filled(form.opening_statement), form)

    def _form(self) -> AppForm:
        try:
            return self._app.form()
        except DifyError:
            return AppForm()

    def _filled(self, text: str) -> str:
        """The text with the variables' values, as Dify's own pages show it. A variable without a value stays."""
        if "{{" not in text:
            return text
        values = {**self._author.context(), **self._inputs}
        return _VARIABLE.sub(lambda found: str(values.get(found.group(1)) or "") or found.group(), text)

    def _greeting(self, opener: str, form: AppForm) -> Welcome:
        questions = usable(map(self._filled, form.suggested_questions))
        if not questions:
            return Welcome(opener, opener)
        title = self._author.say(Say.SUGGESTIONS)
        plain = _below(opener, listed(title, questions))
        enough = all(map(fits_button, questions)) and self._presses.arrive()
        return Welcome(_below(opener, title) if enough else plain, plain, questions)


def _below(opener: str, text: str) -> str:
    return f"{opener}\n\n{text}" if opener else text
