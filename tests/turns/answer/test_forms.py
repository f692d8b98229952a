"""An answer to a form, with Dify and Slack played by fakes."""

from collections.abc import Generator
from contextlib import suppress
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any, cast

import pytest

from conversation_store import OpenForm, ThreadKey, ThreadRecord
from dify_app import AnswerEvent, Ended, FormAction, FormTaken, HumanForm, Paused, RunStarted, TextDelta
from errors import DifyUnavailable, FormRefused, SlackRefused
from job import FormPress
from message import Message
from turns.answer.answer_state import AnswerState
from turns.answer.forms import Forms
from wording import Say

KEY = ThreadKey("hook", "app", "T1", "C1", "1.0")
FORM = HumanForm("f1", "secret", (FormAction("yes", "Yes"), FormAction("no", "No")))
PRESS = FormPress("f1", "yes", "Yes", "2.0", {})


@dataclass
class Parts:
    """One turn. `says` is what Dify says to an answer."""

    says: list[AnswerEvent | Exception] = field(default_factory=lambda: [FormTaken(goes_on=False)])
    records: dict[ThreadKey, ThreadRecord] = field(default_factory=dict)
    updated: list[str] = field(default_factory=list)
    alone: list[str] = field(default_factory=list)
    posted: list[Any] = field(default_factory=list)
    press: FormPress | None = PRESS
    refuses: bool = False

    def forms(self) -> Forms:
        us = cast("Any", self)
        author = SimpleNamespace(say=lambda key, **_: str(key), name="Anna")
        message = Message("T1", "C1", "3.0", "button", user="U1")
        presses = SimpleNamespace(arrive=lambda: True, note=lambda: None)
        return Forms(message, KEY, us, us, us, cast("Any", author), us, cast("Any", presses), self.press)

    def get(self, key: ThreadKey, *, fresh: bool) -> ThreadRecord | None:
        assert fresh
        return self.records.get(key)

    def update(self, key: ThreadKey, change: Any) -> None:
        self.records[key] = change(self.records.get(key, ThreadRecord()))

    takes_forms = True

    def answer_form(self, _form: object, _answer: object) -> Generator[AnswerEvent]:
        for event in self.says:
            if isinstance(event, Exception):
                raise event
            yield event

    def update_message(self, _channel: str, _ts: str, *, text: str = "", **_: Any) -> None:
        self.updated.append(text)
        if self.refuses:
            raise SlackRefused("chat.update", "message_not_found")

    def post_ephemeral(self, _channel: str, _user: str, text: str, _thread: str) -> None:
        self.alone.append(text)

    def aside(self, _text: str, _number: int, below: Any) -> bool:
        self.posted.append(below)
        return not self.refuses

    @property
    def form(self) -> OpenForm | None:
        record = self.records.get(KEY.of_form("f1"))
        return record.form if record else None


def waiting(**changes: Any) -> Parts:
    """A turn whose form the thread shows."""
    parts = Parts(**changes)
    parts.records[KEY.of_form("f1")] = ThreadRecord(form=OpenForm("secret", "run-1"))
    return parts


def told(parts: Parts) -> list[AnswerEvent]:
    return list(parts.forms().answer(AnswerState()))


@pytest.mark.parametrize("refuses", [False, True])
def test_form_that_dify_took_is_closed_whatever_slack_says(refuses: bool) -> None:
    parts = waiting(refuses=refuses)
    assert told(parts)[:2] == [TextDelta(str(Say.FORM_SENT)), Ended("succeeded")]
    assert parts.form == OpenForm("", "run-1", answered="U1 yes")
    assert parts.updated == [str(Say.FORM_DONE)]


@pytest.mark.parametrize(
    ("kind", "say", "closes"),
    [
        ("form_submitted", Say.FORM_ANSWERED, True),
        ("form_expired", Say.FORM_EXPIRED, True),
        ("form_gone", Say.FORM_GONE, True),
        ("form_invalid", Say.FORM_INVALID, False),
    ],
)
def test_refused_answer_is_told_alone_and_closes_a_form_that_takes_none(
    kind: str, say: Say, closes: bool
) -> None:
    parts = waiting(says=[FormRefused(kind)])
    with pytest.raises(FormRefused) as refused:
        told(parts)
    parts.forms().refuse(refused.value)
    assert parts.alone == [str(say)]
    assert parts.updated == ([str(say)] if closes else [])
    assert parts.form is not None
    assert bool(parts.form.token) is not closes


def test_form_stays_open_while_dify_is_away() -> None:
    parts = waiting(says=[DifyUnavailable()])
    with suppress(DifyUnavailable):
        told(parts)
    assert (parts.updated, parts.form) == ([], OpenForm("secret", "run-1"))


def test_form_that_the_store_lost_is_told_alone_and_keeps_its_buttons() -> None:
    parts = Parts()
    with pytest.raises(FormRefused) as refused:
        told(parts)
    parts.forms().refuse(refused.value)
    assert (parts.alone, parts.updated) == ([str(Say.UNEXPECTED)], [])


@pytest.mark.parametrize(("answered", "alone"), [("U1 yes", []), ("U2 yes", [str(Say.FORM_ANSWERED)])])
def test_press_of_a_closed_form_asks_dify_nothing(answered: str, alone: list[str]) -> None:
    parts = Parts(says=[AssertionError()])
    parts.records[KEY.of_form("f1")] = ThreadRecord(form=OpenForm("", "run-1", answered=answered))
    with pytest.raises(FormRefused) as refused:
        told(parts)
    parts.forms().refuse(refused.value)
    assert parts.alone == alone


def test_form_is_offered_once_and_only_where_it_can_be_answered() -> None:
    parts = Parts(press=None)
    state = AnswerState()
    for event in (RunStarted("task", "", "run-1"), Paused("Sure?", form=FORM), Paused("In Dify")):
        state.take(event)
    parts.forms().offer(state)
    assert [paused.form for paused in state.paused] == [FORM, None]
    assert parts.form == OpenForm("secret", "run-1")
    assert parts.forms().show(state)
    assert "secret" not in str(parts.posted)
    parts.forms().offer(state)
    assert [paused.text for paused in state.paused] == ["In Dify"]


def test_form_of_a_run_without_a_name_is_answered_in_dify() -> None:
    parts, state = Parts(press=None), AnswerState()
    state.take(Paused("Sure?", form=FORM))
    parts.forms().offer(state)
    assert [paused.form for paused in state.paused] == [None]
    assert parts.records == {}
