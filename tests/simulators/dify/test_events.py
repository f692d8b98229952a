"""The order of events of each mode, as docs/platform/dify.md#event-orders has it."""

from typing import Any

import pytest

from simulators.dify import script
from tests.simulators.dify.conftest import Wire

FLOW = ["workflow_started", "node_started", "node_finished", "node_started"]
TAIL = ["node_finished", "node_started", "node_finished"]


def names(events: list[dict[str, Any]]) -> list[str]:
    return [event["event"] for event in events]


@pytest.mark.parametrize(
    ("mode", "order"),
    [
        ("chat", ["message", "message", "message_end"]),
        ("agent-chat", ["agent_thought", "agent_message", "agent_message", "agent_thought", "message_end"]),
        ("advanced-chat", [*FLOW, "message", "message", *TAIL, "message_end", "workflow_finished"]),
        ("workflow", [*FLOW, "text_chunk", "text_chunk", *TAIL, "workflow_finished"]),
    ],
)
def test_success(dify: Wire, mode: str, order: list[str]) -> None:
    dify.app("app", mode)
    dify.script(script.pieces("one ", "two"))
    events = dify.events()
    assert names(events) == order
    assert all(("conversation_id" in event) == mode.endswith("chat") for event in events)
    assert all(event["task_id"] for event in events)
    said = [
        event.get("answer") or event["data"]["text"]
        for event in events
        if event["event"] in {"message", "agent_message", "text_chunk"}
    ]
    assert said == ["one ", "two"]


@pytest.mark.parametrize(
    ("mode", "order"),
    [
        ("chat", ["message", "error"]),
        ("advanced-chat", [*FLOW, "message", "workflow_finished", "error"]),
        ("workflow", [*FLOW, "text_chunk", "workflow_finished"]),
    ],
)
def test_failure(dify: Wire, mode: str, order: list[str]) -> None:
    dify.app("app", mode)
    dify.script(script.say("part") + script.fail("no credit"))
    events = dify.events()
    assert names(events) == order
    if mode == "advanced-chat":
        assert events[-1]["message"] == "Run failed: no credit"
        assert "task_id" not in events[-1]
        assert events[-2]["data"]["status"] == "failed"


def test_pause_ends_without_message_end(dify: Wire) -> None:
    dify.app("app", "advanced-chat")
    dify.script(script.say("before") + script.pause("Fill this", "Ask"))
    events = dify.events()
    assert names(events)[-2:] == ["human_input_required", "workflow_paused"]
    assert events[-2]["data"]["form_content"] == "Fill this"
    assert events[-1]["data"]["status"] == "paused"


def test_stop(dify: Wire) -> None:
    dify.app("app", "advanced-chat")
    dify.script(script.say("part") + script.stop())
    events = dify.events()
    assert names(events)[-2:] == ["workflow_finished", "message_end"]
    assert events[-2]["data"]["status"] == "stopped"


def test_answer_before_the_run_ends_in_a_false_failure(dify: Wire) -> None:
    dify.app("app", "advanced-chat")
    dify.script(script.preempt("Ask the desk."))
    events = dify.events()
    assert names(events) == ["message", "message_end", "workflow_finished"]
    assert events[0]["answer"] == "Ask the desk."
    assert events[-1]["data"]["status"] == "failed"


def test_whole_message_follows_the_deltas(dify: Wire) -> None:
    dify.app("app", "agent-chat")
    dify.script(script.pieces("About ", "half.") + script.whole_message("All of it."))
    events = [event for event in dify.events() if event["event"] in {"message", "agent_message"}]
    assert [event["answer"] for event in events] == ["About ", "half.", "All of it."]


def test_sources_files_and_outputs(dify: Wire) -> None:
    dify.app("app", "advanced-chat")
    dify.script(
        script.sources(("Manual", None), ("Site", "https://example.org"))
        + script.end_files({"url": "/files/x.png", "type": "image"})
        + script.outputs({"answer": "x", "more": [1]})
    )
    end, finished = dify.events()[-2:]
    resources = end["metadata"]["retriever_resources"]
    assert [(item["position"], item["document_name"]) for item in resources] == [(1, "Manual"), (2, "Site")]
    assert end["files"] == finished["data"]["files"] == [{"url": "/files/x.png", "type": "image"}]
    assert finished["data"]["outputs"] == {"answer": "x", "more": [1]}


def test_agent_steps_fill_under_one_id(dify: Wire) -> None:
    dify.app("app", "agent-chat")
    dify.script(
        script.thought("search", '{"q":1}') + script.thought("search", '{"q":1}', "found") + script.say("so")
    )
    first, second, _, last, _ = dify.events()
    assert first["id"] == second["id"] != last["id"]
    assert (first["position"], second["observation"], last["position"]) == (1, "found", 2)


def test_replacement_and_the_file_quirk(dify: Wire) -> None:
    dify.script(
        script.say("bad") + script.replace("good") + script.file_text(" more") + script.file("/files/a.png")
    )
    events = dify.events()
    assert [event.get("answer") for event in events[:3]] == ["bad", "good", " more"]
    assert names(events)[1:4] == ["message_replace", "message_file", "message_file"]
    assert events[3]["url"] == "/files/a.png"


def test_inner_steps_of_a_workflow(dify: Wire) -> None:
    dify.app("app", "advanced-chat")
    dify.script(
        script.node("Search", "tool", seconds=0.1, inside=script.agent_log("look"), outputs={"n": 1})
        + script.node("Broken", status="failed", error="boom")
        + script.iteration("Each", 2)
        + script.iteration("Loop", 2, kind="loop")
        + script.reasoning("hm", final=True)
    )
    events = dify.events()[4:-5]
    assert names(events) == [
        "node_started",
        "agent_log",
        "node_finished",
        "node_started",
        "node_finished",
        "iteration_started",
        "iteration_next",
        "iteration_completed",
        "loop_started",
        "loop_next",
        "loop_completed",
        "reasoning_chunk",
    ]
    assert events[0]["data"]["node_id"] == events[2]["data"]["node_id"]
    assert (events[4]["data"]["status"], events[4]["data"]["error"]) == ("failed", "boom")
    assert "workflow_run_id" not in events[1]
    assert "workflow_run_id" in events[0]


def test_a_flow_may_bring_all_its_nodes(dify: Wire) -> None:
    dify.app("app", "advanced-chat")
    dify.script(
        script.own_nodes() + script.node("Search", "tool") + script.node("Write", inside=script.say("a"))
    )
    titles = [event["data"]["title"] for event in dify.events() if event["event"] == "node_started"]
    assert titles == ["Start", "Search", "Write", "Answer"]


def test_any_event_can_be_said(dify: Wire) -> None:
    dify.script(
        script.event({"event": "tts_message", "audio": "AA=="}) + script.event({"event": "new"}, bare=True)
    )
    said = dify.events()
    assert said[0]["conversation_id"]
    assert said[1] == {"event": "new"}


def test_blocking(dify: Wire) -> None:
    found = dify.events(response_mode="blocking")
    assert (found[0]["answer"], found[0]["mode"]) == ("You said: hello", "chat")
    dify.app("app", "workflow")
    assert dify.events(response_mode="blocking")[0]["data"]["outputs"] == {"text": "You said: hello"}
    dify.app("app", "agent-chat")
    assert dify.refusal(response_mode="blocking") == "Agent Chat App does not support blocking mode"
