from typing import Any

import pytest

from dify_app.answer import Step
from dify_app.stream.steps import MOST_FOLDED, MOST_OPEN, Steps
from tests.dify_app.events import Raw, flow, node


def taken(*raws: Raw, steps: Steps | None = None) -> list[Step | None]:
    steps = steps or Steps()
    return [steps.take(raw) for raw in raws]


def test_node_is_running_and_then_done() -> None:
    assert taken(
        node("node_started", "Search", "http-request"),
        node("node_retry", "Search", "http-request", retry_index=1),
        node("node_finished", "Search", "http-request", status="succeeded", outputs={"body": "secret"}),
    ) == [Step("x-Search", "Search", "running"), None, Step("x-Search", "Search", "done")]


@pytest.mark.parametrize(
    ("status", "state"),
    [("succeeded", "done"), ("failed", "failed"), ("exception", "failed"), ("stopped", "failed")],
)
def test_node_state_follows_its_status(status: str, state: str) -> None:
    ended = node(
        "node_finished", "Tool", "tool", status=status, error="Traceback", outputs={"text": "Traceback"}
    )
    step = taken(ended)[0]
    assert step is not None
    assert step.state == state
    assert step.output == ("Traceback" if state == "done" else "")


def test_tool_output_is_one_short_line() -> None:
    step = taken(
        node("node_finished", "Tool", "tool", status="succeeded", outputs={"text": "a\n b" + "c" * 500})
    )[0]
    assert step is not None
    assert step.output.startswith("a bccc")
    assert len(step.output) == 200
    assert step.output.endswith("…")


@pytest.mark.parametrize(
    "node_type",
    ["start", "end", "answer", "if-else", "template-transform", "variable-aggregator", "assigner"],
)
def test_unimportant_node_is_left_out(node_type: str) -> None:
    assert taken(
        node("node_started", "N", node_type), node("node_finished", "N", node_type, status="succeeded")
    ) == [None, None]


@pytest.mark.parametrize(("kind", "inner"), [("iteration", "iteration_id"), ("loop", "loop_id")])
def test_loop_is_one_step_that_counts_its_rounds(kind: str, inner: str) -> None:
    def event(what: str, **data: Any) -> Raw:
        return flow(f"{kind}_{what}", id="it", node_id="it", title="Each page", node_type=kind, **data)

    inside: dict[str, Any] = {inner: "it"}
    assert taken(
        event("started"),
        event("next", index=0),
        node("node_started", "LLM", **inside),
        node("node_finished", "LLM", status="succeeded", **inside),
        event("next", index=1),
        event("next", index=0),
        event("completed", status="succeeded", steps=3),
    ) == [
        Step("it", "Each page", "running"),
        Step("it", "Each page", "running", rounds=1),
        None,
        None,
        Step("it", "Each page", "running", rounds=2),
        None,
        Step("it", "Each page", "done", rounds=3),
    ]


def test_failed_loop_keeps_its_count() -> None:
    raws = [
        flow("loop_started", id="l", title="Try"),
        flow("loop_next", id="l", title="Try", index=4),
        flow("loop_completed", id="l", title="Try", status="failed", steps=None),
    ]
    assert taken(*raws)[-1] == Step("l", "Try", "failed", rounds=5)


def test_agent_log_gives_rounds_and_tool_calls() -> None:
    def log(key: str, label: str, status: str, **data: Any) -> Raw:
        return flow("agent_log", id=key, label=label, status=status, **data)

    assert taken(
        log("1", "ROUND 1", "start"),
        log("2", "CALL search", "start", parent_id="1"),
        log("2", "CALL search", "success", parent_id="1", error=None),
        log("3", "CALL mail", "success", parent_id="1", error="Traceback"),
        log("1", "ROUND 1", "success"),
    ) == [
        Step("1", "ROUND 1", "running", "log"),
        Step("2", "search", "running", "tool", parent="1"),
        Step("2", "search", "done", "tool", parent="1"),
        Step("3", "mail", "failed", "tool", parent="1"),
        Step("1", "ROUND 1", "done", "log"),
    ]


@pytest.mark.parametrize("inner", ["iteration_id", "loop_id"])
def test_agent_log_inside_a_loop_is_folded_with_the_loop(inner: str) -> None:
    inside: dict[str, Any] = {inner: "it"}
    assert taken(
        node("node_started", "Agent", "agent", **inside),
        flow("agent_log", id="1", label="ROUND 1", status="start", node_execution_id="x-Agent", node_id="n"),
        flow("agent_log", id="2", label="CALL a", status="start", node_id="Agent", parent_id="1"),
        flow("agent_log", id="3", label="CALL b", status="start", node_execution_id="other", node_id="o"),
    ) == [None, None, None, Step("3", "b", "running", "tool")]


def test_retried_node_is_running_again() -> None:
    steps = Steps()
    taken(node("node_started", "A"), steps=steps)
    assert taken(node("node_finished", "A", status="failed"), steps=steps) == [Step("x-A", "A", "failed")]
    assert taken(node("node_retry", "A"), steps=steps) == [Step("x-A", "A", "running")]


def test_running_step_ends_with_the_run() -> None:
    steps = Steps()
    taken(
        node("node_started", "A"),
        node("node_started", "B"),
        node("node_finished", "A", status="succeeded"),
        steps=steps,
    )
    assert steps.end("failed") == [Step("x-B", "B", "failed")]
    assert steps.end("failed") == []


def test_step_without_a_title_or_id_is_left_out() -> None:
    assert (
        taken(flow("node_started", title="A"), flow("node_started", id="1"), flow("node_started"))
        == [None] * 3
    )


def test_step_title_is_one_short_line() -> None:
    step = taken(node("node_started", "A\n\nB " + "c" * 300))[0]
    assert step is not None
    assert step.title.startswith("A B c")
    assert len(step.title) == 100


def test_number_of_remembered_steps_is_bounded() -> None:
    steps = Steps()
    for number in range(MOST_OPEN + 50):
        assert taken(node("node_started", f"A {number}"), steps=steps) != [None]
    assert len(steps.end("done")) == MOST_OPEN
    for number in range(MOST_FOLDED):
        assert taken(node("node_started", f"B {number}", iteration_id="it"), steps=steps) == [None]
    assert len(steps._folded) == MOST_FOLDED
