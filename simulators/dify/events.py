"""Dify's event dicts, mode by mode (docs/platform/dify.md#app-events, docs/platform/dify.md#event-orders). No I/O.

A Run says what happened, these say how it looks.
"""

import json
import time
import uuid
from dataclasses import dataclass, field
from typing import Any

Event = dict[str, Any]
TEXT_EVENT = {
    "chat": "message",
    "agent-chat": "agent_message",
    "agent": "agent_message",
    "advanced-chat": "message",
    "completion": "message",
    "workflow": "text_chunk",
}
USAGE = {
    "prompt_tokens": 12,
    "prompt_unit_price": "0.001",
    "prompt_price_unit": "0.001",
    "prompt_price": "0.0000120",
    "completion_tokens": 34,
    "completion_unit_price": "0.002",
    "completion_price_unit": "0.001",
    "completion_price": "0.0000680",
    "total_tokens": 46,
    "total_price": "0.0000800",
    "currency": "USD",
    "latency": 1.234,
}


@dataclass(slots=True)
class Run:
    """What one run of an app knows about itself while it speaks."""

    mode: str
    conversation_id: str
    inputs: dict[str, Any]
    message_id: str = field(default_factory=lambda: str(uuid.uuid4()))
    task_id: str = field(default_factory=lambda: str(uuid.uuid4()))
    workflow_run_id: str = field(default_factory=lambda: str(uuid.uuid4()))
    created_at: int = field(default_factory=lambda: int(time.time()))
    text: str = ""
    nodes: dict[str, str] = field(default_factory=dict)
    thoughts: dict[str, tuple[str, int]] = field(default_factory=dict)
    sources: list[Event] = field(default_factory=list)
    files: list[Event] = field(default_factory=list)
    outputs: dict[str, Any] | None = None
    own_nodes: bool = False
    false_failure: bool = True
    finished: Event | None = None  # its workflow_finished

    @property
    def flows(self) -> bool:
        """Whether it runs a workflow."""
        return self.mode in {"advanced-chat", "workflow"}


def envelope(run: Run, name: str) -> Event:
    """The members that every event of the mode has."""
    event: Event = {"event": name}
    if run.mode in {"chat", "agent-chat", "advanced-chat", "agent"}:
        event |= {"conversation_id": run.conversation_id}
    if run.mode != "workflow":
        event |= {"message_id": run.message_id, "created_at": run.created_at}
    if name != "error":
        event["task_id"] = run.task_id
    return event


def flow_event(run: Run, name: str, data: Event) -> Event:
    """A workflow-type event: its run's id on top (agent_log has none), its body in `data`."""
    top = {} if name == "agent_log" else {"workflow_run_id": run.workflow_run_id}
    return envelope(run, name) | top | {"data": data}


def text_members(run: Run) -> tuple[Event, str]:
    """The event of a text delta without its text, and the path of the text in it, for encoding it once."""
    name = TEXT_EVENT[run.mode]
    if run.mode == "workflow":
        return flow_event(run, name, {"from_variable_selector": ["llm", "text"]}), "data.text"
    body = envelope(run, name) | {"id": run.message_id}
    if run.mode == "advanced-chat":
        body["from_variable_selector"] = ["llm", "text"]
    return body, "answer"


def opening(run: Run, *, own_thoughts: bool = False) -> list[Event]:
    """What comes before anything a script says; `own_thoughts`.

    The script brings an agent's thoughts itself.
    """
    if run.mode == "agent-chat" and not own_thoughts:
        return [agent_thought(run, {"thought": "", "tool": "", "tool_input": "", "observation": ""})]
    if not run.flows:
        return []
    started = {
        "id": run.workflow_run_id,
        "workflow_id": "wf-1",
        "inputs": run.inputs,
        "created_at": run.created_at,
    }
    return [
        flow_event(run, "workflow_started", started | {"reason": "initial"}),
        node_event(run, {"state": "started", "title": "Start", "node_type": "start"}),
        node_event(run, {"state": "finished", "title": "Start", "node_type": "start"}),
        *model_node(run, {"state": "started"}),
    ]


def closing(run: Run) -> list[Event]:
    """What ends a run that succeeded; chatflow: message_end, then workflow_finished."""
    if run.mode in {"agent-chat", "agent"}:
        thought = {"thought": run.text, "tool": "", "tool_input": "", "observation": ""}
        whole = [whole_message(run, run.text)] if run.mode == "agent" else []
        return [agent_thought(run, thought), *whole, message_end(run)]
    if not run.flows:
        return [message_end(run)]
    nodes = [*model_node(run, {"state": "finished", "outputs": {"text": run.text}}), *answer_nodes(run)]
    if run.mode == "workflow":
        return [*nodes, workflow_finished(run, "succeeded")]
    return [*nodes, message_end(run), workflow_finished(run, "succeeded")]


def model_node(run: Run, step: Event) -> list[Event]:
    """The node that speaks, unless the script brings its own."""
    return [] if run.own_nodes else [node_event(run, step | {"title": "LLM", "node_type": "llm"})]


def answer_nodes(run: Run) -> list[Event]:
    """The last node: Answer in a chatflow, End in a workflow."""
    kind = "end" if run.mode == "workflow" else "answer"
    name = {"title": kind.capitalize(), "node_type": kind}
    return [node_event(run, {"state": state, **name}) for state in ("started", "finished")]


def message_end(run: Run) -> Event:
    """The end of an answer, with its metadata."""
    metadata = {"annotation_reply": None, "retriever_resources": run.sources, "usage": USAGE}
    return envelope(run, "message_end") | {
        "id": run.message_id,
        "metadata": metadata,
        "files": run.files or None,
    }


def workflow_finished(run: Run, status: str, error: str | None = None) -> Event:
    """The end of a workflow run."""
    name = "answer" if run.mode == "advanced-chat" else "text"
    outputs = run.outputs if run.outputs is not None else {name: run.text}
    data = {
        "id": run.workflow_run_id,
        "workflow_id": "wf-1",
        "status": status,
        "outputs": outputs if status in {"succeeded", "partial-succeeded"} else {},
        "error": error,
        "elapsed_time": 1.5,
        "total_tokens": 46,
        "total_steps": 3,
        "created_by": {"id": "DEFAULT-USER", "user": "DEFAULT-USER"},
        "created_at": run.created_at,
        "finished_at": int(time.time()),
        "exceptions_count": 0,
        "files": run.files,
    }
    return flow_event(run, "workflow_finished", data)


def failing(run: Run, message: str) -> list[Event]:
    """A failed run: chatflow workflow_finished, then error; workflow only the first.

    Others only the second.
    """
    error = error_event(run, "invalid_param", f"Run failed: {message}", 400)
    if run.mode == "workflow":
        return [workflow_finished(run, "failed", message)]
    if run.mode == "advanced-chat":
        return [workflow_finished(run, "failed", message), error]
    return [error_event(run, "completion_request_error", message, 400)]


def error_event(run: Run, code: str, message: str, status: int) -> Event:
    """The in-band error (docs/platform/dify.md#errors-in-the-stream)."""
    return envelope(run, "error") | {"code": code, "message": message, "status": status}


def pausing(run: Run, step: Event) -> list[Event]:
    """Forms for persons to fill, and the end of this stream (1.13 and later). `also` are further forms' steps."""
    return waiting(run, [form_of(one) for one in (step, *step.get("also", ()))])


def form_of(step: Event) -> Event:
    """A form as an event carries it; Dify's ids are UUIDs and its tokens random."""
    return {
        "form_id": step.get("form_id") or str(uuid.uuid4()),
        "node_id": "human",
        "node_title": step["title"],
        "form_content": step["form"],
        "inputs": step.get("inputs", []),
        "actions": step.get("actions", [{"id": "ok", "title": "OK", "button_style": "primary"}]),
        "display_in_ui": step.get("display_in_ui", True),
        "form_token": step.get("form_token", f"token-{uuid.uuid4().hex[:16]}"),
        "resolved_default_values": step.get("defaults", {}),
        "expiration_time": int(time.time()) + 3600,
    }


def waiting(run: Run, forms: list[Event]) -> list[Event]:
    """The events of these forms, and the one that says that the run waits for them."""
    data = {
        "workflow_run_id": run.workflow_run_id,
        "paused_nodes": ["human"],
        "outputs": {},
        "reasons": [
            {"TYPE": "human_input_required", "node_id": "human", "form_id": form["form_id"]} for form in forms
        ],
        "status": "paused",
        "created_at": run.created_at,
        "elapsed_time": 0.5,
        "total_tokens": 0,
        "total_steps": 2,
    }
    asked = [flow_event(run, "human_input_required", form) for form in forms]
    return [*asked, flow_event(run, "workflow_paused", data)]


def form_filled(run: Run, form: Event, answer: Event) -> Event:
    """Somebody answered the form (docs/platform/dify.md#human-input-events)."""
    titles = {action["id"]: action["title"] for action in form["actions"]}
    data = {
        "node_id": form["node_id"],
        "node_title": form["node_title"],
        "rendered_content": form["form_content"],
        "action_id": answer["action"],
        "action_text": titles[answer["action"]],
        "submitted_data": answer["inputs"],
    }
    return flow_event(run, "human_input_form_filled", data)


def form_timeout(run: Run, form: Event) -> Event:
    """Nobody answered the form in time."""
    named = {name: form[name] for name in ("node_id", "node_title", "expiration_time")}
    return flow_event(run, "human_input_form_timeout", named)


def preempting(run: Run, text: str) -> list[Event]:
    """An answer of the annotations or of input moderation, before a chatflow runs: its end is a false failure.

    Source: docs/platform/dify-service-api.md#false-failure.
    """
    body, path = text_members(run)
    false = "Workflow stream ended without a terminal event"
    return [
        body | {path: text},
        message_end(run),
        *([workflow_finished(run, "failed", false)] if run.flows and run.false_failure else []),
    ]


def whole_message(run: Run, text: str) -> Event:
    """The whole answer of a New Agent app in one `message`, behind its deltas.

    Source: docs/platform/dify-service-api.md#new-agent-events.
    """
    return envelope(run, "message") | {"id": run.message_id, "answer": text}


def stopping(run: Run) -> list[Event]:
    """Stopped by somebody or by moderation."""
    return [*([workflow_finished(run, "stopped")] if run.flows else []), message_end(run)]


def agent_thought(run: Run, step: Event) -> Event:
    """One thought of an agent; the same tool and input keep their id and position while they fill."""
    key = f"{step['tool']}|{step['tool_input']}"
    thought_id, position = run.thoughts.setdefault(key, (str(uuid.uuid4()), len(run.thoughts) + 1))
    tool = step["tool"]
    return envelope(run, "agent_thought") | {
        "id": thought_id,
        "position": position,
        "thought": step["thought"],
        "observation": step["observation"],
        "tool": tool,
        "tool_labels": {tool: {"en_US": tool}} if tool else {},
        "tool_input": step["tool_input"],
        "message_files": step.get("message_files", []),
    }


def node_event(run: Run, step: Event) -> Event:
    """node_started, node_finished or node_retry."""
    title = step["title"]
    node_id = run.nodes.setdefault(title, str(len(run.nodes) + 1))
    data = {
        "id": f"{run.workflow_run_id[:8]}-{node_id}",
        "node_id": node_id,
        "node_type": step.get("node_type", "llm"),
        "title": title,
        "index": int(node_id),
        "predecessor_node_id": str(int(node_id) - 1) if node_id != "1" else None,
        "inputs": step.get("inputs"),
        "inputs_truncated": False,
        "created_at": int(time.time()),
        "extras": {},
        "iteration_id": step.get("iteration_id"),
        "loop_id": None,
        "agent_strategy": None,
    }
    if step["state"] != "started":
        data |= {
            "process_data": None,
            "outputs": step.get("outputs"),
            "status": step.get("status", "succeeded"),
            "error": step.get("error"),
            "elapsed_time": 0.2,
            "execution_metadata": None,
            "finished_at": int(time.time()),
            "files": [],
        }
    if step["state"] == "retry":
        data["retry_index"] = step.get("retry_index", 1)
    return flow_event(run, f"node_{step['state']}", data)


def agent_log(run: Run, step: Event) -> Event:
    """What an agent node does inside."""
    data = {
        "node_execution_id": run.workflow_run_id,
        "id": step["step"],
        "label": step["label"],
        "parent_id": step["parent"],
        "error": step["data"].pop("error", None) if step["data"] else None,
        "status": step["status"],
        "data": step["data"],
        "metadata": {},
        "node_id": "agent",
    }
    return flow_event(run, "agent_log", data)


def iteration(run: Run, step: Event) -> Event:
    """iteration_* and loop_*."""
    node_id = run.nodes.setdefault(step["title"], str(len(run.nodes) + 1))
    data = {
        "id": node_id,
        "node_id": node_id,
        "node_type": step["kind"],
        "title": step["title"],
        "index": step.get("index", 0),
        "created_at": int(time.time()),
        "inputs": {},
        "extras": {},
    }
    if step["state"] == "completed":
        data |= {
            "outputs": {},
            "status": "succeeded",
            "error": None,
            "steps": step["steps"],
            "total_tokens": 0,
        }
    return flow_event(run, f"{step['kind']}_{step['state']}", data)


def reasoning(run: Run, step: Event) -> Event:
    """A chunk of separated reasoning."""
    ids = {"message_id": run.message_id} if run.mode == "advanced-chat" else {}
    data = ids | {"reasoning": step["text"], "node_id": "llm", "is_final": step["final"]}
    return flow_event(run, "reasoning_chunk", data)


def resource(position: int, name: str, url: str | None, content: str) -> Event:
    """One retriever_resource."""
    document = f"doc-{name}"
    return {
        "position": position,
        "dataset_id": "dataset-1",
        "dataset_name": "Handbook",
        "document_id": document,
        "document_name": name,
        "data_source_type": "website_crawl" if url else "upload_file",
        "segment_id": f"segment-{position}",
        "retriever_from": "api",
        "score": 0.9,
        "hit_count": 1,
        "word_count": 100,
        "segment_position": position,
        "index_node_hash": "hash",
        "content": content,
        "page": None,
        "doc_metadata": {"source": url} if url else None,
        "title": name,
        "files": None,
        "summary": None,
        **({"url": url} if url else {}),
    }


def blocking(run: Run) -> Event:
    """The one dict of response_mode "blocking" (docs/platform/dify.md#blocking-calls)."""
    if run.mode == "workflow":
        data = workflow_finished(run, "succeeded")["data"]
        return {"task_id": run.task_id, "workflow_run_id": run.workflow_run_id, "data": data}
    body = envelope(run, "message") | {"id": run.message_id, "mode": run.mode, "answer": run.text}
    return body | {"metadata": message_end(run)["metadata"]}


def encode_around(body: Event, path: str) -> tuple[bytes, bytes]:
    """Encode an event with a hole for a JSON string: what stands before it and after it."""
    hole = "\x00hole\x00"
    filled = json.loads(json.dumps(body))
    *outer, last = path.split(".")
    target = filled
    for name in outer:
        target = target[name]
    target[last] = hole
    before, after = json.dumps(filled, separators=(",", ":")).encode().split(json.dumps(hole).encode())
    return before, after
