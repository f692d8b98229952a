"""One request of `/slack/turns` from its first byte to its last, and what it leaves in order behind it."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from clock import Clock
from conversation_store.record import ThreadRecord
from errors import StoreError
from slack_api.client import SlackApi
from turns.orphans import Orphans
from turns.report import Report, logger, where
from turns.taking import Taking
from turns.turn import Turn


@dataclass(frozen=True, slots=True)
class TurnRequest:
    """`leave` tells the process that this request of the turn has ended; `ack` knows when Slack had its answer.

    `not_answered` says why the message is not for this turn, "" if it is; it may wait. `in_doubt`: another event may
    tell of the message too.
    """

    turn: Turn
    record: ThreadRecord
    taking: Taking
    orphans: Orphans
    slack: SlackApi
    clock: Clock
    received: float
    report: Report
    ack: Callable[[], float | None]
    leave: Callable[[], None]
    not_answered: Callable[[], str] = lambda: ""
    in_doubt: bool = False

    def begin(self) -> None:
        """Before its first byte, so before Slack has its ack: from then on a sweep finds what a dead process left."""
        with suppress(StoreError):
            self.taking.list_open(in_doubt=self.in_doubt)

    def run(self) -> None:
        """Never raises: whatever happens, the thread is told and the log has its line."""
        broke = False
        try:
            why = self.not_answered()
            if why:
                self._step_aside(why)
            else:
                self.turn.run(self.record)
        except Exception as error:  # noqa: BLE001 - whatever it is, the next turn must not wait for this one
            logger.error("a turn broke: %s", where(error))
            self.report.outcome = "broke"
            broke = True
        finally:
            self.leave()
        if broke:
            self._end_what_broke()
        self.report.measure(self.slack)
        self.report.ack = self.ack()
        self.report.total = self.clock.epoch() - self.received
        self.report.write()

    def _step_aside(self, why: str) -> None:
        with suppress(StoreError):
            self.taking.leave()
        self.turn.step_aside(why)

    def _end_what_broke(self) -> None:
        """Nobody runs the turn any more, so it is an orphan of our own."""
        store, key = self.taking.store, self.taking.key
        try:
            self.orphans.end_all(key, store.get(key, fresh=True) or ThreadRecord())
        except StoreError:
            logger.warning("the thread of a broken turn could not be read")
