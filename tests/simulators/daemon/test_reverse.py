"""Reverse calls through the real SDK: the quoted texts of docs/platform/dify.md#error-texts, word for word."""

import re
from typing import Any

import pytest

from simulators.dify import script
from simulators.dify.apps import variable
from tests.simulators.daemon.conftest import Stage

Event = dict[str, Any]
READ_LIMIT = 40 * 0.02


def texts(events: list[Event]) -> str:
    return "".join(event.get("answer", "") for event in events)


def raised(events: list[Event]) -> str:
    return str(events[-1]["raised"])


def test_a_stream_arrives_whole_and_in_order(stage: Stage) -> None:
    answer = "".join(f"{n} 😀 <a&b>\n" for n in range(50))
    stage.dify.script(script.say(answer, 2, 40))
    events = stage.ask()
    assert texts(events) == answer
    assert [event["event"] for event in events[-2:]] == ["message", "message_end"]


def test_what_reaches_dify(stage: Stage) -> None:
    stage.ask(conversation_id=None, user="U1", inputs={"a": 1})
    record = stage.dify.invocations()[0]
    found = {name: record[name] for name in ("query", "inputs", "asked_conversation_id", "user", "user_id")}
    assert found == {
        "query": "hello",
        "inputs": {"a": 1},
        "asked_conversation_id": "",
        "user": "U1",
        "user_id": "",
    }


def test_refused_before_the_stream(stage: Stage) -> None:
    stage.dify.script(script.refuse(400, "app not found"))
    assert raised(stage.ask()) == (
        "invoke app failed: request failed with status code: 400 and respond with: "
        '{"code": "invalid_param", "message": "app not found", "status": 400}'
    )


def test_html_before_the_stream(stage: Stage) -> None:
    stage.dify.script(script.refuse(502, html="<html>bad gateway</html>"))
    text = (
        "invoke app failed: request failed with status code: 502 and respond with: <html>bad gateway</html>"
    )
    assert raised(stage.ask()) == text


def test_error_frame(stage: Stage) -> None:
    stage.dify.script(script.say("some") + script.error_frame("it broke"))
    events = stage.ask()
    assert texts(events) == "some"
    assert raised(events) == "read app failed: request failed: it broke"


@pytest.mark.parametrize(
    ("at", "what"),
    [
        ("frame", "unexpected EOF\nfailed to read system header"),
        ("between", "unexpected EOF\nfailed to read system header"),
        ("header", "unexpected EOF\nfailed to read header"),
        ("data", "unexpected EOF\nfailed to read data"),
    ],
)
def test_dropped_connection(stage: Stage, at: str, what: str) -> None:
    stage.dify.script(script.say("so far") + script.drop(at))
    events = stage.ask()
    assert texts(events) == "so far"
    assert raised(events) == f"read app failed: {what}"


def test_reset_connection(stage: Stage) -> None:
    stage.dify.script(script.say("so far") + script.wait(5) + script.drop("reset"))
    text = raised(stage.ask())
    assert re.fullmatch(
        r"read app failed: read tcp \S+->\S+: read: connection reset by peer\nfailed to read system header",
        text,
    )


def test_clean_end_without_a_terminal_event(stage: Stage) -> None:
    stage.dify.script(script.say("so far") + script.clean_end())
    assert [event["event"] for event in stage.ask()] == ["message"]


def test_no_event_at_all(stage: Stage) -> None:
    stage.dify.script(script.clean_end())
    assert stage.ask() == []


def test_read_limit_cuts_a_busy_stream(stage: Stage) -> None:
    stage.dify.script(script.say("x" * 400, 100, 4))
    events = stage.ask()
    cut = r"read app failed: read tcp \S+: use of closed network connection\nfailed to read system header"
    assert re.fullmatch(cut, raised(events))
    record = stage.dify.wait_ended()[0]
    assert record["outcome"] == "cancelled"
    assert record["ended"] - record["first_event"] >= READ_LIMIT * 0.9


def test_unknown_app(stage: Stage) -> None:
    stage.dify.remove_app("chatbot")
    stage.dify.fetch_errors(in_band=True)
    assert stage.run("form") == {"raised": "fetch app failed: request failed: app not found"}
    stage.dify.fetch_errors(in_band=False)
    assert stage.run("form") == {"raised": "fetch app failed: data is nil"}
    stage.dify.fetch_errors(in_band=True)


def test_form(stage: Stage) -> None:
    stage.dify.app("chatbot", "chat", form=[variable("topic", required=True)], opening_statement="Hi")
    form = stage.run("form")
    assert form["opening_statement"] == "Hi"
    assert form["user_input_form"][0]["text-input"]["variable"] == "topic"
    assert "topic is required in input form" in raised(stage.ask())


def test_lost_conversation_of_a_chatbot(stage: Stage) -> None:
    known = stage.ask()[0]["conversation_id"]
    assert stage.ask(conversation_id=known)[0]["conversation_id"] == known
    stage.dify.forget_conversation(known)
    assert raised(stage.ask(conversation_id=known)).endswith(
        '{"code": "invalid_param", "message": "", "status": 400}'
    )


def test_lost_conversation_of_a_chatflow(stage: Stage) -> None:
    stage.dify.app("chatbot", "advanced-chat")
    known = stage.ask()[0]["conversation_id"]
    stage.dify.change_owner()
    new = stage.ask(conversation_id=known)[0]["conversation_id"]
    assert new != known


def test_upload(stage: Stage) -> None:
    stored = stage.run("upload", b"content")
    assert stage.dify.uploads()[-1]["hex"] == b"content".hex()
    stage.dify.app("chatbot", "chat", form=[variable("doc", "file")])
    file = {"type": "document", "transfer_method": "tool_file", "tool_file_id": stored["id"]}
    assert stage.ask(inputs={"doc": file})[-1]["event"] == "message_end"
    assert "ToolFile nope not found" in raised(stage.ask(inputs={"doc": file | {"tool_file_id": "nope"}}))


def test_upload_without_a_files_url(stage: Stage) -> None:
    stage.dify.files_url("")
    assert "No scheme supplied" in stage.run("upload", b"content")["raised"]


def test_storage(stage: Stage) -> None:
    long = "k" * 256
    found = stage.run(
        "storage",
        [
            ["set", "a", "1"],
            ["get", "a"],
            ["exist", "a"],
            ["set", "empty", ""],
            ["get", "empty"],
            ["get", "none"],
            ["exist", "none"],
            ["delete", "none"],
            ["set", "../up", "1"],
            ["set", long, "1"],
            ["set", long + "k", "1"],
            ["set", "big", "x" * 5000],
            ["delete", "a"],
        ],
    )
    load = {"error": "load data failed, please check if the key is correct or you have not set it"}
    assert found[:7] == [None, "1", True, None, "", load, False]
    assert re.fullmatch(r"delete data failed: stat \S+: no such file or directory", found[7]["error"])
    assert found[8]["error"] == "save data failed: invalid key: path traversal attempt detected"
    assert found[9]["error"].endswith("file name too long")
    assert found[10]["error"] == "save data failed: key length must be less than 256 characters"
    assert found[11]["error"] == "save data failed: allocated size is greater than max storage size"
    assert found[12] is None


def test_storage_faults(stage: Stage) -> None:
    stage.daemon.storage_fault("full", ops=("set",), times=1)
    full, fine = stage.run("storage", [["set", "a", "1"], ["set", "a", "2"]])
    assert full["error"] == "save data failed: allocated size is greater than max storage size"
    assert fine is None
    stage.daemon.storage_fault("fail", times=2)
    failed = stage.run("storage", [["get", "a"], ["set", "a", "3"], ["get", "a"]])
    assert failed[0]["error"].startswith("load data failed, please check")
    assert failed[1]["error"].startswith("save data failed: ")
    assert failed[2] == "2"
    stage.daemon.storage_fault("slow", 10, times=1)
    assert stage.run("storage", [["get", "a"]]) == ["2"]


def test_silent_storage_never_answers(stage: Stage) -> None:
    stage.daemon.storage_fault("silent", times=1)
    with pytest.raises(TimeoutError):
        stage.post("/run/storage", [["get", "a"]], timeout=0.4)
    stage.daemon.wait_idle()
