from collections.abc import Callable, Mapping
from contextlib import nullcontext
from typing import Any, cast

import pytest

from conversation_store import ThreadRecord
from dify_app import AnswerEvent, ConversationStarted, Ended, FormAction, HumanForm, Paused, TextDelta
from errors import AppMisconfigured, DifyError, SlackRefused
from job import PrivateJob
from message import Message
from simulators.slack.workspace import ANNA, BEN, GENERAL
from tests.turns.notices.conftest import Around
from turns import EndpointRequest
from turns.answer import AnswerState
from turns.notices import PrivateRun
from wording import Say
from wording.en import EN

HELLO = (ConversationStarted("c1"), TextDelta("Yes, you may."), Ended("succeeded"))


class Told:
    """In the place of the response URLs: the content of each post, of which those with blocks may be refused."""

    def __init__(self) -> None:
        self.contents: list[Mapping[str, Any]] = []
        self.refuses_blocks = False

    def tell(self, url: str, text: str) -> None:
        self.show(url, {"text": text})

    def show(self, _url: str, content: Mapping[str, Any], *, replace: bool = False) -> None:
        assert not replace
        if self.refuses_blocks and "blocks" in content:
            raise SlackRefused("response_url", "http_400")
        self.contents.append(content)

    @property
    def texts(self) -> list[str]:
        return [str(content["text"]) for content in self.contents]


class App:
    """In the place of the greenlet that asks the app: it says `events`, and knows with which records it was asked."""

    def __init__(self) -> None:
        self.events: tuple[AnswerEvent, ...] = HELLO
        self.asked: list[str] = []
        self.fails: DifyError | None = None
        self.before: Callable[[], object] = lambda: None

    def run(self, state: AnswerState, record: ThreadRecord) -> None:
        self.before()
        self.asked.append(record.conversation_id)
        for event in self.events:
            state.take(event)
        state.end(self.fails)


@pytest.fixture
def told(around: Around) -> Told:
    made = Told()
    around.services.response_urls = cast("Any", made)
    return made


@pytest.fixture
def app(monkeypatch: pytest.MonkeyPatch) -> App:
    made = App()
    monkeypatch.setattr("turns.answer.asking.Asking.run", lambda _, state, record: made.run(state, record))
    return made


def ask(around: Around, endpoint: EndpointRequest, text: str = "may I?", user: str = ANNA) -> None:
    team = around.slack.team_id
    message = Message(team, GENERAL, "2.000001", "command", user=user, user_team=team, text=text)
    job = PrivateJob(message, endpoint.url, around.services.clock.epoch(), "url")
    PrivateRun(around.services, endpoint, endpoint.store(around.services.stores), job, nullcontext()).run()


def test_answer_goes_to_the_response_url_and_nothing_into_slack(around: Around, told: Told, app: App) -> None:
    ask(around, around.endpoint())
    assert told.texts == ["Yes, you may."]
    assert app.asked == [""]
    assert around.slack.calls("chat.*") == around.slack.calls("assistant.*") == []


def test_question_counts_among_the_last_turns_of_the_hook(around: Around, told: Told, app: App) -> None:
    app.before = lambda: around.services.clock.sleep(3.0)
    ask(around, around.endpoint())
    kept = around.services.recent.of("hook")
    [turn] = kept.turns
    assert (turn.channel, turn.outcome, turn.method) == (GENERAL, "answered", "private")
    assert turn.ack is None
    assert turn.first_text == turn.total == pytest.approx(3.0)
    assert (kept.open, kept.at_once) == (0, 1)
    assert "may" not in repr(turn)
    assert len(told.texts) == 1


def test_each_member_goes_on_with_a_conversation_of_the_members_own(
    around: Around, told: Told, app: App
) -> None:
    endpoint = around.endpoint()
    ask(around, endpoint)
    ask(around, endpoint, user=BEN)
    ask(around, endpoint)
    assert app.asked == ["", "", "c1"]
    assert len(told.texts) == 3


def test_reset_forgets_the_members_conversation_and_asks_nothing(
    around: Around, told: Told, app: App
) -> None:
    endpoint = around.endpoint()
    for text in ("one", "reset", "two"):
        ask(around, endpoint, text)
    assert app.asked == ["", ""]
    assert told.texts[1] == EN[Say.RESET_DONE]


def test_refused_member_is_told_and_the_app_is_not_asked(around: Around, told: Told, app: App) -> None:
    ask(around, around.endpoint(allowed_users=frozenset({BEN})))
    assert told.texts == [EN[Say.NOT_ALLOWED]]
    assert app.asked == []
    assert len(around.services.recent.of("hook").outcomes) == 1


def test_app_that_fails_is_told_and_counted(around: Around, told: Told, app: App) -> None:
    app.events, app.fails = (), AppMisconfigured("app_missing")
    ask(around, around.endpoint())
    assert told.texts == [EN[Say.APP_MISCONFIGURED]]
    assert "answered" not in around.services.recent.of("hook").outcomes


def test_run_that_breaks_is_told_counted_and_leaves_nothing_open(
    around: Around, told: Told, app: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(PrivateRun, "_show", broken)
    ask(around, around.endpoint())
    assert told.texts == [EN[Say.UNEXPECTED]]
    kept = around.services.recent.of("hook")
    assert (kept.outcomes, kept.open) == ({"broke": 1}, 0)
    assert app.asked == [""]


def test_form_of_a_paused_run_has_no_buttons(around: Around, told: Told, app: App) -> None:
    form = HumanForm("f1", "token-of-the-form", (FormAction("yes", "Yes"),))
    app.events = (TextDelta("So far."), Paused("Which one?", form=form))
    ask(around, around.endpoint())
    [content] = told.contents
    assert "Which one?" in content["text"]
    assert "token-of-the-form" not in str(content)
    assert not [block for block in content["blocks"] if block["type"] == "actions"]


def test_answer_is_plain_text_from_the_first_refusal_of_blocks_on(
    around: Around, told: Told, app: App
) -> None:
    told.refuses_blocks = True
    app.events = (TextDelta("Words that fill. " * 1_500), Ended("succeeded"))
    ask(around, around.endpoint())
    assert len(told.contents) == 3
    assert [set(content) for content in told.contents] == [{"text"}] * 3
    assert told.texts[-1].endswith(EN[Say.PRIVATE_CUT])
