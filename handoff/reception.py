"""The other end of a hand-off: what `/slack/turns` says to a sealed body."""

from collections.abc import Callable
from dataclasses import dataclass

from conversation_store.record import ThreadRecord
from errors import Forged
from handoff.seal import Seal
from turns.assignment import Assignment, SweepRequest, assigned
from turns.claims import Claims
from turns.gate import Gate

OK, UNAUTHORIZED, CONFLICT, FULL = 200, 401, 409, 503


@dataclass(frozen=True, slots=True)
class Accepted:
    """The turn or the sweep to run, in the request of that name.

    `leave` must be called when it has ended, `give_up` instead if it can't even begin: another request may then.
    """

    assignment: Assignment | SweepRequest
    record: ThreadRecord
    request: str
    leave: Callable[[], None]
    give_up: Callable[[], None]


@dataclass(frozen=True, slots=True)
class Refused:
    """The status to answer with."""

    status: int


@dataclass(frozen=True, slots=True)
class Reception:
    """For one request.

    `claim` takes the message in its thread's record, `go_on` a later leg of it: None when that was taken before,
    in whatever process.
    """

    hook_id: str
    seal: Seal
    gate: Gate
    claims: Claims
    claim: Callable[[Assignment], ThreadRecord | None]
    go_on: Callable[[Assignment], ThreadRecord | None]
    request: str = ""

    def receive(self, body: bytes) -> Accepted | Refused:
        """Accept each leg of each message once, whatever is played twice."""
        try:
            assignment = assigned(self.seal.open(body))
        except Forged:
            return Refused(UNAUTHORIZED)
        name = f"{self.hook_id}/{assignment.ticket}"
        leg = f"{name}#{assignment.leg}"
        if not self.claims.take(leg):
            return Refused(CONFLICT)
        if not self.gate.enter(name):
            self.claims.give_back(leg)
            return Refused(FULL)

        def leave() -> None:
            self.gate.leave(name)

        def give_up() -> None:
            self.claims.give_back(leg)
            leave()

        try:
            record = self._record(assignment)
        except BaseException:
            give_up()
            raise
        self.claims.keep(leg)
        if record is None:
            leave()
            return Refused(CONFLICT)
        return Accepted(assignment, record, self.request, leave, give_up)

    def _record(self, assignment: Assignment | SweepRequest) -> ThreadRecord | None:
        if isinstance(assignment, SweepRequest):
            return ThreadRecord()
        return self.claim(assignment) if assignment.leg == 0 else self.go_on(assignment)
