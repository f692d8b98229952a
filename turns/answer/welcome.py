"""What an empty mention gets, and a member who writes to the bot for the first time: the app's own opening."""

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
    """`text` stands above buttons for the questions; `plain` is the same without buttons."""

    text: str
    plain: str
    questions: tuple[str, ...] = ()


class Welcomer:
    """Greets in the name of an app. `presses` tells whether a press ever reached the hook.

    `inputs` are the admin's values for the app's variables, which its opening may name as `{{variable}}`.
    Whether interactivity is switched on in the Slack app cannot be asked, and only a press can prove it. So there
    are always buttons, and until the first press the questions stand as text above them too: nobody depends on a
    button that Slack may refuse.
    """

    def __init__(self, app: DifyApp, author: Author, inputs: Mapping[str, Any], presses: Presses) -> None:
        self._app = app
        self._author = author
        self._inputs = inputs
        self._presses = presses

    def greet(self) -> Welcome:
        """Never empty: an app that cannot be asked greets like one without an opening statement."""
        form = self._form()
        return self._greeting(self._filled(form.opening_statement) or self._author.say(Say.GREETING), form)

    def welcome(self) -> Welcome | None:
        """Before the first answer; None for an app that has nothing to say of its own."""
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
        """With the values of the variables in it, as Dify's own pages show them; what nobody fills stays."""
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
