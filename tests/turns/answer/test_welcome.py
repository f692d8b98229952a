from dataclasses import dataclass
from typing import cast

import pytest

from conversation_store.process_memory import Presses
from dify_app.app import DifyApp
from dify_app.form import AppForm
from errors import DifyUnavailable
from turns.answer.greeting import Welcomer
from turns.prompt.author import Author
from wording import Language, Say, say

LIST = "You could ask, for example:\n\n- One?\n- Two?"


class App:
    def __init__(self, form: AppForm | None) -> None:
        self._form = form

    def form(self) -> AppForm:
        if self._form is None:
            raise DifyUnavailable
        return self._form


class English:
    def context(self) -> dict[str, str]:
        return {"slack_user_name": "anna", "dept": "?"}

    def say(self, key: Say, **values: str) -> str:
        return say(Language.EN, key, **values)


@dataclass
class PressesOfTests:
    """Tells whether a press ever reached the hook."""

    arrived: bool

    def arrive(self) -> bool:
        return self.arrived


def welcomer(opener: str = "", *questions: str, works: bool = False) -> Welcomer:
    app = App(AppForm(opening_statement=opener, suggested_questions=questions))
    return Welcomer(
        cast("DifyApp", app),
        cast("Author", English()),
        {"dept": "Sales"},
        cast("Presses", PressesOfTests(works)),
    )


def test_questions_are_text_too_until_a_press_has_arrived() -> None:
    greeting = welcomer("Hi.", "One?", "Two?").greet()
    assert greeting.text == greeting.plain == f"Hi.\n\n{LIST}"
    greeting = welcomer("Hi.", "One?", "Two?", works=True).greet()
    assert (greeting.text, greeting.plain) == ("Hi.\n\nYou could ask, for example:", f"Hi.\n\n{LIST}")
    assert greeting.questions == ("One?", "Two?")


def test_question_too_long_for_a_button_is_always_text() -> None:
    long = "x" * 76
    assert long in welcomer("Hi.", long, works=True).greet().text


@pytest.mark.parametrize("form", [None, AppForm()])
def test_app_without_an_opening_greets_in_our_words_and_has_no_welcome(form: AppForm | None) -> None:
    here = Welcomer(
        cast("DifyApp", App(form)),
        cast("Author", English()),
        {},
        cast("Presses", PressesOfTests(arrived=True)),
    )
    assert here.greet().text == say(Language.EN, Say.GREETING)
    assert here.greet().questions == ()
    assert here.welcome() is None


def test_welcome_needs_no_opening_statement() -> None:
    welcome = welcomer("", "One?", "Two?").welcome()
    assert welcome is not None
    assert welcome.text == LIST
    greeting = welcomer("Hi.").welcome()
    assert greeting is not None
    assert greeting.text == "Hi."


def test_known_variables_in_the_opening_are_filled() -> None:
    greeting = welcomer("Hi {{ slack_user_name }} of {{dept}}, {{other}}!", "Why, {{dept}}?").greet()
    assert greeting.text.startswith("Hi anna of Sales, {{other}}!")
    assert greeting.questions == ("Why, Sales?",)
