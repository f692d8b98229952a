"""Runs of the Service API: where they run, how they wait, what ends them.

Source: docs/platform/dify-service-api.md#workers, #stop-calls and #hanging-up.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import gevent

from clock import Clock
from simulators.dify import events
from simulators.dify.apps import App, Refused, check_input
from simulators.dify.conversations import Conversations
from simulators.dify.end_users import EndUser
from simulators.dify.events import Run
from simulators.dify.forms import Everybody, FlowRuns
from simulators.dify.frames import PING, ServerSent
from simulators.dify.invocations import Invocation, Invocations
from simulators.dify.player import STREAM_HEAD, UNENDED, Compiled, Player
from simulators.dify.scripts import Scripts
from simulators.dify.service_messages import ServiceMessages
from simulators.dify.stopping import Stop
from simulators.dify.uploads import Upload
from simulators.dify.versions import NEWEST, Version
from simulators.http1.server import Exchange

PINGS = 10.0  # design seconds between two keep-alives
IDLE = 300.0  # design seconds without an event, after which the stream of a run that never began ends
FLOWS = {"advanced-chat", "workflow"}


@dataclass(slots=True)
class ServiceState:
    """What calls and runs share."""

    version: Version = NEWEST
    uploads: list[Upload] = field(default_factory=list)


@dataclass(slots=True)
class Task:
    """A run that can be stopped."""

    mode: str
    user: EndUser
    stopped: Stop = field(default_factory=Stop)


class ServiceRuns:
    """All runs. `limit`: how many an app may have at once (0: any number). `workers`: None as in the version."""

    def __init__(
        self,
        clock: Clock,
        state: ServiceState,
        scripts: Scripts,
        conversations: Conversations,
        invocations: Invocations,
        messages: ServiceMessages,
        flows: FlowRuns,
    ) -> None:
        self._flows = flows
        self.limit = 0
        self.workers: int | None = None
        self.tasks: dict[str, Task] = {}
        self.stops: list[dict[str, Any]] = []
        self._busy = 0
        self._open: dict[str, int] = {}
        self._clock = clock
        self._state = state
        self._scripts = scripts
        self._conversations = conversations
        self._invocations = invocations
        self._messages = messages

    def reset(self) -> None:
        """No limit of an app, and the version's own workers."""
        self.limit, self.workers = 0, None
        self.stops.clear()

    def stop(self, task_id: str, user: EndUser) -> None:
        """A chatbot, an agent or a completion app is stopped only by its own end user, a flow by anybody."""
        task = self.tasks.get(task_id)
        works = task is not None and (task.mode in FLOWS or task.user == user)
        self.stops.append({"task_id": task_id, "user": user.session_id, "works": works})
        if task is not None and works:
            task.stopped.set()

    def run(self, exchange: Exchange, app: App, user: EndUser, body: dict[str, Any]) -> None:
        """Run the app and stream what it says. Raises Refused."""
        if self.limit and self._open.get(app.app_id, 0) >= self.limit:
            # Documented as 429; what comes out is this (docs/platform/dify-service-api.md#service-errors).
            raise Refused(
                "Too many requests. Please try again later. The current maximum concurrent requests allowed for "
                f"{app.app_id} is {self.limit}."
            )
        record = self._invocations.begin(body | {"app_id": app.app_id})
        record.via, record.files = "api", list(body.get("files") or [])
        self._open[app.app_id] = self._open.get(app.app_id, 0) + 1
        greenlet: Any = gevent.getcurrent()
        outcome = "cancelled"
        ends = app.mode not in FLOWS and self._state.version.hang_up_ends

        def left() -> None:
            record.left = True
            if ends:
                greenlet.kill(block=False)

        exchange.watch(left)
        try:
            outcome = self._run(exchange, app, user, record)
        except Refused:
            outcome = "refused"
            raise
        except gevent.GreenletExit:
            exchange.gone = True
        finally:
            exchange.unwatch()
            self._open[app.app_id] -= 1
            self._invocations.end(record, outcome)

    def _run(self, exchange: Exchange, app: App, user: EndUser, record: Invocation) -> str:
        script = self._scripts.choose(app.app_id, record.query)
        first = script.steps[0][2].get("do") if script.steps else ""
        if app.mode in FLOWS and first != "refuse":
            return self._flow(exchange, app, user, record, script)
        self._check(app, user, record)
        return self._play(exchange, app, self._begun(app, user, record), user, record, script)

    def _flow(self, exchange: Exchange, app: App, user: EndUser, record: Invocation, script: Compiled) -> str:
        """A chatflow or workflow: a worker runs it, and the stream begins with a ping before the run exists."""
        version = self._state.version
        fault = self._fault(app, user, record)
        foreign = self._is_foreign(app, user, record)
        if foreign and version.foreign == "refused":
            raise Refused("Conversation Not Exists.", 404, "not_found")
        exchange.start(200, STREAM_HEAD)
        exchange.write(PING)
        with self._pings(exchange):
            if (fault and version.bad_input == "pings") or (foreign and version.foreign == "pings"):
                self._idle(exchange)
                return "refused"
            if not self._worker_free():
                exchange.finish()
                return "refused"
            self._busy += 1
            try:
                if fault:
                    run = Run("workflow", "", {})
                    failed = (events.opening(run)[0], events.workflow_finished(run, "failed", str(fault)))
                    exchange.write(b"".join(map(ServerSent().event, failed)))
                    exchange.finish()
                    return "refused"
                outcome = self._play(exchange, app, self._begun(app, user, record), user, record, script)
            finally:
                self._busy -= 1
            if outcome == UNENDED:  # the worker is done, and the stream waits for an event that does not come
                self._idle(exchange)
                return "done"
            return outcome

    def _idle(self, exchange: Exchange) -> None:
        """Nothing but pings until the stream has had no event for too long, or its client leaves; then its end."""
        ends = self._clock.now() + IDLE
        while self._clock.now() < ends and not exchange.gone:
            self._clock.sleep(1.0)
        exchange.finish()

    def _worker_free(self) -> bool:
        """Wait for a worker, at most for as long as a stream without events lives."""
        ends = self._clock.now() + IDLE
        while self._busy >= (self._state.version.workers if self.workers is None else self.workers):
            if self._clock.now() > ends:
                return False
            self._clock.sleep(0.5)
        return True

    @contextmanager
    def _pings(self, exchange: Exchange) -> Iterator[None]:
        def ping() -> None:
            while not exchange.finished:
                self._clock.sleep(PINGS)
                if exchange.finished:
                    return
                if not exchange.started:
                    exchange.start(200, STREAM_HEAD)
                exchange.write(PING)

        pinging = gevent.spawn(ping)
        try:
            yield
        finally:
            pinging.kill()

    def _play(
        self,
        exchange: Exchange,
        app: App,
        run: Run,
        user: EndUser,
        record: Invocation,
        script: Compiled,
    ) -> str:
        self._messages.begin(app, user, run.message_id)
        task = self.tasks[run.task_id] = Task(run.mode, user)
        record.task_id, record.message_id = run.task_id, run.message_id
        run.false_failure = self._state.version.false_failure

        def pauses(told: list[events.Event], rest: Compiled) -> None:
            self._flows.pause(run, record.app_id, user.row_id, record, told, rest)

        told: Any = exchange
        if run.flows:  # others may follow the run (docs/platform/dify-service-api.md#run-events)
            flow = self._flows.begin(run, record.app_id, user.row_id, record)
            told = Everybody(flow, self._clock, exchange)
        player = Player(told, run, record, self._clock, ServerSent(), task.stopped, pauses)
        try:
            if run.flows:
                return player.play(script)
            with self._pings(exchange):
                return player.play(script)
        finally:
            del self.tasks[run.task_id]

    def _is_foreign(self, app: App, user: EndUser, record: Invocation) -> bool:
        wanted = record.asked_conversation_id
        return bool(wanted) and self._conversations.owned(app.app_id, user.row_id, wanted) is None

    def _begun(self, app: App, user: EndUser, record: Invocation) -> Run:
        declared = {definition["variable"] for _, definition in app.variables()}
        inputs = {name: value for name, value in record.inputs.items() if name in declared}
        if app.mode in {"chat", "agent-chat", "advanced-chat", "agent"}:
            wanted = record.asked_conversation_id
            owned = self._conversations.owned(app.app_id, user.row_id, wanted) if wanted else None
            conversation = owned or self._conversations.begin(app.app_id, user.row_id)
            conversation.turns += 1
            record.conversation_id = conversation.conversation_id
        return Run(app.mode, record.conversation_id, inputs)

    def _check(self, app: App, user: EndUser, record: Invocation) -> None:
        if self._is_foreign(app, user, record):
            raise Refused("Conversation Not Exists.", 404, "not_found")
        if fault := self._fault(app, user, record):
            raise fault
        if record.response_mode != "streaming" and app.mode == "agent-chat":
            raise Refused("Agent Chat App does not support blocking mode", 400, "bad_request")

    def _fault(self, app: App, user: EndUser, record: Invocation) -> Refused | None:
        """Why the inputs or files do not fit."""
        own = {upload.file_id for upload in self._state.uploads if upload.owner == user.row_id}
        try:
            for kind, definition in app.variables():
                check_input(kind, definition, record.inputs.get(definition["variable"]), set(), own)
        except Refused as refused:
            return refused
        if not app.takes_sys_files():
            record.files = []  # they are left out silently (docs/platform/dify-service-api.md#service-files)
        foreign = any(file.get("upload_file_id") not in own for file in record.files)
        return Refused("Invalid upload file") if foreign else None
