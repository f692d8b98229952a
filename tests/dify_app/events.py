"""Makes raw Dify events with only the members that a test needs (docs/platform/dify.md#app-events)."""

from typing import Any

Raw = dict[str, Any]
CHAT = {"conversation_id": "c-1", "message_id": "m-1", "task_id": "t-1", "created_at": 1}


def message(text: str, name: str = "message", **more: Any) -> Raw:
    return {"event": name, **CHAT, "id": "m-1", "answer": text, **more}


def message_end(*resources: Raw, files: list[Raw] | None = None, **more: Any) -> Raw:
    metadata = {
        "annotation_reply": None,
        "retriever_resources": list(resources),
        "usage": {"total_price": "0.1"},
    }
    return {"event": "message_end", **CHAT, "id": "m-1", "metadata": metadata, "files": files, **more}


def flow(name: str, *, chat: bool = False, **data: Any) -> Raw:
    return {"event": name, **(CHAT if chat else {}), "workflow_run_id": "r-1", "data": data}


def started(*, chat: bool = False) -> Raw:
    return flow("workflow_started", chat=chat, id="r-1", inputs={}, reason="initial")


def node(name: str, title: str, node_type: str = "llm", *, chat: bool = False, **data: Any) -> Raw:
    return flow(name, chat=chat, id=f"x-{title}", node_id=title, title=title, node_type=node_type, **data)


def chunk(text: str, selector: list[str] | None = None) -> Raw:
    return flow("text_chunk", text=text, from_variable_selector=selector)


def finished(
    outputs: Raw | None = None,
    status: str = "succeeded",
    *,
    chat: bool = False,
    files: list[Raw] | None = None,
) -> Raw:
    return flow(
        "workflow_finished", chat=chat, status=status, outputs=outputs or {}, error=None, files=files or []
    )


def error(code: str = "invalid_param", text: str = "Run failed: secret") -> Raw:
    return {"event": "error", "conversation_id": "c-1", "code": code, "status": 400, "message": text}
