"""Hands one turn to our own `/slack/turns` (design D1)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from errors import HandoffError
from handoff.cancellation import CancellationRegistry
from handoff.capacity import Capacity
from handoff.claims import Claims
from handoff.hand_off_request import HandOffRequest
from handoff.relay import Relay
from handoff.signer import Signer
from job import Job, SweepJob


@dataclass(frozen=True, slots=True)
class HandOff:
    """For one hook and one request of it; `routes` are the ways to our own endpoint, best first."""

    hook_id: str
    routes: Sequence[str]
    seal: Signer
    relay: Relay
    gate: Capacity
    claims: Claims
    lifelines: CancellationRegistry

    def hand(self, assignment: Job | SweepJob) -> None:
        """Return once the turn is owned; raises HandoffError when the process is full or nobody accepts.

        Owned in this process already, it is not posted again: in a crowd the acks come late, and every message
        of it is repeated at one instant.
        """
        if self.claims.is_kept(self.leg(assignment)):
            return
        name = f"{self.hook_id}/{assignment.ticket}"
        if not self.gate.enter(name):
            raise HandoffError("as many turns are open as this process carries")
        try:
            body = self.seal.close(assignment.to_dict())
            since = assignment.received if isinstance(assignment, Job) and not assignment.leg else None
            letter = HandOffRequest(body, self.seal.receipt(body), self.lifelines.ended, since)
            self.relay.hand_off(self.hook_id, self.routes, letter)
        finally:
            self.gate.leave(name)

    def leg(self, assignment: Job | SweepJob) -> str:
        """Names it among the claims of the process."""
        return f"{self.hook_id}/{assignment.ticket}#{assignment.leg}"


class ContinuationHandOff:
    """For one waiting turn: hands it on to a fresh request, or makes sure that no request goes on with it."""

    def __init__(self, hand_off: HandOff, claims: Claims, go_on: Callable[[Job], bool]) -> None:
        """`go_on` takes the leg in the thread's record, for all processes; False when it was taken before."""
        self._hand_off = hand_off
        self._claims = claims
        self._go_on = go_on
        self._failed = 0

    def hand(self, assignment: Job) -> None:
        """Return once a fresh request goes on with the turn; raises HandoffError when this one must.

        A request that was not heard of may have begun, or may come late. Whoever takes its leg first decides: the
        request, and the turn is handed on, or we, and it will be refused. So each try is a leg of its own.
        """
        attempt = replace(assignment, leg=assignment.leg + self._failed)
        try:
            self._hand_off.hand(attempt)
        except HandoffError:
            if self._claims.take(self._hand_off.leg(attempt)) and self._go_on(attempt):
                self._failed += 1
                raise
