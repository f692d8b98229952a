from collections.abc import Generator
from typing import Any

import gevent
import pytest

from dify_app.answer import (
    AnswerEvent,
    ConversationStarted,
    Ended,
    FilesDropped,
    QuestionCut,
    RunStarted,
    TextDelta,
)
from dify_app.app import DifyApp, Question
from dify_app.form import AppCache
from dify_app.plugin_way import PluginWay
from dify_app.stream import AppKind
from dify_app.uploads import FileSlot, OfferedFile, PlacedFile
from dify_app.ways import ClosedWays, Ways
from errors import (
    AppMisconfigured,
    CompletionApp,
    DifyUnavailable,
    FileRefused,
    Incomplete,
    InputMissing,
    RunFailed,
    TimeCut,
    UnsupportedApp,
)
from tests.dify_app.events import chunk, finished, message, message_end, started
from tests.dify_app.fake_calls import Answer, FakeCalls, FakeFiles, refused
from tests.dify_app.still_clock import StillClock

Kinds = dict[str, AppKind]

ANSWER: Answer = [message("Hi"), message_end()]
RUN = RunStarted("t-1", "m-1")
SAID = [RUN, ConversationStarted("c-1"), TextDelta("Hi"), Ended("succeeded")]
CUT = "read app failed: read tcp: use of closed network connection\nfailed to read system header"


def form(*fields: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"user_input_form": list(fields), **more}


def field(name: str, kind: str = "text-input", **more: Any) -> dict[str, Any]:
    return {kind: {"variable": name, **more}}


def app_of(calls: FakeCalls, admin: dict[str, Any] | None = None, kinds: Kinds | None = None) -> DifyApp:
    cache = AppCache(StillClock())
    if kinds is not None:
        cache.kinds = kinds
    way = PluginWay(calls, FakeFiles(), "app-1", "app-1")
    return DifyApp(Ways(way, ClosedWays(StillClock())), admin or {}, cache)


def question(**more: Any) -> Question:
    return Question("Why?", **{"context": {}, **more})


def ask(app: DifyApp, conversation_id: str = "", **more: Any) -> list[AnswerEvent]:
    return list(app.ask(question(**more), conversation_id))


def test_chat_app_is_asked_once_and_streams() -> None:
    calls = FakeCalls(ANSWER)
    assert ask(app_of(calls), "c-0") == SAID
    assert calls.asked == [
        {
            "app_id": "app-1",
            "query": "Why?",
            "inputs": {},
            "response_mode": "streaming",
            "conversation_id": "c-0",
        }
    ]


def test_first_words_come_before_the_stream_has_ended() -> None:
    answers = app_of(FakeCalls(ANSWER)).ask(question())
    assert [next(answers) for _ in range(3)] == SAID[:3]


def test_stream_is_closed_with_the_iterator() -> None:
    calls = FakeCalls(ANSWER)
    answers = app_of(calls).ask(question())
    next(answers)
    assert calls.open == 1
    assert isinstance(answers, Generator)
    answers.close()
    assert calls.open == 0


def test_declared_variables_get_slacks_facts_and_the_admins_values_alone() -> None:
    calls = FakeCalls(ANSWER, info=form(field("slack_user_id"), field("tone"), field("other")))
    kinds: Kinds = {}
    kinds["app-1"] = "chat"
    ask(
        app_of(calls, {"tone": "formal", "gone": "x"}, kinds),
        context={"slack_user_id": "U1", "slack_team_id": "T1"},
    )
    assert calls.asked[0]["inputs"] == {"slack_user_id": "U1", "tone": "formal"}


def test_lost_conversation_is_begun_anew() -> None:
    calls = FakeCalls([refused("")], ANSWER)
    assert ask(app_of(calls), "c-0") == SAID
    assert [asked["conversation_id"] for asked in calls.asked] == ["c-0", None]


def test_conversation_begun_anew_gets_the_new_question() -> None:
    calls = FakeCalls([refused("")], ANSWER)
    whole = Question("Why?", {}, preface="All of it. ")
    new = question(preface="What is new. ")
    assert list(app_of(calls).ask(new, "c-0", lambda: whole)) == SAID
    assert [asked["query"] for asked in calls.asked] == ["What is new. Why?", "All of it. Why?"]


def test_question_too_long_for_its_variable_is_cut_and_said_to_be_cut() -> None:
    kinds: Kinds = {}
    kinds["app-1"] = "completion"
    short = form(field("query", max_length=2))
    assert ask(app_of(FakeCalls([message("Hi"), message_end()], info=short), kinds=kinds))[0] == QuestionCut(
        2
    )
    long = form(field("query", max_length=4))
    events = ask(app_of(FakeCalls([message("Hi"), message_end()], info=long), kinds=kinds))
    assert not any(isinstance(event, QuestionCut) for event in events)


def test_conversation_is_not_begun_anew_for_another_reason() -> None:
    calls = FakeCalls([refused("app not found")])
    with pytest.raises(AppMisconfigured):
        ask(app_of(calls), "c-0")
    assert len(calls.asked) == 1


def test_empty_refusal_without_a_conversation_is_the_apps_fault() -> None:
    calls = FakeCalls([refused("")])
    with pytest.raises(AppMisconfigured):
        ask(app_of(calls))
    assert len(calls.asked) == 1


def test_app_is_not_asked_again_once_it_began() -> None:
    calls = FakeCalls([message("Hal"), refused("")])
    said: list[AnswerEvent] = []
    with pytest.raises(AppMisconfigured):
        said.extend(app_of(calls).ask(question(), "c-0"))
    assert len(calls.asked) == 1


@pytest.mark.parametrize(
    ("last", "expected"),
    [
        (Exception(CUT), TimeCut),
        (Exception("read app failed: context canceled"), DifyUnavailable),
        (Exception("read app failed: unexpected EOF\nfailed to read system header"), DifyUnavailable),
        ({"event": "error", "code": "invalid_param", "message": "Run failed: x"}, RunFailed),
        (None, Incomplete),
    ],
)
def test_text_so_far_comes_before_the_error(last: Any, expected: type[Exception]) -> None:
    calls = FakeCalls([message("Hal"), *([last] if last else [])])
    said: list[AnswerEvent] = []
    with pytest.raises(expected):
        said.extend(app_of(calls).ask(question()))
    assert TextDelta("Hal") in said
    assert len(calls.asked) == 1
    assert calls.open == 0


def test_stream_cut_after_its_end_is_complete() -> None:
    calls = FakeCalls([started(chat=True), message("Hi"), message_end(), Exception(CUT)])
    assert ask(app_of(calls)) == [RunStarted("t-1", "m-1", "r-1"), *SAID[1:]]


def test_ping_behind_the_answers_own_end_ends_it() -> None:
    """Dify up to 1.14.2 never ends the stream of an answer of the annotations, and sends pings for 300 s."""
    late: Answer = [{"event": "ping"}, Exception("not read")]
    calls = FakeCalls([{"event": "ping"}, started(chat=True), message("Hi"), message_end(), *late])
    assert ask(app_of(calls)) == [RunStarted("t-1", "m-1", "r-1"), *SAID[1:]]


def test_run_is_named_once_and_again_when_the_stream_names_more() -> None:
    calls = FakeCalls([message("Hi"), started(chat=True), message_end(), finished(chat=True)])
    names = [event for event in ask(app_of(calls)) if isinstance(event, RunStarted)]
    assert names == [RunStarted("t-1", "m-1"), RunStarted("t-1", "m-1", "r-1")]


def test_empty_stream_is_incomplete() -> None:
    with pytest.raises(Incomplete):
        ask(app_of(FakeCalls([])))


def test_missing_input_is_named_before_any_call() -> None:
    calls = FakeCalls(info=form(field("plan", "select", required=True, options=["a"])))
    with pytest.raises(InputMissing) as found:
        ask(app_of(calls))
    assert found.value.variable == "plan"
    assert calls.asked == []


def test_question_is_asked_when_the_form_cannot_be_read() -> None:
    calls = FakeCalls(ANSWER, info=Exception("fetch app failed: data is nil"))
    assert ask(app_of(calls, {"tone": "formal"})) == SAID
    assert calls.asked[0]["inputs"] == {"tone": "formal"}


def test_kind_of_an_unknown_app_follows_from_its_refusal() -> None:
    calls = FakeCalls([refused("Invalid input type for ['topic']")], [started(), chunk("x"), finished()])
    calls._info = form(field("topic"))
    kinds: Kinds = {}
    assert ask(app_of(calls, kinds=kinds)) == [TextDelta("x"), Ended("succeeded")]
    assert calls.asked[0]["query"] == ""
    assert calls.asked[0]["inputs"] == {"topic": [0]}
    assert calls.asked[1] == {
        "kind": "workflow",
        "app_id": "app-1",
        "inputs": {"topic": "Why?"},
        "response_mode": "streaming",
    }
    assert kinds == {"app-1": "workflow"}


def test_text_variable_of_a_chat_app_does_not_get_the_query() -> None:
    calls = FakeCalls([refused("missing query")], ANSWER, ANSWER, info=form(field("topic")))
    kinds: Kinds = {}
    assert ask(app_of(calls, kinds=kinds)) == SAID
    assert ask(app_of(calls, kinds=kinds)) == SAID
    assert [asked["query"] for asked in calls.asked] == ["", "Why?", "Why?"]
    assert [asked["inputs"] for asked in calls.asked[1:]] == [{}, {}]


def test_app_with_a_conversation_is_a_chat_app() -> None:
    calls = FakeCalls(ANSWER, info=form(field("topic")))
    ask(app_of(calls), "c-0")
    assert [asked["query"] for asked in calls.asked] == ["Why?"]


def test_kind_of_an_app_is_known_once_it_spoke() -> None:
    kinds: Kinds = {}
    ask(app_of(FakeCalls([started(), finished({"a": "x"})]), kinds=kinds))
    assert kinds == {"app-1": "workflow"}


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ([refused("app not found")], AppMisconfigured),
        ([refused("Internal Server Error", "unknown", 500)], CompletionApp),
        ([refused("Bad Gateway", "bad_gateway", 502)], DifyUnavailable),
        ([message("I ran all the same")], UnsupportedApp),
        ([], DifyUnavailable),
    ],
)
def test_app_of_unknown_kind_does_not_run(answer: Answer, expected: type[Exception]) -> None:
    calls = FakeCalls(answer, info=form(field("topic")))
    with pytest.raises(expected):
        ask(app_of(calls))
    assert [asked["query"] for asked in calls.asked] == [""]


def test_app_that_fails_together_with_its_form_is_no_completion_app() -> None:
    calls = FakeCalls([refused("Internal Server Error", "unknown", 500)], info=form(field("topic")))
    app = app_of(calls)
    app.form()
    calls._info = Exception("fetch app failed: data is nil")
    with pytest.raises(DifyUnavailable):
        ask(app)
    assert calls.fetched == 2


@pytest.mark.parametrize("kind", ["workflow", "completion"])
def test_app_of_known_kind_is_called_as_what_it_is(kind: AppKind) -> None:
    calls = FakeCalls([chunk("x"), finished()])
    ask(app_of(calls, kinds={"app-1": kind}))
    assert calls.asked[0]["kind"] == kind


def test_files_that_dify_does_not_find_are_left_out_of_a_second_call() -> None:
    calls = FakeCalls([refused("ToolFile f-1 not found")], ANSWER, info=form(field("doc", "file")))
    placed = PlacedFile("doc", many=False, kind="document", file_id="f-1")
    assert ask(app_of(calls), files=(placed,)) == [FilesDropped("file_not_owned"), *SAID]
    sent = {"type": "document", "transfer_method": "tool_file", "tool_file_id": "f-1"}
    assert [asked["inputs"] for asked in calls.asked] == [{"doc": sent}, {}]


THREAD = {"slack_thread": "ben: red"}


class TestTheThreadAround:
    """What others said goes where the app can use it, and never into the variable of the query."""

    def test_thread_goes_before_the_query_of_an_app_that_keeps_conversations(self) -> None:
        calls = FakeCalls(ANSWER, info=form(field("tone")))
        ask(app_of(calls, kinds={"app-1": "chat"}), context=THREAD, preface="Earlier: ")
        assert (calls.asked[0]["query"], calls.asked[0]["inputs"]) == ("Earlier: Why?", {})

    def test_thread_goes_into_the_variable_that_is_declared(self) -> None:
        calls = FakeCalls(ANSWER, info=form(field("slack_thread", "paragraph")))
        ask(app_of(calls), context=THREAD, preface="Earlier: ")
        assert (calls.asked[0]["query"], calls.asked[0]["inputs"]) == ("Why?", THREAD)

    def test_thread_does_not_go_into_the_variable_of_the_query(self) -> None:
        calls = FakeCalls([chunk("Hi"), finished()], info=form(field("query", max_length=10)))
        ask(app_of(calls, kinds={"app-1": "workflow"}), context=THREAD, preface="Earlier: ")
        assert calls.asked[0]["inputs"] == {"query": "Why?"}

    def test_thread_goes_before_the_query_when_the_form_is_not_known(self) -> None:
        calls = FakeCalls(ANSWER, info=Exception("fetch app failed"))
        ask(app_of(calls), context=THREAD, preface="Earlier: ")
        assert calls.asked[0]["query"] == "Earlier: Why?"


def test_app_without_conversations_is_known_once_it_spoke() -> None:
    app = app_of(FakeCalls([started(), chunk("Hi"), finished()]))
    assert not app.forgets
    ask(app)
    assert app.forgets


def test_file_variables_count_only_where_the_admin_left_them_empty() -> None:
    info = form(field("paper", "file", required=True), field("pictures", "file-list"))
    filled = {"paper": {"type": "document"}, "pictures": [{"type": "image"}]}
    app = app_of(FakeCalls(info=info))
    assert app.takes_files()
    assert app.needs_file()
    assert not app_of(FakeCalls(info=info), {"paper": filled["paper"]}).needs_file()
    assert not app_of(FakeCalls(info=info), filled).takes_files()
    [placed, refused_one] = app.place(
        [OfferedFile("a.pdf", "application/pdf", 1), OfferedFile("b.txt", "", 0)]
    )
    assert isinstance(placed, FileSlot)
    assert placed.variable == "paper"
    assert isinstance(refused_one, FileRefused)
    assert refused_one.reason == "file_empty"


def test_missing_input_says_whether_it_takes_files() -> None:
    with pytest.raises(InputMissing) as missing:
        ask(app_of(FakeCalls(info=form(field("paper", "file", required=True)))))
    assert missing.value.takes_files
    tone = app_of(FakeCalls(info=form(field("tone", required=True))), kinds={"app-1": "chat"})
    with pytest.raises(InputMissing) as missing:
        ask(tone)
    assert not missing.value.takes_files


def test_form_is_fetched_once_for_callers_at_one_time() -> None:
    calls = FakeCalls(ANSWER)
    fetch = calls.fetch_app

    def slowly(app_id: str) -> Any:
        gevent.sleep(0.001)
        return fetch(app_id)

    calls.fetch_app = slowly  # type: ignore[method-assign]
    app = app_of(calls)
    gevent.joinall([gevent.spawn(app.form) for _ in range(3)], timeout=5)
    assert calls.fetched == 1
