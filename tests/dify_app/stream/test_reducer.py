from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dify_app.answer import (
    AnswerEvent,
    ConversationStarted,
    Ended,
    FileProduced,
    Paused,
    Source,
    Sources,
    Step,
    TextDelta,
    TextReplaced,
    Thought,
)
from dify_app.stream.reducer import Reducer, RunOptions
from errors import DifyError, ProviderTrouble, RunFailed
from tests.dify_app.events import Raw, chunk, error, finished, flow, message, message_end, node, started

START = ConversationStarted("c-1")
END = Ended("succeeded")


def reduced(*raws: Raw, **how: Any) -> tuple[Reducer, list[AnswerEvent]]:
    reducer = Reducer(RunOptions(**how))
    events = [event for raw in raws for event in reducer.feed(raw)]
    return reducer, events + reducer.close()


def said(*raws: Raw, **how: Any) -> list[AnswerEvent]:
    return reduced(*raws, **how)[1]


def text_of(events: list[AnswerEvent]) -> str:
    text = ""
    for event in events:
        if isinstance(event, TextDelta):
            text += event.text
        elif isinstance(event, TextReplaced):
            text = event.text
    return text


def test_chatbot_text_is_followed_by_its_end() -> None:
    reducer, events = reduced(message("Hel"), message("lo"), message_end())
    assert events == [START, TextDelta("Hel"), TextDelta("lo"), END]
    assert reducer.over
    assert reducer.finished
    assert reducer.kind == "chat"
    assert reducer.fault is None


def test_agent_stream_gives_its_tool_steps_and_its_text() -> None:
    def thought(**members: Any) -> Raw:
        return {
            "event": "agent_thought",
            "conversation_id": "c-1",
            "id": "th",
            "position": 1,
            "tool": "",
            **members,
        }

    call = {"tool": "weather", "tool_labels": {"weather": {"en_US": "Weather", "ja_JP": "天気"}}}
    raws = [
        thought(thought="", observation=""),
        thought(**call, observation=""),
        thought(**call, observation='{"weather": "22 degrees,\\nsunny"}'),
        message("It is ", "agent_message"),
        thought(thought="It is sunny"),
        message("sunny", "agent_message"),
        message_end(),
    ]
    assert said(*raws) == [
        START,
        Step("th", "Weather", "running", "tool"),
        Step("th", "Weather", "done", "tool", "22 degrees, sunny"),
        TextDelta("It is "),
        TextDelta("sunny"),
        END,
    ]
    assert said(*raws, locale="ja_JP")[1] == Step("th", "天気", "running", "tool")


def test_failed_tool_shows_as_failed_without_its_text() -> None:
    raw = {
        "event": "agent_thought",
        "conversation_id": "c-1",
        "id": "th",
        "tool": "a;b",
        "observation": "tool invoke error: Traceback key=123",
    }
    assert said(raw, message_end())[1] == Step("th", "a, b", "failed", "tool")


def test_chatflow_is_over_with_its_workflow_and_not_with_its_message_end() -> None:
    reducer = Reducer()
    raws = [started(chat=True), message("Hi", from_variable_selector=["llm", "text"]), message_end()]
    events = [event for raw in raws for event in reducer.feed(raw)]
    assert events == [START, TextDelta("Hi")]
    assert reducer.finished
    assert not reducer.over
    assert reducer.feed(finished({"answer": "Hi"}, chat=True)) == [END]
    assert reducer.over


def test_chatflow_cut_after_its_message_end_is_complete() -> None:
    assert said(started(chat=True), message("Hi"), message_end())[-1] == END


def test_chatflow_text_is_taken_from_its_outputs_when_it_streamed_none() -> None:
    events = said(started(chat=True), message_end(), finished({"answer": "Hi", "files": []}, chat=True))
    assert events == [START, TextDelta("Hi"), END]


def test_failed_chatflow_ends_its_steps_and_has_its_fault() -> None:
    reducer, events = reduced(
        started(chat=True),
        node("node_started", "LLM", chat=True),
        message("Hal"),
        finished(status="failed", chat=True),
        error(),
    )
    assert events == [
        START,
        Step("x-LLM", "LLM", "running"),
        TextDelta("Hal"),
        Step("x-LLM", "LLM", "failed"),
    ]
    assert type(reducer.fault) is RunFailed
    assert reducer.over


def test_stopped_chatflow_still_has_its_sources() -> None:
    events = said(
        started(chat=True),
        message("Hi"),
        finished(status="stopped", chat=True),
        message_end({"position": 1, "document_name": "Manual"}),
    )
    assert events == [START, TextDelta("Hi"), Sources((Source("Manual"),)), Ended("stopped")]


def test_moderation_before_the_run_is_an_ordinary_answer_of_the_app() -> None:
    assert said(message("I can't."), message_end()) == [START, TextDelta("I can't."), END]


@pytest.mark.parametrize("chat", [True, False])
def test_pause_shows_the_form_and_where_to_continue(chat: bool) -> None:
    form = {
        "node_title": "Approval",
        "form_content": "Send it?\n\n{{#$output.reason#}}",
        "actions": [{"id": "y", "title": "Yes"}, {"id": "n"}, "junk"],
        "form_token": "to/ken",
    }
    raws = [
        started(chat=chat),
        flow("human_input_required", chat=chat, **form),
        flow("workflow_paused", chat=chat),
    ]
    reducer, events = reduced(*raws, web_url="https://dify.example/")
    paused = Paused("Send it?\n\n`reason`", "https://dify.example/form/to%2Fken", "Approval", ("Yes", "n"))
    assert events[-2:] == [paused, Ended("paused")]
    assert reducer.finished
    assert said(*raws)[-2] == Paused("Send it?\n\n`reason`", "", "Approval", ("Yes", "n"))


def test_pause_without_a_form_is_still_shown() -> None:
    assert said(flow("workflow_paused", chat=True)) == [START, Paused(""), Ended("paused")]


def test_workflow_text_is_followed_by_its_end() -> None:
    reducer, events = reduced(started(), chunk("He"), chunk("y"), finished({"text": "Hey"}))
    assert events == [TextDelta("He"), TextDelta("y"), END]
    assert reducer.kind == "workflow"


def test_workflow_answers_with_its_outputs_when_it_streamed_nothing() -> None:
    assert text_of(said(started(), finished({"result": "Whole *text*"}))) == "Whole *text*"
    assert text_of(said(started(), finished({"a": 1, "b": "x"}))) == "- **a**: 1\n- **b**: x"


def test_failed_workflow_has_its_fault_after_one_event() -> None:
    reducer, _ = reduced(started(), finished(status="failed"))
    assert type(reducer.fault) is RunFailed
    assert reducer.over


def test_partly_succeeded_workflow_ends_with_that_status() -> None:
    assert said(started(), chunk("x"), finished(status="partial-succeeded"))[-1] == Ended("partial-succeeded")


def test_completion_app_has_no_conversation() -> None:
    raw = {"event": "message", "message_id": "m", "task_id": "t", "answer": "Hi"}
    reducer, events = reduced(raw, {"event": "message_end", "message_id": "m", "metadata": {}})
    assert events == [TextDelta("Hi"), END]
    assert reducer.kind == "completion"


@pytest.mark.parametrize("begun", [True, False])
def test_failure_after_message_end_is_false(begun: bool) -> None:
    raws = [message("Hi"), message_end(), finished(status="failed", chat=True), error()]
    reducer, events = reduced(*([started(chat=True)] if begun else []), *raws)
    assert events == [START, TextDelta("Hi"), END]
    assert reducer.fault is None


def test_message_after_agent_messages_replaces_them() -> None:
    deltas = [message("Hal", "agent_message"), message("lo", "agent_message")]
    assert said(*deltas, message("Hello."), message_end()) == [
        START,
        TextDelta("Hal"),
        TextDelta("lo"),
        TextReplaced("Hello."),
        END,
    ]


def test_error_event_ends_the_stream() -> None:
    reducer, events = reduced(message("Hal"), error("provider_quota_exceeded"), message("never"))
    assert events == [START, TextDelta("Hal")]
    assert isinstance(reducer.fault, ProviderTrouble)


def test_stream_without_a_terminal_event_is_not_finished() -> None:
    reducer, events = reduced(started(chat=True), node("node_started", "LLM", chat=True), message("Hal"))
    assert not reducer.finished
    assert events[-1] == Step("x-LLM", "LLM", "failed")
    assert Ended not in {type(event) for event in events}


def test_text_in_a_message_file_event_is_text() -> None:
    raws = [
        {
            "event": "message_file",
            "conversation_id": "c-1",
            "id": "f",
            "type": "image",
            "url": "/files/tools/a.png?s=1",
        },
        message("more", "message_file"),
        message_end(),
    ]
    assert said(*raws) == [
        START,
        FileProduced("/files/tools/a.png?s=1", "image", "a.png"),
        TextDelta("more"),
        END,
    ]


def test_file_named_by_several_events_is_produced_once() -> None:
    image = {"type": "image", "url": "/files/tools/a.png?sign=2", "filename": "chart.png"}
    own = {"type": "image", "url": "/files/x/file-preview", "belongs_to": "user"}
    raws = [
        {
            "event": "message_file",
            "conversation_id": "c-1",
            "type": "image",
            "url": "/files/tools/a.png?sign=1",
        },
        started(chat=True),
        message_end(files=[image, own]),
        finished(
            {"answer": ""}, chat=True, files=[image, {"type": "document", "remote_url": "http://x/b.pdf"}]
        ),
    ]
    assert [event for event in said(*raws) if isinstance(event, FileProduced)] == [
        FileProduced("/files/tools/a.png?sign=1", "image", "a.png"),
        FileProduced("http://x/b.pdf", "document", "b.pdf"),
    ]


def test_replaced_message_stands_in_place_of_all_text_before() -> None:
    events = said(
        message("bad "), message("[removed]", "message_replace", reason="output_moderation"), message_end()
    )
    assert events == [START, TextDelta("bad "), TextReplaced("[removed]"), END]
    flow_events = said(started(), chunk("bad"), flow("text_replace", text=""), finished({"text": "bad"}))
    assert text_of(flow_events) == ""


def test_reasoning_event_is_a_thought() -> None:
    raw = flow("reasoning_chunk", chat=True, reasoning="hm", node_id="llm", is_final=False)
    assert said(raw, message("x"), message_end()) == [START, Thought("hm"), TextDelta("x"), END]


def test_text_of_another_model_is_shown_after_an_unclosed_thought() -> None:
    raws = [
        message("<think>never closed", from_variable_selector=["a", "text"]),
        message("shown", from_variable_selector=["b", "text"]),
        message_end(),
    ]
    assert "shown" in text_of(said(*raws))


def test_changed_conversation_is_named_again() -> None:
    events = said(
        message("a"), {**message("b"), "conversation_id": "c-2"}, message_end(conversation_id="c-2")
    )
    assert [event for event in events if isinstance(event, ConversationStarted)] == [
        START,
        ConversationStarted("c-2"),
    ]


def test_speech_and_unknown_events_are_ignored() -> None:
    raws: list[Raw] = [
        {"event": "tts_message", "conversation_id": "c-1", "audio": "AAAA"},
        {"event": "parallel_branch_started", "conversation_id": "c-1", "data": {"id": "x", "title": "y"}},
        {"event": "ping"},
        {"event": 7},
        {},
        message("x"),
        message_end(),
        {"event": "tts_message_end", "conversation_id": "c-1", "audio": ""},
    ]
    assert said(*raws) == [START, TextDelta("x"), END]


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
names = st.sampled_from(
    [
        *Reducer._HANDLERS,
        *("workflow_started", "node_started", "node_finished", "node_retry", "iteration_next"),
        *("iteration_started", "loop_completed", "agent_thought", "agent_log", "tts_message"),
    ]
)
members = st.sampled_from(
    [
        *("conversation_id", "answer", "data", "metadata", "files", "id", "url", "tool", "tool_labels"),
        *("observation", "from_variable_selector", "code", "type"),
    ]
)
data_members = st.sampled_from(
    [
        *("id", "node_id", "title", "node_type", "status", "outputs", "index", "steps", "error", "label"),
        *("text", "files", "form_content", "form_token", "actions", "iteration_id", "retriever_resources"),
    ]
)
odd_events = st.builds(
    lambda name, top, data: {**top, "event": name, **({"data": data, "metadata": data} if data else {})},
    names | json_values,
    st.dictionaries(members, json_values, max_size=4),
    st.dictionaries(data_members, json_values, max_size=5),
)


@given(st.lists(odd_events, max_size=8))
def test_reducer_never_raises_whatever_events_come(raws: list[Raw]) -> None:
    reducer, events = reduced(*raws)
    assert reducer.over
    assert reducer.fault is None or isinstance(reducer.fault, DifyError)
    ends = [index for index, event in enumerate(events) if isinstance(event, Ended)]
    assert ends in ([], [len(events) - 1])
    assert bool(ends) == (reducer.finished and reducer.fault is None)
    assert all(event.text for event in events if isinstance(event, TextDelta | Thought))


@given(st.text(alphabet="ab \n", min_size=1), st.data())
def test_text_arrives_whole_however_it_is_cut(text: str, data: st.DataObject) -> None:
    cuts = sorted(data.draw(st.sets(st.integers(0, len(text)), max_size=6)) | {0, len(text)})
    raws = [message(text[start:end]) for start, end in pairwise(cuts)]
    assert text_of(said(*raws, message_end())) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("<think>\nabc def ghi\n</think>", "abc def ghi"),
        ("<think>\nplan\n\n<think>\nmore\n\nThe reply.", "plan\n\n\nmore\n\nThe reply."),
        ("<think> is the tag that models use.\n\nMore.", "is the tag that models use.\n\nMore."),
    ],
)
def test_thought_is_the_answer_when_the_app_said_nothing_else(text: str, shown: str) -> None:
    assert text_of(said(message(text), message_end())) == shown
    assert text_of(said(started(), message(text), message_end(), finished(outputs={"answer": text}))) == shown
    whole = text_of(said(flow("workflow_started"), chunk(text), finished(outputs={"text": text})))
    assert whole == shown


def test_outputs_are_the_answer_when_only_thoughts_were_streamed() -> None:
    raws = chunk("<think>hm</think>"), finished(outputs={"text": "<think>hm</think>The result"})
    events = said(flow("workflow_started"), *raws)
    assert text_of(events) == "The result"
    assert "".join(event.text for event in events if isinstance(event, Thought)) == "hm"


def followed(*raws: Raw) -> list[AnswerEvent]:
    """What a run says that is read from its middle on."""
    reducer = Reducer(follows="chat")
    return [event for raw in raws for event in reducer.feed(raw)] + reducer.close()


def test_outputs_of_a_followed_run_replace_the_part_that_was_read() -> None:
    events = followed(
        message("the middle"), message_end(), finished(outputs={"answer": "The whole. <think>x</think>"})
    )
    assert events == [START, TextDelta("the middle"), TextReplaced("The whole. "), END]


def test_followed_run_without_outputs_keeps_what_was_read() -> None:
    events = followed(message("the middle"), finished(status="stopped"))
    assert events == [START, TextDelta("the middle"), Ended("stopped")]


def test_followed_run_that_moderation_replaced_keeps_the_replacement() -> None:
    replaced = flow("message_replace") | {"answer": "I may not say that."}
    events = followed(message("secret"), replaced, message_end(), finished(outputs={"answer": "secret"}))
    assert [event for event in events if isinstance(event, TextReplaced)] == [
        TextReplaced("I may not say that.")
    ]
