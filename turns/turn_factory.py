"""Makes the running half of a turn that was accepted: where it stands, what it works with, who cuts it off."""

from collections.abc import Callable

from cachetools import TTLCache

from clock import Clock
from conversation_store.process_stores import ProcessStores
from conversation_store.resilient import ResilientStore
from conversation_store.store import ThreadStore
from handoff.cancellation import CancellationRegistry
from handoff.receiver import Accepted
from job import Job
from turns.answer.answering import Answering
from turns.endpoint_request import EndpointRequest
from turns.ordering.queue_ticket import QueueTicket
from turns.ordering.thread_queue import ThreadQueues
from turns.recovery.claim import Claim
from turns.recovery.recovery import Recovery
from turns.report import TurnReport
from turns.services import Services
from turns.throttle.throttle import Throttle
from turns.throttle.unknown_channel import UnknownChannel
from turns.turn import Thread, Turn
from turns.turn_request import TurnRequest

ACKS_KEPT = 3600.0
ACKS = 10_000


class TurnFactory:
    """One per process. `holder` names the process in the threads' records."""

    def __init__(
        self, clock: Clock, holder: str, stores: ProcessStores, workplace: Services, caretaker: Recovery
    ) -> None:
        self.lifelines = CancellationRegistry()
        self._clock = clock
        self._holder = holder
        self._stores = stores
        self._workplace = workplace
        self._caretaker = caretaker
        self._lines = ThreadQueues()
        self._door = Throttle(clock)
        self._acks: TTLCache[str, float] = TTLCache(ACKS, ACKS_KEPT, timer=clock.now)

    def acked(self, hook: EndpointRequest, assignment: Job) -> None:
        """Slack has its answer now: for the turn's line in the log."""
        self._acks[_name(hook, assignment)] = self._clock.epoch() - assignment.received

    def taking(self, hook: EndpointRequest, store: ThreadStore, assignment: Job) -> Claim:
        """What claims the message. Raises SettingsError while the settings let nobody answer."""
        hook.can_answer(assignment.message)
        return Claim(store, hook.key(assignment.message), assignment.message, self._holder, self._clock)

    def request(
        self,
        hook: EndpointRequest,
        store: ResilientStore,
        accepted: Accepted,
        assignment: Job,
        hand_on: Callable[[Job], None],
    ) -> TurnRequest:
        """Stands in line and holds its lifeline from here on, so before the first byte is sent."""
        message, key = assignment.message, hook.key(assignment.message)
        report = TurnReport(message.team_id, message.channel, message.ts, key.app_id, legs=assignment.leg + 1)
        report.question, report.files = len(message.text), len(message.files)
        desk = self._workplace.desk(hook, store, assignment, key)
        answering, orphans = Answering(desk, report), self._caretaker.orphans(hook, store)
        place = self._lines.join(key.digest(), assignment.ticket, assignment.leg)
        line = self._stores.line(hook.settings.redis_url or "")
        standing = QueueTicket(self._lines, place, line, key, self._clock)
        installation = self._workplace.installation(hook, message.team_id)
        turn = Turn(
            assignment,
            Thread(key, store, standing, orphans, self._clock),
            answering,
            lambda: self._door.turned_away(
                message, key, installation, slack_connect=hook.settings.slack_connect
            ),
            hand_on,
            report,
        )
        unplaced = UnknownChannel(
            message,
            hook.settings.direct_messages,
            hook.settings.allowed_channels,
            lambda patience: self._workplace.channels.is_group_dm(
                desk.api, message.channel, installation.scopes(), patience
            ),
            store,
            key,
            self._holder,
            self._clock,
        )
        self.lifelines.hold(accepted.request, answering.cut)

        def leave() -> None:
            self.lifelines.release(accepted.request)
            accepted.leave()
            self._caretaker.turn_ended(hook, store, is_cut=answering.is_cut, is_unsaid=answering.is_unsaid)

        return TurnRequest(
            turn=turn,
            record=accepted.record,
            taking=self.taking(hook, store, assignment),
            orphans=orphans,
            slack=desk.api,
            clock=self._clock,
            received=assignment.received,
            report=report,
            ack=lambda: self._acks.pop(_name(hook, assignment), None),
            leave=leave,
            not_answered=(lambda: "") if assignment.leg else unplaced.not_answered,
            in_doubt=unplaced.in_doubt and not assignment.leg,
        )


def _name(hook: EndpointRequest, assignment: Job) -> str:
    return f"{hook.id}/{assignment.ticket}"
