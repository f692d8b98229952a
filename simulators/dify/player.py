"""Plays a script to one invocation: waits, encodes, sends, in few operations per event."""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from clock import Clock
from simulators.dify import events
from simulators.dify.apps import Refused
from simulators.dify.events import Run
from simulators.dify.frames import Framed, Wire
from simulators.dify.invocations import Invocation
from simulators.dify.script import ACTS, MUTE_ENDINGS, Step, Steps
from simulators.dify.stopping import Stop
from simulators.http1.server import Exchange

SAVES = 2.0
"""Design seconds in which a reverse invocation's message is stored as paused."""
FOR_EVER = 3600.0
UNENDED = "unended"
"""The outcome of a run that is over and whose stream nobody ends (docs/platform/dify-service-api.md#false-failure)."""
STREAM_HEAD = [("Server", "gunicorn"), ("Content-Type", "text/event-stream")]


class Ended(Exception):
    """The script ended the stream in its own way."""

    def __init__(self, outcome: str = "done") -> None:
        super().__init__(outcome)
        self.outcome = outcome


@dataclass(frozen=True, slots=True)
class Compiled:
    """A script made ready: its texts are encoded once, for all its runs. `opens`: the mode's first events are sent."""

    steps: tuple[tuple[float, bytes, Step], ...]
    own_thoughts: bool
    own_nodes: bool
    opens: bool


def compile_script(steps: Steps) -> Compiled:
    """Encode the texts that need nothing from the invocation; ValueError for an act that there is not."""
    acts = {step["do"] for step in steps if "do" in step}
    if unknown := acts - ACTS:
        raise ValueError(f"no such act: {', '.join(sorted(unknown))}")
    ready = tuple((float(step.get("after", 0)), _encoded(step), step) for step in steps)
    speaks = any(step.get("do", "text") not in MUTE_ENDINGS | {"wait"} for step in steps)
    opens = speaks or not acts & MUTE_ENDINGS
    return Compiled(ready, "thought" in acts, "own_nodes" in acts, opens)


def _encoded(step: Step) -> bytes:
    text = "{" if "do" in step or "event" in step else step["text"]
    return b"" if "{" in text else json.dumps(text).encode()


type Pauses = Callable[[list[dict[str, Any]], Compiled], None]
"""Is told the events of a pause and the rest of the script, before the events are sent."""


class Player:
    """One invocation being answered. Raises gevent.GreenletExit when its client leaves.

    The caller kills it.
    """

    def __init__(
        self,
        exchange: Exchange,
        run: Run,
        record: Invocation,
        clock: Clock,
        wire: Wire | None = None,
        stopped: Stop | None = None,
        pauses: Pauses | None = None,
    ) -> None:
        self._pauses = pauses
        self._wire = wire or Framed()
        self._stopped = stopped or Stop()
        self._exchange = exchange
        self._run = run
        self._record = record
        self._clock = clock
        self._pending: list[bytes] = []
        self._texts = record.texts
        body, path = events.text_members(run)
        self._before, self._after = events.encode_around(body, path)
        self._acts: dict[str, Callable[[Step], None]] = {
            "wait": lambda _: None,
            "own_nodes": lambda _: None,
            "replace": self._replace,
            "file": self._file,
            "file_text": self._file_text,
            "end_files": lambda step: run.files.extend(step["files"]),
            "sources": self._sources,
            "outputs": self._outputs,
            "thought": lambda step: self.send(events.agent_thought(run, step)),
            "node": lambda step: self.send(events.node_event(run, step)),
            "agent_log": lambda step: self.send(events.agent_log(run, step)),
            "iteration": lambda step: self.send(events.iteration(run, step)),
            "whole_message": lambda step: self.send(events.whole_message(run, step["text"])),
            "reasoning": lambda step: self.send(events.reasoning(run, step)),
            "refuse": self._refuse,
            "error": self._error,
            "error_frame": self._error_frame,
            "fail": lambda step: self._last(events.failing(run, step["message"])),
            "preempt": self._preempt,
            "stop": lambda _: self._last(events.stopping(run)),
            "drop": self._drop,
            "clean_end": lambda _: self._last([]),
            "silence": lambda _: self._silence(),
        }

    def play(self, script: Compiled) -> str:
        """Send everything; give the outcome for the record."""
        due = self._clock.now()
        try:
            self._run.own_nodes = script.own_nodes
            if script.opens:
                for event in events.opening(self._run, own_thoughts=script.own_thoughts):
                    self.send(event)
            for number, (after, encoded, step) in enumerate(script.steps, 1):
                if after:
                    self.flush()
                    due += after
                    self._stopped.pause(self._clock.wall(max(0.0, due - self._clock.now())))
                if self._stopped.came:
                    self._last(events.stopping(self._finish_text()))
                if encoded:
                    self._text(encoded, step["text"])
                elif step.get("do") == "pause":
                    self._pause(step, replace(script, steps=script.steps[number:], opens=False))
                else:
                    self._step(step)
            self._last(events.closing(self._finish_text()))
        except Ended as end:
            return end.outcome
        return "done"

    def _finish_text(self) -> Run:
        self._run.text = "".join(self._texts)
        return self._run

    def _step(self, step: Step) -> None:
        if "event" in step:
            bare = step.get("bare")
            name = step["event"].get("event", "")
            self.send(step["event"] if bare else events.envelope(self._run, name) | step["event"])
        elif "text" in step and "do" not in step:
            text = self._fill(step["text"])
            self._text(json.dumps(text).encode(), text)
        else:
            self._acts[step["do"]](step)

    def _fill(self, text: str) -> str:
        text = text.replace("{query}", self._record.query).replace(
            "{conversation_id}", self._run.conversation_id
        )
        return text.replace("{inputs}", json.dumps(self._run.inputs)) if "{inputs}" in text else text

    def _text(self, encoded: bytes, text: str) -> None:
        self._texts.append(text)
        self._queue(self._wire.text(self._before, encoded, self._after))

    def send(self, event: dict[str, Any]) -> None:
        """Queue one event; the stream ends behind the last event of its wire."""
        name = str(event.get("event"))
        self._record.kinds[name] = self._record.kinds.get(name, 0) + 1
        if name == "workflow_finished":
            self._run.finished = event
        self._queue(self._wire.event(event))
        if self._run.flows and event.get("event") in self._wire.last:
            self._close()

    def _queue(self, data: bytes) -> None:
        self._record.events += 1
        self._pending.append(data)

    def flush(self) -> None:
        """Send what is queued; the response's head leaves with the first event.

        Source: docs/platform/dify.md#read-time-out.
        """
        if not self._pending:
            return
        if not self._record.first_event:
            self._record.first_event = time.time()
        if not self._exchange.started:
            self._exchange.start(200, STREAM_HEAD)
        if self._texts and not self._record.first_text:
            self._record.first_text = time.time()
        self._exchange.write(b"".join(self._pending))
        self._pending.clear()

    def _last(self, last: list[dict[str, Any]]) -> None:
        for event in last:
            self.send(event)
        self._close()

    def _close(self) -> None:
        self.flush()
        if not self._exchange.started:
            self._exchange.start(200, STREAM_HEAD)
        self._exchange.finish()
        raise Ended

    def _pause(self, step: Step, rest: Compiled) -> None:
        """The stream ends, and the run goes on with the rest of the script once its forms are answered."""
        told = events.pausing(self._run, step)
        if self._pauses is not None:
            self._pauses(told, rest)
        for event in told:
            self.send(event)
        self.flush()
        self._clock.sleep(SAVES)  # docs/platform/dify.md#human-input-events
        self._close()

    def _replace(self, step: Step) -> None:
        self._texts[:] = [step["text"]]
        body = {"answer": step["text"], "reason": step["reason"] if self._run.mode == "advanced-chat" else ""}
        if self._run.mode == "workflow":
            self.send(events.flow_event(self._run, "text_replace", {"text": step["text"]}))
        else:
            self.send(events.envelope(self._run, "message_replace") | body)

    def _file(self, step: Step) -> None:
        body = {
            "id": self._run.message_id,
            "type": step["kind"],
            "belongs_to": step["belongs_to"],
            "url": step["url"],
        }
        self.send(events.envelope(self._run, "message_file") | body)

    def _file_text(self, step: Step) -> None:
        self._texts.append(step["text"])
        self.send(
            events.envelope(self._run, "message_file") | {"id": self._run.message_id, "answer": step["text"]}
        )

    def _sources(self, step: Step) -> None:
        for name, url in step["items"]:
            self._run.sources.append(events.resource(len(self._run.sources) + 1, name, url, step["content"]))

    def _outputs(self, step: Step) -> None:
        self._run.outputs = step["values"]

    def _refuse(self, step: Step) -> None:
        if step["html"]:
            self._exchange.reply(step["status"], step["html"].encode(), [("Content-Type", "text/html")])
        else:
            self._exchange.reply_json(
                step["status"], Refused(step["message"], step["status"], step["code"]).body()
            )
        raise Ended("refused")

    def _error(self, step: Step) -> None:
        self._last([events.error_event(self._run, step["code"], step["message"], step["status"])])

    def _error_frame(self, step: Step) -> None:
        self._queue(self._wire.exception(step["message"]))
        self._last([])

    def _preempt(self, step: Step) -> None:
        for event in events.preempting(self._run, step["text"]):
            self.send(event)
        if self._run.flows and not self._run.false_failure:
            self.flush()
            raise Ended(UNENDED)
        self._close()

    def _drop(self, step: Step) -> None:
        at = step["at"]
        self.flush()
        if not self._exchange.started:
            self._exchange.start(200, STREAM_HEAD)
        whole = self._wire.event(events.envelope(self._run, "message") | {"answer": "never seen whole"})
        cut = {"frame": 2, "header": 9, "data": 40}.get(at, 0)
        self._exchange.write(whole[:cut])
        self._exchange.abort(reset=at == "reset")
        raise Ended("dropped")

    def _silence(self) -> None:
        self.flush()
        while not self._stopped.came:
            self._stopped.pause(FOR_EVER)
        self._last(events.stopping(self._finish_text()))
