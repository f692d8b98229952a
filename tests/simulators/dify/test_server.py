"""The inner API at the wire."""

import time
from typing import Any

import gevent
import pytest

from simulators.dify import script
from simulators.dify.apps import variable
from simulators.http1.control import ControlError
from simulators.http1.reading import Cut
from tests.simulators.dify.conftest import Wire


def test_wrong_key_and_unknown_route(dify: Wire) -> None:
    assert dify.inner("fetch/app/info", {"app_id": "app"}, key="wrong")[0] == 404
    assert dify.inner("invoke/nothing", {})[0] == 404


@pytest.mark.parametrize(
    ("setup", "message"),
    [
        ({"mode": "agent"}, "unexpected app type"),
        ({"mode": "advanced-chat", "published": False}, "unexpected app type"),
    ],
)
def test_apps_that_cannot_be_called(dify: Wire, setup: dict[str, Any], message: str) -> None:
    dify.app("app", **setup)
    assert dify.refusal() == message
    assert dify.inner("fetch/app/info", {"app_id": "app"})[1] == {"data": None, "error": message}


def test_completion_app_fails_whatever_it_is_asked(dify: Wire) -> None:
    dify.app("app", "completion", form=[variable("query")])
    body = {"app_id": "app", "query": "hello", "response_mode": "streaming"}
    for inputs in ({"query": "hello"}, {"query": [0]}):
        status, answer = dify.inner("invoke/app", body | {"inputs": inputs})
        assert (status, answer["code"], answer["message"]) == (500, "unknown", "Internal Server Error")
    assert dify.inner("fetch/app/info", {"app_id": "app"})[0] == 200


def test_upload_of_another_end_user_is_not_found(dify: Wire) -> None:
    dify.app("app", form=[variable("a", "file")])
    file_id = dify.add_file("a.txt", "text/plain", b"text").rpartition("/")[2].partition(".")[0]
    asked: dict[str, Any] = {"inputs": {"a": {"transfer_method": "tool_file", "tool_file_id": file_id}}}
    assert dify.events(**asked)
    dify.foreign_uploads(foreign=True)
    try:
        assert dify.refusal(**asked) == f"ToolFile {file_id} not found"
    finally:
        dify.foreign_uploads(foreign=False)


def test_unknown_app_and_missing_query(dify: Wire) -> None:
    assert dify.refusal("nobody") == "app not found"
    assert dify.refusal(query="") == "missing query"


@pytest.mark.parametrize(
    ("form", "inputs", "message"),
    [
        (variable("a", required=True), {}, "a is required in input form"),
        (variable("a", max_length=3), {"a": "four"}, "a in input form must be less than 3 characters"),
        (
            variable("a", "select", options=["x"]),
            {"a": "y"},
            "a in input form must be one of the following: ['x']",
        ),
        (variable("a"), {"a": 1}, "(type 'text-input') a in input form must be a string"),
        (variable("a"), {"a": {"type": "image"}}, "Invalid input type for ['a']"),
        (variable("a", "number"), {"a": []}, "Invalid input type for ['a']"),
        (variable("a", "file"), {"a": {"transfer_method": "local_file"}}, "Invalid upload file"),
        (
            variable("a", "file-list"),
            {"a": [{"transfer_method": "tool_file", "tool_file_id": "z"}]},
            "ToolFile z not found",
        ),
        (variable("a", "file"), {"a": "x"}, "a in input form must be a file"),
    ],
)
def test_forms(dify: Wire, form: dict[str, Any], inputs: dict[str, Any], message: str) -> None:
    dify.app("app", form=[form])
    assert dify.refusal(inputs=inputs) == message


def test_inputs_that_are_not_declared_are_dropped(dify: Wire) -> None:
    dify.app("app", "workflow", form=[variable("a")])
    started = dify.events(inputs={"a": "1", "b": "2"})[0]
    assert started["data"]["inputs"] == {"a": "1"}


def test_conversations(dify: Wire) -> None:
    known = dify.events()[0]["conversation_id"]
    assert dify.events(conversation_id=known)[0]["conversation_id"] == known
    dify.app("other")
    assert dify.refusal("other", conversation_id=known) == ""
    dify.app("flow", "advanced-chat")
    assert dify.events("flow", conversation_id=known)[0]["conversation_id"] != known
    assert dify.forget_conversation(known)
    assert dify.refusal(conversation_id=known) == ""


def test_scripts_are_chosen(dify: Wire) -> None:
    dify.script(script.say("default {query}"))
    dify.script(script.say("once"), times=1)
    dify.script(script.say("twice"), times=1)
    dify.script(script.say("weather"), when="rain", times=1)
    said = [dify.events(query=query)[0]["answer"] for query in ("a", "b", "rain", "c")]
    assert said == ["once", "twice", "weather", "default c"]
    dify.clear_scripts()
    assert [event.get("answer") for event in dify.events(query='"q"')][:2] == ["You said: ", '"q"']


def test_the_head_comes_with_the_first_event_and_times_are_kept(dify: Wire) -> None:
    dify.script(script.say("0123456789", 10, 1, after=10))
    began = time.time()
    dify.events()
    record = dify.wait_ended()[0]
    assert record["first_event"] - began >= 0.19
    assert record["ended"] - record["first_event"] >= 0.19
    assert (record["outcome"], record["text"], record["events"]) == ("done", "0123456789", 11)


def test_cancelled_and_dropped_are_recorded(dify: Wire) -> None:
    dify.script(script.say("x") + script.silence(), times=1)
    call, _ = dify.open()
    next(call.chunks())
    assert dify.running() == 1
    call.close()
    assert dify.wait_ended()[0]["outcome"] == "cancelled"
    dify.script(script.say("x") + script.drop())
    with pytest.raises(Cut):
        dify.events()
    assert dify.wait_ended(2)[1]["outcome"] == "dropped"


def test_silence_before_the_head(dify: Wire) -> None:
    dify.script(script.silence(), times=1)
    with pytest.raises(TimeoutError), gevent.Timeout(0.3, TimeoutError()):
        dify.open()
    assert dify.invocations()[0]["first_event"] == 0


def test_secrets_go_and_come(dify: Wire) -> None:
    body = {
        "data": {"token": "xoxb", "plain": "p", "empty": ""},
        "config": [{"name": "token", "type": "secret-input"}],
    }
    sealed = dify.inner("invoke/encrypt", body | {"opt": "encrypt"})[1]["data"]["data"]
    assert sealed["plain"] == "p"
    assert sealed["token"] != "xoxb"
    opened = dify.inner("invoke/encrypt", body | {"opt": "decrypt", "data": sealed})[1]["data"]["data"]
    assert opened == body["data"]


def test_down(dify: Wire) -> None:
    dify.down()
    assert dify.inner("fetch/app/info", {"app_id": "app"})[0] == 500
    dify.down("")
    assert dify.inner("fetch/app/info", {"app_id": "app"})[0] == 200


def test_an_act_that_there_is_not_is_refused_when_set(dify: Wire) -> None:
    with pytest.raises(ControlError, match="no such act: dance"):
        dify.script(script.act("dance"))
