"""Runs of chatflows and workflows: who listens to them, the forms of those that wait, and how they go on.

Source: docs/platform/dify-service-api.md#forms, #form-answers and #run-events.
"""

import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import gevent

from clock import Clock
from simulators.dify import events
from simulators.dify.apps import Refused
from simulators.dify.events import Event, Run
from simulators.dify.frames import PING, ServerSent
from simulators.dify.invocations import Invocation
from simulators.dify.player import STREAM_HEAD, Compiled, Player
from simulators.http1.server import Exchange

PINGS = 10.0  # design seconds between two keep-alives
IDLE = 300.0  # design seconds without an event, after which a stream ends
RESUMES = (
    0.3  # wall seconds from an answer to the first event of the run that goes on: a worker has to take it
)
REQUESTS, PERIOD = 30, 60.0  # answers of one address to the open route


@dataclass(slots=True)
class Form:
    """One form. `answer` is what was submitted, with its `by`; `expired`: nobody answered in time."""

    token: str
    data: Event
    run: "FlowRun"
    answer: dict[str, Any] | None = None
    expired: bool = False

    @property
    def form_id(self) -> str:
        """Its id."""
        return str(self.data["form_id"])


@dataclass(slots=True)
class FlowRun:
    """A run with its forms. `owner` is the end user's row, "" for a reverse invocation.

    `rest` is what is left of a run that waits. `told` is the clock's `now` of its latest event.
    """

    run: Run
    app_id: str
    owner: str
    record: Invocation
    rest: Compiled | None = None
    forms: list[Form] = field(default_factory=list)
    listeners: list[Exchange] = field(default_factory=list)
    waits: bool = False
    told: float = 0.0

    @property
    def last(self) -> Event | None:
        """Its workflow_finished, once it has ended."""
        return self.run.finished

    @property
    def status(self) -> str:
        """The status of the run, as Dify names it."""
        if self.last is not None:
            return str(self.last["data"]["status"])
        return "paused" if self.waits else "running"

    @property
    def open(self) -> list[Form]:
        """The forms that nobody has answered and that wait yet."""
        return [form for form in self.forms if form.answer is None and not form.expired]


class Everybody:
    """Takes the place of an Exchange: what is written goes to all who listen at that moment, and is kept nowhere.

    `first` is the exchange of who began the run, None where that one is gone.
    """

    def __init__(self, flow: FlowRun, clock: Clock, first: Exchange | None = None) -> None:
        self._flow = flow
        self._clock = clock
        self._first = first
        self.finished = False

    @property
    def started(self) -> bool:
        """Whether the first exchange has its head; those of listeners always have theirs."""
        return self._first is None or self._first.started

    def start(self, status: int, headers: Iterable[tuple[str, str]] = ()) -> None:
        """Begin the answer of who began the run."""
        if self._first is not None:
            self._first.start(status, headers)

    def reply(self, status: int, body: bytes = b"", headers: Iterable[tuple[str, str]] = ()) -> None:
        """Refuse the run: nobody can listen to it."""
        if self._first is not None:
            self._first.reply(status, body, headers)

    def reply_json(self, status: int, body: Any) -> None:
        """Refuse the run by JSON."""
        if self._first is not None:
            self._first.reply_json(status, body)

    def write(self, data: bytes) -> None:
        """Send it to each of them."""
        self._flow.told = self._clock.now()
        for exchange in self._all():
            exchange.write(data)

    def finish(self) -> None:
        """End each stream."""
        self.finished = True
        for exchange in self._all():
            exchange.finish()
        self._flow.listeners.clear()

    def abort(self, *, reset: bool = False) -> None:
        """Break each connection."""
        self.finished = True
        for exchange in self._all():
            exchange.abort(reset=reset)
        self._flow.listeners.clear()

    def _all(self) -> list[Exchange]:
        return [*filter(None, [self._first]), *self._flow.listeners]


class FlowRuns:
    """All runs that were begun over the Service API, and those that were paused once."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._runs: dict[str, FlowRun] = {}
        self._forms: dict[str, Form] = {}
        self._asked: list[float] = []
        self.deaf = False  # whether answers are refused with 500: Dify is away

    def reset(self) -> None:
        """Nothing is away any more; runs and forms stay."""
        self.deaf = False
        self._asked.clear()

    def begin(self, run: Run, app_id: str, owner: str, record: Invocation) -> FlowRun:
        """A run begins, which its end user may follow."""
        return self._runs.setdefault(run.workflow_run_id, FlowRun(run, app_id, owner, record))

    def pause(
        self, run: Run, app_id: str, owner: str, record: Invocation, told: list[Event], rest: Compiled
    ) -> None:
        """The run waits for the forms of these events."""
        known = self.begin(run, app_id, owner, record)
        known.rest, known.waits = rest, True
        for event in told:
            if event["event"] == "human_input_required":
                form = Form(str(event["data"]["form_token"] or ""), event["data"], known)
                known.forms.append(form)
                self._forms[form.token or str(uuid.uuid4())] = form

    def forms(self) -> Iterator[Form]:
        """All forms, the oldest first."""
        yield from self._forms.values()

    def form(self, token: str, app_id: str = "") -> Form:
        """The form of this token. Raises Refused."""
        form = self._forms.get(token)
        if form is None or (app_id and form.run.app_id != app_id):
            raise Refused("Form not found", 404, "not_found")
        return form

    def run_of(self, run_id: str, app_id: str, owner: str | None = None) -> FlowRun:
        """The run. Another end user's is not found (docs/platform/dify-service-api.md#run-events). Raises Refused."""
        found = self._runs.get(run_id)
        if found is None or found.app_id != app_id or owner not in {None, found.owner}:
            raise Refused("Workflow run not found.", 404, "not_found")
        return found

    def expire(self, form_id: str) -> None:
        """Nobody answered in time: the run goes on without listeners, if it waits for no other form."""
        form = next(one for one in self._forms.values() if one.form_id == form_id)
        form.expired = True
        self._go_on(form, events.form_timeout(form.run.run, form.data))

    def submit_openly(self, token: str, body: dict[str, Any]) -> None:
        """The open route of Dify's web app: whoever has the token may answer. Raises Refused."""
        now = self._clock.now()
        self._asked = [moment for moment in self._asked if now - moment < PERIOD]
        if len(self._asked) >= REQUESTS:
            raise Refused("Too many form submissions", 429, "web_form_rate_limit_exceeded")
        self._asked.append(now)
        self.submit(self.form(token), body, "")

    def submit(self, form: Form, body: dict[str, Any], by: str) -> None:
        """Answer a form once. Raises Refused."""
        if self.deaf:
            raise Refused("Internal Server Error", 500, "internal_server_error")
        if form.answer is not None:
            raise Refused(
                f"This form has already been submitted by another user, form_id={form.form_id}",
                412,
                "human_input_form_submitted",
            )
        if form.expired:
            raise Refused(f"This form has expired, form_id={form.form_id}", 412, "human_input_form_expired")
        self._fits(form, body)
        form.answer = {"inputs": body["inputs"], "action": body["action"], "by": by}
        self._go_on(form, events.form_filled(form.run.run, form.data, form.answer))

    @staticmethod
    def _fits(form: Form, body: dict[str, Any]) -> None:
        inputs, action = body.get("inputs"), body.get("action")
        if not isinstance(inputs, dict) or not isinstance(action, str):
            raise Refused("2 validation errors for HumanInputFormSubmitPayload")
        if action not in {known["id"] for known in form.data["actions"]}:
            raise Refused(f"Invalid action: {action}", 400, "invalid_form_data")
        missing = [one["output_variable_name"] for one in form.data["inputs"]]
        missing = [name for name in missing if name not in inputs]
        if missing:
            raise Refused(f"Missing required inputs: {', '.join(missing)}", 400, "invalid_form_data")

    def listen(self, exchange: Exchange, paused: FlowRun) -> None:
        """The events of a run from now on; those of a run that has ended are its last one alone."""
        exchange.start(200, STREAM_HEAD)
        if paused.last is not None:
            exchange.write(ServerSent().event(paused.last))
            exchange.finish()
            return
        exchange.write(PING)
        paused.listeners.append(exchange)
        begun = self._clock.now()
        due = begun + PINGS
        while not (exchange.finished or exchange.gone) and self._clock.now() < max(begun, paused.told) + IDLE:
            self._clock.sleep(0.5)
            if self._clock.now() >= due and not exchange.finished:
                exchange.write(PING)
                due += PINGS
        if exchange in paused.listeners:
            paused.listeners.remove(exchange)
        exchange.finish()

    def _go_on(self, form: Form, event: Event) -> None:
        gevent.spawn_later(RESUMES, self._resume, form.run, event)

    def _resume(self, paused: FlowRun, event: Event) -> None:
        """What the run says from here on. Where other forms are still open, it says those again and waits on."""
        everybody: Any = Everybody(paused, self._clock)
        wire = ServerSent()
        everybody.write(wire.event(event))
        if waits := paused.open:
            told = [form.data for form in waits]
            everybody.write(b"".join(map(wire.event, events.waiting(paused.run, told))))
            everybody.finish()
            return
        paused.waits, rest = False, paused.rest
        player = Player(everybody, paused.run, paused.record, self._clock, wire, pauses=self._pauses(paused))
        if rest is not None:
            player.play(rest)

    def _pauses(self, paused: FlowRun) -> Any:
        return lambda told, rest: self.pause(
            paused.run, paused.app_id, paused.owner, paused.record, told, rest
        )
