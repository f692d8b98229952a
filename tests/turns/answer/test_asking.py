import logging
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any, cast

import pytest

from conversation_store.record import ThreadRecord
from dify_app.answer import AnswerEvent, Paused, RunStarted, TextDelta
from dify_app.form import AppForm
from dify_app.port import Conversation
from errors import (
    AnswerTooLong,
    ApiAway,
    ApiRefused,
    BridgeError,
    CompletionApp,
    DifyUnavailable,
    InputMissing,
    RunFailed,
)
from tests.fake_clock import FakeClock
from turns.answer.answer_state import MOST_TEXT, AnswerState
from turns.answer.asking import Asking
from turns.prompt.prompt_builder import Prompt
from turns.report import TurnReport

SECRET = "xoxb-nobodys-business"


def app_of(**more: object) -> SimpleNamespace:
    """An app with one way, which goes on with any conversation."""
    return SimpleNamespace(speak=lambda _: None, begin=lambda known: known, why_not_api=None, **more)


def report() -> TurnReport:
    return TurnReport("T1", "C1", "1.000001", "app")


def asked(error: Exception) -> AnswerState:
    """The answer state after this error on the way to the app."""

    def broken(*_: object, **__: object) -> None:
        raise error

    app, author = app_of(), SimpleNamespace(locale="en")
    asking = cast("Any", Asking)(
        app, author, SimpleNamespace(write=broken), None, None, report(), 0.0, FakeClock()
    )
    state = AnswerState()
    asking.run(state, ThreadRecord())
    return state


def test_unexpected_error_is_logged_without_its_text(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with caplog.at_level(logging.INFO):
        state = asked(RuntimeError(SECRET))
    assert state.over
    assert isinstance(state.error, DifyUnavailable)
    assert "not known: RuntimeError at test_asking.py:" in caplog.text
    assert SECRET not in caplog.text


@pytest.mark.parametrize("error", [RunFailed("llm"), InputMissing("topic")])
def test_known_error_ends_the_answer(error: BridgeError) -> None:
    state = asked(error)
    assert state.over
    assert state.error is error


def test_variable_without_a_value_is_named_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        asked(InputMissing("topic"))
    assert "variable topic;" in caplog.text


def test_stream_is_not_read_further_when_the_answer_is_full() -> None:
    said: list[str] = []

    def endless(*_: object, **__: object) -> Iterator[AnswerEvent]:
        try:
            while True:
                said.append("more")
                yield TextDelta("a" * (MOST_TEXT // 4))
        finally:
            said.append("closed")

    app = app_of(ask=endless)
    author = SimpleNamespace(locale="en", say=str)
    prompt = Prompt("Everything", {})
    prompt_builder, status = (
        SimpleNamespace(write=lambda *_, **__: prompt),
        SimpleNamespace(show=lambda _: None),
    )
    state = AnswerState()
    asking = cast("Any", Asking)(app, author, prompt_builder, None, status, report(), 0.0, FakeClock())
    asking.run(state, ThreadRecord())
    assert said == [*["more"] * 5, "closed"]
    assert state.over
    assert isinstance(state.error, AnswerTooLong)
    assert len(state.text) == MOST_TEXT


def test_text_is_put_together_only_until_its_first_words_have_come(monkeypatch: pytest.MonkeyPatch) -> None:
    """An app may say a megabyte in thousands of pieces."""
    looks: list[int] = []
    real = vars(AnswerState)["text"].fget

    def counted(state: AnswerState) -> str:
        looks.append(1)
        return str(real(state))

    monkeypatch.setattr(AnswerState, "text", property(counted))
    app = app_of(ask=lambda *_, **__: (TextDelta("word ") for _ in range(1_000)))
    author, prompt = SimpleNamespace(locale="en", say=str), Prompt("Everything", {})
    builder, status = SimpleNamespace(write=lambda *_, **__: prompt), SimpleNamespace(show=lambda _: None)
    asking = cast("Any", Asking)(app, author, builder, None, status, report(), 0.0, FakeClock())
    state = AnswerState()
    asking.run(state, ThreadRecord())
    assert len(state.text) == 5_000
    assert len(looks) < 50


class TwoWays:
    """An app that fails with these errors over its first way, and then over its second."""

    def __init__(self, *errors: BridgeError | None) -> None:
        self.errors = list(errors)
        self.begun: list[Conversation] = []
        self.why_not_api: BridgeError | None = None
        self.asked: list[str] = []

    def speak(self, _locale: str) -> None: ...

    def begin(self, known: Conversation) -> Conversation:
        self.begun.append(known)
        return Conversation("", "plugin") if self.why_not_api else known

    def form(self) -> AppForm:
        return AppForm(mode="advanced-chat")

    def fall_back(self, error: BridgeError) -> bool:
        if self.why_not_api:
            return False
        self.why_not_api = error
        return True

    def ask(self, _question: object, conversation_id: str, _anew: object) -> Iterator[AnswerEvent]:
        self.asked.append(conversation_id)
        if error := self.errors.pop(0):
            raise error
        yield TextDelta("answered")


def over_two_ways(app: TwoWays) -> tuple[AnswerState, list[bool]]:
    """The state of an answer in a thread of the Service API, and whether each prompt was for a lost conversation."""
    told: list[bool] = []

    def write(record: ThreadRecord, _working: object, *, lost: bool) -> Prompt:
        told.append(lost)
        return Prompt(f"in {record.conversation_id}", {})

    author = SimpleNamespace(locale="en", say=str)
    builder, status = SimpleNamespace(write=write), SimpleNamespace(show=lambda _: None)
    asking = cast("Any", Asking)(app, author, builder, None, status, report(), 0.0, FakeClock())
    state = AnswerState()
    asking.run(state, ThreadRecord("c-1", via="api", user="slack:T1:U1"))
    return state, told


def test_conversation_goes_on_as_its_user() -> None:
    app = TwoWays(None)
    state, lost = over_two_ways(app)
    assert app.begun == [Conversation("c-1", "api", "slack:T1:U1")]
    assert (state.via, state.user, app.asked, lost) == ("api", "slack:T1:U1", ["c-1"], [False])


@pytest.mark.parametrize("error", [ApiAway(), ApiRefused("api_key_refused")])
def test_call_that_did_not_run_is_asked_over_the_other_way_with_the_whole_thread(error: BridgeError) -> None:
    app = TwoWays(error, None)
    state, lost = over_two_ways(app)
    assert (state.text, state.error) == ("answered", None)
    assert (state.via, state.user, app.asked, lost) == ("plugin", "", ["c-1", ""], [False, True])


def test_call_that_may_have_run_is_not_asked_again() -> None:
    app = TwoWays(DifyUnavailable("api_ReadTimeout"))
    state, _ = over_two_ways(app)
    assert isinstance(state.error, DifyUnavailable)
    assert app.asked == ["c-1"]


def test_app_that_the_other_way_cannot_ask_says_why_the_first_did_not() -> None:
    first = ApiRefused("api_key_refused")
    state, _ = over_two_ways(TwoWays(first, CompletionApp()))
    assert state.error is first


@pytest.mark.parametrize(
    ("via", "task", "paused", "calls"),
    [
        ("api", "t-1", False, ["t-1"]),
        ("api", "t-1", True, []),
        ("api", "", False, []),
        ("plugin", "t-1", False, []),
    ],
)
def test_only_a_run_over_the_api_that_does_not_wait_for_a_person_is_stopped(
    via: str, task: str, paused: bool, calls: list[str]
) -> None:
    """Source: docs/platform/dify-service-api.md#stop-calls."""
    stopped: list[str] = []
    app = app_of(stop=stopped.append)
    asking = cast("Any", Asking)(app, None, None, None, None, report(), 0.0, FakeClock())
    state = AnswerState(via=cast("Any", via))
    if task:
        state.take(RunStarted(task))
    if paused:
        state.take(Paused("A form"))
    killed: list[bool] = []
    reading = SimpleNamespace(dead=False, join=lambda timeout: None, kill=lambda block: killed.append(block))  # noqa: PLW0108
    asking.stop(state, reading)
    assert (stopped, killed) == (calls, [False])
