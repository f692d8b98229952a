"""The other end of a hand-off: what `/slack/turns` says to a sealed body."""

from collections.abc import Callable
from dataclasses import dataclass

from clock import Clock
from conversation_store.record import ThreadRecord
from errors import Forged
from handoff.capacity import Capacity
from handoff.claims import Claims
from handoff.signer import Signer
from job import Job, SweepJob, job_from

OK, UNAUTHORIZED, CONFLICT, TOO_EARLY, FULL = 200, 401, 409, 425, 503
SURE_SECONDS = 2.0
"""That a request may take from its claim to its first byte; whoever waits here for it waits beside it there."""
LOOK = 0.05


@dataclass(frozen=True, slots=True)
class Accepted:
    """The turn or the sweep to run, in the request of that name.

    `keep` must be called once it begins, which makes it safe to ack, and `leave` when it has ended; `give_up` instead
    of both if it can't even begin: another request may then.
    """

    assignment: Job | SweepJob
    record: ThreadRecord
    request: str
    keep: Callable[[], None]
    leave: Callable[[], None]
    give_up: Callable[[], None]


@dataclass(frozen=True, slots=True)
class Refused:
    """The status to answer with."""

    status: int


@dataclass(frozen=True, slots=True)
class Receiver:
    """For one request.

    `claim` takes the message in its thread's record, `go_on` a later leg of it: None when that was taken before,
    in whatever process.
    """

    hook_id: str
    seal: Signer
    gate: Capacity
    claims: Claims
    clock: Clock
    claim: Callable[[Job], ThreadRecord | None]
    go_on: Callable[[Job], ThreadRecord | None]
    request: str = ""

    def receive(self, body: bytes) -> Accepted | Refused:
        """Accept each leg of each message once, whatever is played twice."""
        try:
            assignment = job_from(self.seal.open(body))
        except Forged:
            return Refused(UNAUTHORIZED)
        name = f"{self.hook_id}/{assignment.ticket}"
        leg = f"{name}#{assignment.leg}"
        if not self.claims.take(leg):
            return self._taken(leg)
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
        if record is None:
            self.claims.keep(leg)
            leave()
            return Refused(CONFLICT)
        return Accepted(assignment, record, self.request, lambda: self.claims.keep(leg), leave, give_up)

    def _taken(self, leg: str) -> Refused:
        """By another request, which may fail yet: taken is acked, so it must be sure."""
        until = self.clock.now() + SURE_SECONDS
        while self.claims.is_taken(leg) and self.clock.now() < until:
            if self.claims.is_kept(leg):
                return Refused(CONFLICT)
            self.clock.sleep(LOOK)
        return Refused(TOO_EARLY)

    def _record(self, assignment: Job | SweepJob) -> ThreadRecord | None:
        if isinstance(assignment, SweepJob):
            return ThreadRecord()
        return self.claim(assignment) if assignment.leg == 0 else self.go_on(assignment)
