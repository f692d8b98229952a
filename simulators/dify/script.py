"""What an app will say: steps, as plain JSON so that they travel over the control API.

A step is a dict. `after` is the wait before it, in design seconds (default 0). The rest is one of

    {"text": "..."}                 a piece of the answer, in the event that the app's mode uses for it
    {"event": {...}}                any event; the envelope of the mode is added (`"bare": true`: not)
    {"do": name, ...}               one of the acts below

In texts `{query}`, `{conversation_id}` and `{inputs}` stand for what the invocation brought. Every function
here gives a list of steps; a script is their sum: `say("Hello") + wait(2) + sources(("Manual", None))`.
The beginning and the end that belong to the mode (docs/platform/dify.md#event-orders) are added by themselves.
"""

from itertools import pairwise
from typing import Any

Step = dict[str, Any]
Steps = list[Step]


def say(text: str, seconds: float = 0.0, per_second: float = 20.0, *, after: float = 0.0) -> Steps:
    """Stream a text over `seconds` with `per_second` events; 0 seconds: in one event."""
    count = max(1, round(seconds * per_second))
    cuts = [len(text) * n // count for n in range(count + 1)]
    gap = seconds / count
    pieces = [text[a:b] for a, b in pairwise(cuts)]
    steps: Steps = [{"text": piece, "after": gap if n else after} for n, piece in enumerate(pieces)]
    return [*steps, {"do": "wait", "after": gap}] if count > 1 else steps


def pieces(*texts: str, gap: float = 0.0, after: float = 0.0) -> Steps:
    """Send these deltas exactly, `gap` seconds apart."""
    return [{"text": text, "after": gap if n else after} for n, text in enumerate(texts)]


def wait(seconds: float) -> Steps:
    """Send nothing for a while."""
    return [{"do": "wait", "after": seconds}]


def event(body: dict[str, Any], *, after: float = 0.0, bare: bool = False) -> Steps:
    """Send any event; its `data` and other members go over the mode's envelope."""
    return [{"event": body, "after": after, "bare": bare}]


def act(name: str, *, after: float = 0.0, **arguments: Any) -> Steps:
    """Any act by its name."""
    return [{"do": name, "after": after, **arguments}]


def replace(text: str, reason: str = "output_moderation", *, after: float = 0.0) -> Steps:
    """Send message_replace: this is the whole answer so far."""
    return act("replace", text=text, reason=reason, after=after)


def file(url: str, kind: str = "image", *, belongs_to: str = "assistant", after: float = 0.0) -> Steps:
    """Send message_file with a url (chatbot, agent)."""
    return act("file", url=url, kind=kind, belongs_to=belongs_to, after=after)


def file_text(text: str, *, after: float = 0.0) -> Steps:
    """Send a text delta under the name message_file (the quirk of docs/platform/dify.md#message-file-events)."""
    return act("file_text", text=text, after=after)


def end_files(*files: dict[str, Any]) -> Steps:
    """Name the files of message_end and of workflow_finished."""
    return act("end_files", files=list(files))


def sources(*items: tuple[str, str | None], content: str = "chunk") -> Steps:
    """Name the retriever_resources of message_end: (document name, url or None)."""
    return act("sources", items=[list(item) for item in items], content=content)


def whole_message(text: str, *, after: float = 0.0) -> Steps:
    """Send `message` with the whole answer, as a New Agent app does behind its `agent_message` deltas."""
    return act("whole_message", text=text, after=after)


def outputs(values: dict[str, Any]) -> Steps:
    """Set the outputs of workflow_finished; without it they are the text that was said."""
    return act("outputs", values=values)


def thought(
    tool: str = "", tool_input: str = "", observation: str = "", thought: str = "", *, after: float = 0.0
) -> Steps:
    """One agent_thought; a second one for the same position fills the first (position counts by tool)."""
    arguments = {"tool": tool, "tool_input": tool_input, "observation": observation, "thought": thought}
    return act("thought", after=after, **arguments)


def node(
    title: str, node_type: str = "llm", *, seconds: float = 0.0, status: str = "succeeded", **more: Any
) -> Steps:
    """A node that starts, takes `seconds` and finishes; `inside` are steps between the two."""
    inside: Steps = more.pop("inside", [])
    name: Step = {"title": title, "node_type": node_type}
    begin = act(
        "node", state="started", **name, **{k: v for k, v in more.items() if k in {"inputs", "after"}}
    )
    rest = {k: v for k, v in more.items() if k != "after"}
    return begin + inside + act("node", state="finished", status=status, after=seconds, **name, **rest)


def own_nodes() -> Steps:
    """All nodes between the first and the last are the script's: no node LLM goes around what it says."""
    return act("own_nodes")


def agent_log(
    label: str,
    status: str = "start",
    *,
    step: str = "",
    parent: str | None = None,
    after: float = 0.0,
    **data: Any,
) -> Steps:
    """One agent_log of an agent node; the same `step` again changes its status (start, success, error)."""
    return act(
        "agent_log", label=label, status=status, step=step or label, parent=parent, data=data, after=after
    )


def iteration(title: str, rounds: int = 3, *, kind: str = "iteration", gap: float = 0.0) -> Steps:
    """iteration_started, next and completed; `kind` may be loop."""
    steps = act("iteration", kind=kind, state="started", title=title)
    for index in range(1, rounds):
        steps += act("iteration", kind=kind, state="next", title=title, index=index, after=gap)
    return steps + act("iteration", kind=kind, state="completed", title=title, steps=rounds, after=gap)


def reasoning(text: str, *, final: bool = False, after: float = 0.0) -> Steps:
    """A reasoning_chunk (Dify 1.15 and later)."""
    return act("reasoning", text=text, final=final, after=after)


# What ends a script; nothing after it is sent, but for the rest of a paused run.


def refuse(
    status: int = 400, message: str = "", code: str = "invalid_param", *, html: str = "", after: float = 0.0
) -> Steps:
    """Answer before the stream, by Dify's JSON or by an HTML page (docs/platform/dify.md#errors-before-the-stream).

    Only as a first step.
    """
    return act("refuse", status=status, message=message, code=code, html=html, after=after)


def error(
    code: str = "completion_request_error", message: str = "", status: int = 400, *, after: float = 0.0
) -> Steps:
    """Send the in-band error event (docs/platform/dify.md#errors-in-the-stream)."""
    return act("error", code=code, message=message, status=status, after=after)


def error_frame(message: str, *, after: float = 0.0) -> Steps:
    """Send `{"error": message}` (docs/platform/dify.md#error-frames)."""
    return act("error_frame", message=message, after=after)


def fail(message: str, *, after: float = 0.0) -> Steps:
    """End as a failed run: workflow_finished(failed), and `error` after it in a chatflow."""
    return act("fail", message=message, after=after)


def preempt(text: str, *, after: float = 0.0) -> Steps:
    """End with an answer of the annotations or of input moderation, and a chatflow's false failure behind it."""
    return act("preempt", text=text, after=after)


def stop(*, after: float = 0.0) -> Steps:
    """workflow_finished(stopped), then message_end."""
    return act("stop", after=after)


def pause(form: str = "Please confirm.", title: str = "Confirm", *, after: float = 0.0, **more: Any) -> Steps:
    """human_input_required, workflow_paused, end of the stream without message_end.

    What stands behind is played once the form is answered. `more`: inputs, actions, defaults, and `also`, further
    forms of the same pause, each a dict of `form`, `title` and the same.
    """
    return act("pause", form=form, title=title, after=after, **more)


def drop(at: str = "frame", *, after: float = 0.0) -> Steps:
    """Close the connection: `frame` (two bytes into one), `header`, `data`, `between` or `reset` (by RST)."""
    return act("drop", at=at, after=after)


def clean_end(*, after: float = 0.0) -> Steps:
    """End the HTTP body properly, without a terminal event."""
    return act("clean_end", after=after)


def silence() -> Steps:
    """Never send anything more; the connection stays open until the client leaves."""
    return act("silence")


# Endings before which a script may have said nothing at all: then the mode's first events are not sent either.
MUTE_ENDINGS = frozenset({"refuse", "silence", "clean_end", "drop", "error_frame", "preempt"})
ENDINGS = MUTE_ENDINGS | {"error", "fail", "stop", "pause"}
ACTS = ENDINGS | {
    "wait",
    "own_nodes",
    "replace",
    "file",
    "file_text",
    "end_files",
    "sources",
    "outputs",
    "thought",
    "node",
    "agent_log",
    "iteration",
    "reasoning",
    "whole_message",
}
ECHO: Steps = [{"text": "You said: "}, {"text": "{query}"}]
