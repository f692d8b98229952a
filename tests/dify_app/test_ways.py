"""One turn's way to its app: the Service API first, the plugin way only where nothing can have run."""

from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any, cast

import gevent
import pytest

from dify_app.answer import AnswerEvent, ConversationStarted, FormTaken, TextDelta
from dify_app.app import DifyApp, KeyOwner, Question
from dify_app.form import AppCache, Variable
from dify_app.plugin_way import PluginWay
from dify_app.port import (
    PING,
    AppCall,
    AppPort,
    Conversation,
    FollowedRun,
    FormAnswer,
    Stream,
    Via,
    WaitingForm,
)
from dify_app.service_api import OpenForms
from dify_app.stream import AppKind
from dify_app.uploads import FileSlot, OfferedFile, PlacedFile
from dify_app.ways import CLOSED_SECONDS, ClosedWays, Ways
from errors import (
    ApiAway,
    ApiRefused,
    AppMisconfigured,
    DifyBusy,
    DifyError,
    DifyUnavailable,
    FormRefused,
    NotFollowed,
    SpeechOff,
)
from tests.dify_app.events import message, message_end
from tests.fake_clock import FakeClock


@dataclass
class FakeWay:
    via: Via
    error: Exception | None = None
    info: dict[str, Any] = field(default_factory=dict)
    asked: list[AppCall] = field(default_factory=list)
    fetched: int = 0

    @property
    def known_as(self) -> str:
        return self.via

    def goes_on(self, known: Conversation) -> tuple[AppPort, Conversation]:
        return self, known if known.via == self.via else Conversation("", self.via)

    def fetch(self) -> Mapping[str, Any]:
        self.fetched += 1
        gevent.sleep(0)
        if self.error:
            raise self.error
        return self.info

    def stop(self, _task_id: str, _mode: str) -> None:
        raise AssertionError("no test stops a run")

    def probe_kind(self, _variable: Variable) -> AppKind:
        return "chat"

    def stream(self, call: AppCall) -> closing[Stream]:
        return closing(self._said(call))

    def _said(self, call: AppCall) -> Stream:
        self.asked.append(call)
        yield message("Hi")
        yield message_end()

    def suggested(self, message_id: str) -> tuple[str, ...]:
        return (f"{self.via} {message_id}",)

    def go_on(self, _form: WaitingForm, _answer: FormAnswer) -> closing[Stream]:
        return closing(self._gone_on())

    def _gone_on(self) -> Stream:
        if self.error:
            raise self.error
        yield {"event": PING}
        yield message("Sent.")
        yield message_end()

    def follow(self, _run: FollowedRun) -> closing[Stream]:
        return closing(self._gone_on())

    def upload(self, slot: FileSlot, content: bytes) -> PlacedFile:
        return PlacedFile(slot.variable, slot.many, slot.kind, content.decode())

    def transcribe(self, _name: str, _mimetype: str, content: bytes) -> str:
        if not content:
            raise SpeechOff
        return content.decode()


@dataclass
class Turns:
    """Apps of the turns of one process."""

    clock: FakeClock = field(default_factory=FakeClock)
    plugin: FakeWay = field(default_factory=lambda: FakeWay("plugin"))
    api: FakeWay = field(default_factory=lambda: FakeWay("api", info={"mode": "chat"}))

    def __post_init__(self) -> None:
        self.closed, self.cache = ClosedWays(self.clock), AppCache(self.clock)

    def app(self) -> DifyApp:
        return DifyApp(Ways(self.plugin, self.closed, self.api), {}, self.cache)


def test_api_is_asked_where_there_is_a_key() -> None:
    turns = Turns()
    app = turns.app()
    assert app.begin(Conversation("c-1", "api")) == Conversation("c-1", "api")
    list(app.ask(Question("Why?", {}), "c-1"))
    assert [call.conversation_id for call in turns.api.asked] == ["c-1"]
    assert turns.plugin.asked == []


@pytest.mark.parametrize("error", [ApiAway(), ApiRefused(), DifyUnavailable("form_late")])
def test_plugin_way_is_taken_while_the_api_does_not_answer(error: DifyError) -> None:
    turns = Turns()
    turns.api.error = error
    app = turns.app()
    assert app.begin(Conversation("c-1", "api", "U1")) == Conversation("", "plugin")
    assert app.why_not_api is error
    assert turns.app().begin(Conversation("c-2")) == Conversation("c-2")
    assert turns.api.fetched == 1  # not asked again
    turns.clock.sleep(CLOSED_SECONDS + 1)
    turns.api.error = None
    assert turns.app().begin(Conversation()).via == "api"


@pytest.mark.parametrize("error", [AppMisconfigured("app_missing"), DifyBusy("app_limit")])
def test_way_does_not_change_for_an_answer_of_dify(error: DifyError) -> None:
    turns = Turns()
    app = turns.app()
    app.begin(Conversation())
    assert not app.fall_back(error)
    assert app.via == "api"


def test_way_changes_once_and_only_for_a_call_that_did_not_run() -> None:
    app = Turns().app()
    app.begin(Conversation("c-1", "api"))
    assert not app.fall_back(DifyUnavailable())
    assert app.fall_back(ApiAway())
    assert app.begin(Conversation("c-1", "api")) == Conversation("", "plugin")
    assert not app.fall_back(ApiAway())


def test_form_that_fails_within_a_turn_does_not_change_its_way() -> None:
    turns = Turns()
    app = turns.app()
    app.begin(Conversation())
    turns.clock.sleep(400)
    turns.api.error = ApiAway()
    with pytest.raises(ApiAway):
        list(app.ask(Question("Why?", {})))
    assert app.via == "api"
    assert turns.plugin.asked == []


@pytest.mark.parametrize(
    ("mode", "upload", "takes"),
    [
        ("chat", {"enabled": True}, True),
        ("chat", {"image": {"enabled": True}}, True),
        ("chat", {"enabled": False}, False),
        ("chat", {"enabled": True, "allowed_file_upload_methods": ["remote_url"]}, False),
        ("workflow", {"enabled": True}, False),
    ],
)
def test_app_without_a_file_variable_takes_files_beside_its_form(mode: str, upload: Any, takes: bool) -> None:
    turns = Turns()
    turns.api.info = {"mode": mode, "file_upload": upload}
    turns.plugin.info = {"file_upload": upload}
    app = turns.app()
    app.begin(Conversation())
    assert app.takes_files() is takes
    if takes:
        [slot] = app.place([OfferedFile("a.png", "image/png", 1)])
        assert isinstance(slot, FileSlot)
        assert (slot.variable, slot.many) == ("sys.files", True)
    app.fall_back(ApiAway())
    assert not app.takes_files()


def test_mode_says_the_kind_without_a_test_call() -> None:
    turns = Turns()

    turns.api.info = {"mode": "completion", "user_input_form": [{"paragraph": {"variable": "query"}}]}
    app = turns.app()
    app.begin(Conversation())
    list(app.ask(Question("Why?", {})))
    [call] = turns.api.asked
    assert (call.query, call.inputs, call.kind, call.mode) == (
        "",
        {"query": "Why?"},
        "completion",
        "completion",
    )


def test_form_that_two_greenlets_wait_for_comes_over_the_other_way_for_both() -> None:
    """A greeting reads the form while the turn chooses its way."""
    turns = Turns()
    turns.api.error = ApiAway()
    turns.plugin.info = {"opening_statement": "Hello"}
    app = turns.app()
    both = [gevent.spawn(app.form) for _ in range(2)]
    assert [one.get().opening_statement for one in both] == ["Hello"] * 2


FORM = {"user_input_form": [{"text-input": {"variable": "tone", "label": "tone", "required": False}}]}


@pytest.mark.parametrize(
    ("own", "is_same"), [(FORM, True), ({}, False), (Exception("unexpected app type"), None)]
)
def test_key_is_of_the_app_whose_form_is_the_same(own: dict[str, Any] | Exception, *, is_same: bool) -> None:
    turns = Turns(api=FakeWay("api", info=FORM | {"mode": "chat", "name": "Handbook"}))
    if isinstance(own, Exception):
        turns.plugin.error = own
    else:
        turns.plugin.info = own
    assert turns.app().owner_of_key() == KeyOwner("Handbook", "chat", is_same)


def test_key_is_asked_about_anew_and_its_failure_closes_no_way() -> None:
    turns = Turns()
    assert turns.app().owner_of_key() is not None
    turns.api.error = ApiRefused("api_key_refused")
    with pytest.raises(ApiRefused):
        turns.app().owner_of_key()
    assert turns.app().via == "api"


def test_app_without_a_key_has_no_owner_of_it() -> None:
    turns = Turns()
    assert DifyApp(Ways(turns.plugin, turns.closed), {}, turns.cache).owner_of_key() is None
    assert turns.plugin.fetched == 0


ANSWER = FormAnswer("yes", {"reason": "late"}, "slack:T1:U2")


@dataclass
class FakeForms:
    """The open route."""

    is_known: bool = True
    taken: list[WaitingForm] = field(default_factory=list)

    def answer(self, form: WaitingForm, _answer: FormAnswer) -> None:
        self.taken.append(form)


def answered(turns: Turns, via: Via, forms: FakeForms | None) -> list[AnswerEvent]:
    ways = Ways(turns.plugin, turns.closed, turns.api, open_forms=cast("OpenForms | None", forms))
    app = DifyApp(ways, {}, turns.cache)
    assert app.takes_forms is (forms is not None)
    return list(app.answer_form(WaitingForm("secret", "run-1", via, "slack:T1:U1"), ANSWER))


def test_answer_to_a_form_of_the_api_is_followed_by_the_rest_without_a_conversation() -> None:
    forms = FakeForms()
    events = answered(Turns(), "api", forms)
    assert events[0] == FormTaken(goes_on=True)
    assert [event.text for event in events if isinstance(event, TextDelta)] == ["Sent."]
    assert not any(isinstance(event, ConversationStarted) for event in events)
    assert forms.taken == []


@pytest.mark.parametrize("error", [None, ApiAway("api_no_run"), ApiRefused("api_key_refused")])
def test_answer_goes_by_the_open_route_where_what_follows_cannot_be_seen(error: DifyError | None) -> None:
    turns, forms = Turns(), FakeForms()
    turns.api.error = error
    assert answered(turns, "api" if error else "plugin", forms) == [FormTaken(goes_on=False)]
    [form] = forms.taken
    assert "secret" not in repr(form)


@pytest.mark.parametrize("error", [FormRefused("form_submitted"), DifyUnavailable("api_broke")])
def test_refused_answer_is_not_sent_by_the_other_route(error: DifyError) -> None:
    turns, forms = Turns(), FakeForms()
    turns.api.error = error
    with pytest.raises(type(error)):
        answered(turns, "api", forms)
    assert forms.taken == []


def test_answer_without_any_route_is_refused() -> None:
    with pytest.raises(FormRefused):
        answered(Turns(), "plugin", None)


RUN = FollowedRun("run-1", "U1", "c-1")


def test_run_is_followed_over_the_api_even_if_another_turn_did_not_reach_it() -> None:
    turns = Turns()
    turns.closed.note(turns.api, ApiAway())
    app = turns.app()
    assert app.why_not_api is not None
    assert [event.text for event in app.follow(RUN) if isinstance(event, TextDelta)] == ["Sent."]
    assert app.via == "api"


def test_run_cannot_be_followed_without_a_key() -> None:
    turns = Turns()
    way = PluginWay(cast("Any", None), cast("Any", None), "app", "hook/app")
    with pytest.raises(NotFollowed):
        list(DifyApp(Ways(way, turns.closed), {}, turns.cache).follow(RUN))
