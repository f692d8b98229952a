"""Answers one message: the turn passes the throttle, waits for its thread, asks the app and shows the answer."""

from dataclasses import dataclass, field, replace
from typing import Protocol

from conversation_store import ThreadRecord
from errors import HandoffError, StoreError
from job import Job
from turns.answer import Answering
from turns.limits import TURN_SECONDS, WAIT_SECONDS
from turns.ordering import QUEUE_LIMIT, QueueTicket
from turns.recovery import Claim, Orphans
from turns.report import HANDED_ON, TurnReport, logger
from turns.throttle import Admittance, TurnedAway
from wording import Say


class HandOn(Protocol):
    """Posts a job to ourselves again, as a fresh request with time of its own."""

    def hand_on(self, job: Job) -> None:
        """Return once a fresh request goes on with the turn. Raises HandoffError if the present request must go on."""


@dataclass(slots=True)
class Turn:
    """One request of `/slack/turns`, after its claim."""

    job: Job
    claim: Claim
    ticket: QueueTicket
    orphans: Orphans
    answering: Answering
    admittance: Admittance
    continuation: HandOn
    report: TurnReport
    _deadline: float = field(init=False)
    _went_on: bool = False

    def __post_init__(self) -> None:
        self._deadline = self.claim.clock.now() + TURN_SECONDS

    def run(self, record: ThreadRecord) -> None:
        """Answer, or hand the turn on. `record` is the thread's record with the claim.

        In every case, also after an unexpected exception, the next turn of the thread stops waiting for this one.
        """
        try:
            self._run(record)
        finally:
            if self._went_on:
                self.ticket.hand_over(self.job.continuation)
                self.answering.leave()
            else:
                if self.answering.is_whole:
                    self.orphans.note_finished(self.claim.key, self.job.message.ts)
                self.ticket.leave()
                self.answering.close()

    def _run(self, record: ThreadRecord) -> None:
        goes_on = self.job.run is not None  # the app was asked, and the place in the queue is ours already
        if not goes_on and self.answering.gives_up():
            return
        if self.job.continuation == 0 and self._is_refused():
            return
        waited = not self.ticket.my_turn() and not goes_on
        if waited and not self._wait():
            return
        if not goes_on and self.answering.is_cut and self._handed_on():
            return
        record = self._again() if waited else record
        if not goes_on and self.answering.is_cut:  # Dify was not asked yet, and no fresh request could go on
            self.answering.refuse(Say.INTERRUPTED)
            return
        self.orphans.end_all(self.claim.key, record, but=self.job.message.ts)
        if not goes_on and self.answering.asks_again():
            self._ask_again(record)
        else:
            self._answer(record)

    def _answer(self, record: ThreadRecord) -> None:
        """Answer. A run that is not over in time goes on in a fresh request, if Dify can tell that request of it."""
        run = self.answering.run(record, self._deadline)
        if run is not None and not self._handed_on(replace(self.job.next(), run=run)):
            self.answering.end(self._deadline)

    def _ask_again(self, record: ThreadRecord) -> None:
        """Go on in a fresh request with the words and files of the earlier question, in the place of this message."""
        question = self.answering.earlier_question(record)
        if question is None:
            self.answering.refuse(Say.AGAIN_NOTHING)
        elif not self._handed_on(replace(self.job.next(), message=question)):
            self.answering.refuse(Say.BUSY)

    def step_aside(self, why: str) -> None:
        """Do not answer the message: another turn does, or the settings forbid it. `why` is for the log."""
        self.report.outcome = why
        self.ticket.leave()
        self.answering.close()

    def _is_refused(self) -> bool:
        """Whether the message is refused. If the throttle wants it, the thread is told."""
        refused = self.admittance.turned_away()
        if refused is None and self.ticket.ahead > QUEUE_LIMIT:
            refused = TurnedAway("queue full", Say.QUEUE_FULL)
        if refused and refused.say:
            self.answering.refuse(refused.say)
        elif refused:
            self.answering.drop(refused.why)
        return refused is not None

    def _wait(self) -> bool:
        """Wait for the thread. False if the turn will not run here: another request goes on, or its time is over."""
        self.answering.waiting()
        while not self.ticket.wait(WAIT_SECONDS, self.answering.is_given_up):
            if self.answering.gives_up():
                return False
            if self.claim.clock.now() >= self._deadline:
                self.answering.refuse(Say.TURN_LIMIT)
                return False
            if self._handed_on():
                return False
        self.report.waited = self.claim.clock.epoch() - self.job.received
        return True

    def _handed_on(self, job: Job | None = None) -> bool:
        """Hand the turn on, perhaps with another question. Returns whether a fresh request goes on with the turn."""
        try:
            self.continuation.hand_on(job or self.job.next())
        except HandoffError:
            logger.warning("a turn could not be handed on; it goes on here")
            return False
        self._went_on = True
        self.report.outcome = HANDED_ON
        return True

    def _again(self) -> ThreadRecord:
        """The record, read again: turns before this one, here or in other processes, may have changed it."""
        try:
            return self.claim.store.get(self.claim.key, fresh=True) or ThreadRecord()
        except StoreError:
            return ThreadRecord()
