"""One request of `/slack/turns`, from its first byte to its last, with the tidying up after its turn."""

from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass

from gevent.event import Event

from conversation_store import ResilientStore, ThreadRecord
from errors import StoreError
from job import Job
from slack_api import SlackApi
from turns.answer import Answering
from turns.endpoint_request import EndpointRequest
from turns.look_ahead import LookAhead
from turns.recent_turns import PastTurn, RecentTurns
from turns.recovery import Claim, Recovery
from turns.report import HANDED_ON, AckTimes, TurnReport, logger, where
from turns.stop_request import StopRequest
from turns.throttle import UnknownChannel
from turns.turn import Turn

type Place = tuple[str, str, str]
"""Where a message stands: its hook, channel and ts."""


@dataclass(frozen=True, slots=True)
class TurnRequest:
    """`held` frees the request's share of the process when the turn has ended.

    `unknown_channel` judges a message whose channel's type is not known; None in later continuations.
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
    look_ahead: LookAhead
    slack: SlackApi
    report: TurnReport
    acks: AckTimes
    recent: RecentTurns
    held: AbstractContextManager[object]

    def cut(self) -> None:
        """End the answer with what the app has said so far: the request is gone."""
        self.answering.cut()

    @property
    def released(self) -> Event:
        """Set when the request may end, although the turn still tidies up in Slack."""
        return self.answering.released

    @property
    def places(self) -> tuple[Place, Place]:
        """Of the question, and of the root of its thread."""
        message = self.job.message
        hook, channel = self.endpoint.id, message.channel
        return (hook, channel, message.ts), (hook, channel, message.root_ts)

    def withdraw(self, place: Place) -> None:
        """End the answer: the message at this place, one of `places`, was deleted."""
        self.answering.withdraw(question=place == self.places[0])
        self.look_ahead.end()

    @property
    def asker(self) -> str:
        """Whose question is answered."""
        return self.job.message.author

    @property
    def waits(self) -> bool:
        """Whether the turn waits for another turn of its thread."""
        return not self.turn.ticket.runs

    def is_meant_by(self, stop: StopRequest) -> bool:
        """Whether the request to stop means this turn."""
        message = self.job.message
        ours = stop.hook_id == self.endpoint.id
        return ours and stop.means(message.channel, message.root_ts, message.ts, self.answering.messages)

    def stop(self, user: str) -> bool:
        """End the answer: the member `user` stopped it. False if it has ended already."""
        return self.answering.stop(user)

    def run(self) -> None:
        """Run the turn. Never raises: after any error the thread is told, and the log gets its line."""
        self.recent.begun(self.endpoint.id)
        try:
            with self.held:
                broke = not self._run()
        finally:
            self.look_ahead.end()
            self.recovery.turn_ended(self.endpoint, self.store, self.answering)
        if broke:
            self._end_what_broke()
        self.report.measure(self.slack)
        self.report.ack = self.acks.pop(self.endpoint.id, self.job)
        self.report.total = self.claim.clock.epoch() - self.job.received
        self._keep()
        logger.info("%s", self.report.line())

    def _keep(self) -> None:
        if self.report.outcome == HANDED_ON:
            self.recent.left(self.endpoint.id)
            return
        turn = PastTurn.of(self.report, self.job.message, self.claim.clock.epoch())
        self.recent.ended(self.endpoint.id, turn)

    def _run(self) -> bool:
        """Run the turn; False when it raised."""
        try:
            self.look_ahead.begin(self.record)
            why = self.unknown_channel.not_answered() if self.unknown_channel else ""
            if why:
                with suppress(StoreError):
                    self.claim.leave()
                self.turn.step_aside(why)
            else:
                self.turn.run(self.record)
                self.answering.offer_follow_ups()
        except Exception as error:  # noqa: BLE001 - after any error the next turn must not wait for this one
            logger.error("a turn broke: %s", where(error))
            self.report.outcome = "broke"
            return False
        return True

    def _end_what_broke(self) -> None:
        """End the turn as an orphan of our own, since nothing runs it any more."""
        try:
            record = self.store.get(self.claim.key, fresh=True) or ThreadRecord()
            self.recovery.orphans(self.endpoint, self.store).end_all(self.claim.key, record)
        except StoreError:
            logger.warning("the thread of a broken turn could not be read")
