"""Progress: nodes, tool calls, agent logs and iterations as steps with a state (docs/platform/dify.md#app-events)."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from cachetools import LRUCache

from dify_app.answer import Step, StepKind, StepState
from json_fields import count_of, mapping_of, parsed, text_of
from plain_text import one_line

_LONGEST_TITLE = 100  # characters
_LONGEST_OUTPUT = 200
MOST_OPEN, MOST_FOLDED = 1_000, 10_000
"""How many running steps and ids of folded nodes are remembered; a loop in an app may produce any number of both."""
_NOISE = frozenset(
    {
        "start",
        "end",
        "answer",
        "if-else",
        "template-transform",
        "variable-aggregator",
        "variable-assigner",
        "assigner",
        "iteration-start",
        "loop-start",
        "loop-end",
        "human-input",
    }
)
_DONE = frozenset({"succeeded", "success"})
_FAILED = frozenset({"failed", "exception", "stopped", "error"})
# The text by which Dify's agents report a tool that failed ([A] core/tools/tool_engine.py).
_TOOL_FAILURES = (
    "tool invoke error",
    "tool parameters validation error",
    "there is not a tool named",
    "unknown error",
)


class Steps:
    """All steps of one run. Tools' names are shown in the language `locale`, such as ja_JP."""

    def __init__(self, locale: str = "en_US") -> None:
        self._locale = locale
        self._running: dict[str, Step] = {}
        # Ids of nodes inside of an iteration or a loop, and of their runs.
        self._folded: LRUCache[str, bool] = LRUCache(MOST_FOLDED)

    def take(self, event: Mapping[str, Any]) -> Step | None:
        """The step that this event starts, changes or ends; None for other events, unimportant and folded nodes."""
        data = mapping_of(event, "data")
        match str(event.get("event")).rpartition("_"):
            case ("node", _, "started" | "retry" | "finished" as what):
                return self._node(data, _state(data, "done") if what == "finished" else "running")
            case ("iteration" | "loop", _, "started" | "next" | "completed" as what):
                return self._rounds(data, what)
            case ("agent", _, "thought"):
                return self._tool(event)
            case ("agent", _, "log"):
                return self._log(data)
        return None

    def end(self, state: StepState) -> list[Step]:
        """The steps that were still running when the run ended."""
        left = [replace(step, state=state) for step in self._running.values()]
        self._running.clear()
        return left

    def _node(self, data: Mapping[str, Any], state: StepState) -> Step | None:
        if data.get("iteration_id") or data.get("loop_id"):
            for key in {text_of(data, "id"), text_of(data, "node_id")} - {""}:
                self._folded[key] = True
            return None
        node_type = text_of(data, "node_type")
        if node_type in _NOISE:
            return None
        # A model's text is the answer itself, and other nodes have no output to show.
        said = text_of(mapping_of(data, "outputs"), "text") if node_type == "tool" else ""
        key, output = text_of(data, "id", "node_id"), one_line(said, _LONGEST_OUTPUT)
        return self._step(Step(key, text_of(data, "title"), state, "node", output))

    def _rounds(self, data: Mapping[str, Any], what: str) -> Step | None:
        """An iteration's step. `next` has the index (from 0) of the round that begins; `completed` has their number."""
        begun = (count_of(data, "index") or 0) + 1
        rounds = {"next": begun, "completed": count_of(data, "steps") or 0}.get(what, 0)
        state = _state(data, "done") if what == "completed" else "running"
        return self._step(Step(text_of(data, "id", "node_id"), text_of(data, "title"), state, rounds=rounds))

    def _tool(self, event: Mapping[str, Any]) -> Step | None:
        """An agent's tool call; it is running until its result is observed. None for a thought without a tool."""
        names = [name for name in text_of(event, "tool").split(";") if name.strip()]
        if not names:
            return None
        labels = mapping_of(event, "tool_labels")
        title = ", ".join(text_of(mapping_of(labels, name), self._locale, "en_US") or name for name in names)
        observation = text_of(event, "observation")
        output = _observed(observation)
        state: StepState = "done" if observation else "running"
        if output.lower().startswith(_TOOL_FAILURES):
            state = "failed"
        return self._step(Step(text_of(event, "id"), title, state, "tool", output))

    def _log(self, data: Mapping[str, Any]) -> Step | None:
        """An entry of an agent node's log; the entry ends at the latest with its node."""
        if any(text_of(data, name) in self._folded for name in ("node_execution_id", "node_id")):
            return None
        state = "failed" if text_of(data, "error") else _state(data, "running")
        label = text_of(data, "label")
        kind: StepKind = "tool" if label.startswith("CALL ") else "log"
        parent = text_of(data, "parent_id")
        return self._step(Step(text_of(data, "id"), label.removeprefix("CALL "), state, kind, parent=parent))

    def _step(self, step: Step) -> Step | None:
        """The step as it is shown; None if nothing changed or the step cannot be shown."""
        before = self._running.get(step.id)
        title = one_line(step.title, _LONGEST_TITLE) or (before.title if before else "")
        if not step.id or not title:
            return None
        output = step.output if step.state == "done" else ""
        rounds = max(step.rounds, before.rounds if before else 0)
        step = replace(step, title=title, output=output, rounds=rounds)
        if step == before:
            return None
        self._running.pop(step.id, None)
        if step.state == "running" and len(self._running) < MOST_OPEN:
            self._running[step.id] = step
        return step


def _state(data: Mapping[str, Any], otherwise: StepState) -> StepState:
    status = text_of(data, "status")
    if status in _FAILED:
        return "failed"
    return "done" if status in _DONE else otherwise


def _observed(observation: str) -> str:
    """The result of a tool as one line: it is plain text, or JSON that maps a tool's name to its text."""
    found = parsed(observation)
    if isinstance(found, dict) and len(found) == 1 and isinstance(only := next(iter(found.values())), str):
        observation = only
    return one_line(observation, _LONGEST_OUTPUT)
