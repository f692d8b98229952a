"""One request of `/slack/turns` from its first byte to its last, and what it leaves in order behind it."""

from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass

from clock import Clock
from conversation_store import ResilientStore, ThreadRecord
from errors import StoreError
from job import Job
from slack_api import SlackApi
from turns.answer import Answering
from turns.endpoint_request import EndpointRequest
from turns.recovery import Claim, Recovery
from turns.report import AckTimes, TurnReport, logger, where
from turns.throttle import UnknownChannel
from turns.turn import Turn


@dataclass(frozen=True, slots=True)
class TurnRequest:
    """`held` is what the request holds of the process until the turn has ended.

    `unknown_channel` judges a message of which nobody knew where it stands; None in later continuations.
    """

    job: Job
    endpoint: EndpointRequest
    store: ResilientStore
    turn: Turn
    answering: Answering
    record: ThreadRecord
    claim: Claim
    recovery: Recovery
    unknown_channel: UnknownChannel | None
    slack: SlackApi
    clock: Clock
    report: TurnReport
    acks: AckTimes
    held: AbstractContextManager[object]

    def begin(self) -> None:
        """Before its first byte, so before Slack has its ack: from then on a sweep finds what a dead process left."""
        in_doubt = self.unknown_channel is not None and self.unknown_channel.in_doubt
        with suppress(StoreError):
            self.claim.list_open(in_doubt=in_doubt)

    def cut(self) -> None:
        """The request is gone: what the app has said is all."""
        self.turn.cut()

    def run(self) -> None:
        """Never raises: whatever happens, the thread is told and the log has its line."""
        try:
            with self.held:
                broke = not self._run()
        finally:
            self.recovery.turn_ended(self.endpoint, self.store, self.answering)
        if broke:
            self._end_what_broke()
        self.report.measure(self.slack)
        self.report.ack = self.acks.pop(self.endpoint.id, self.job)
        self.report.total = self.clock.epoch() - self.job.received
        self.report.write()

    def _run(self) -> bool:
        """False when the turn broke."""
        try:
            why = self.unknown_channel.not_answered() if self.unknown_channel else ""
            if why:
                self._step_aside(why)
            else:
                self.turn.run(self.record)
        except Exception as error:  # noqa: BLE001 - whatever it is, the next turn must not wait for this one
            logger.error("a turn broke: %s", where(error))
            self.report.outcome = "broke"
            return False
        return True

    def _step_aside(self, why: str) -> None:
        with suppress(StoreError):
            self.claim.leave()
        self.turn.step_aside(why)

    def _end_what_broke(self) -> None:
        """Nobody runs the turn any more, so it is an orphan of our own."""
        key = self.claim.key
        try:
            record = self.store.get(key, fresh=True) or ThreadRecord()
            self.recovery.orphans(self.endpoint, self.store).end_all(key, record)
        except StoreError:
            logger.warning("the thread of a broken turn could not be read")
