"""Makes the turn of an accepted job: its claim, its ticket and the objects that the turn works with."""

from contextlib import AbstractContextManager, ExitStack, suppress
from dataclasses import dataclass, replace
from typing import NamedTuple

from conversation_store import ResilientStore, ThreadKey, ThreadRecord
from errors import StoreError
from job import Job, NoticeJob, PrivateJob, ReactionJob
from turns.answer import Answering, TurnContext
from turns.endpoint_request import EndpointRequest
from turns.look_ahead import LookAhead
from turns.notices import NoticeRun, PrivateRun, ReactionRun, RefusalNotice, TakesJobs
from turns.ordering import QueueTicket
from turns.recovery import Claim, Recovery, SweepRun, Work
from turns.report import TurnReport
from turns.services import Services
from turns.throttle import Admittance, Installation, UnknownChannel, is_in_doubt
from turns.turn import HandOn, Turn
from turns.turn_request import TurnRequest


class BegunTurn(NamedTuple):
    """A turn whose objects are not made yet. `record` is what the claim wrote; `sweeps`: a sweep of the hook is due."""

    job: Job
    record: ThreadRecord
    claim: Claim
    ticket: QueueTicket
    sweeps: bool


@dataclass(frozen=True, slots=True)
class TurnsOfEndpoint:
    """The turns of one hook, for one request."""

    services: Services
    recovery: Recovery
    endpoint: EndpointRequest
    store: ResilientStore

    def claim(self, job: Job) -> ThreadRecord | None:
        """Claim the message, or a later continuation of its turn, in its thread's record, for all processes.

        The turn is on the hook's list then, where a sweep finds it if this process dies. None when it was claimed
        before. Raises SettingsError while the settings let nobody answer.
        """
        claim = self._claim(job)
        message = job.message
        if job.continuation:
            return self._continued(claim, job.continuation)
        record = claim.claim(in_doubt=is_in_doubt(message))
        usual = self.endpoint.key(replace(message, app_name=""))
        if record is not None and usual != claim.key and not message.is_dm:
            with suppress(StoreError):
                claim.point(usual)
        if record is None:
            self.recovery.taken_before(self.endpoint, self.store, claim.key, job.message.ts)
        return record

    def give_back(self, job: Job) -> None:
        """Undo a claim of this process: no request has begun the turn, so the message may be claimed again."""
        claim = self._claim(job)
        self.store.give_back(claim.key, job.message.ts, claim.holder)
        claim.unlist()

    def begin(self, job: Job, record: ThreadRecord) -> BegunTurn:
        """Begin the turn of a claimed message: the turn joins its thread's queue. Slack's ack waits for this."""
        claim = self._claim(job)
        return BegunTurn(
            job, record, claim, self._ticket(job, claim.key), self.recovery.sweeps.take(self.endpoint.id)
        )

    def turn(
        self, begun: BegunTurn, continuation: HandOn, held: AbstractContextManager[object]
    ) -> TurnRequest:
        """Make the objects of the turn. `held` frees the request's share of the process when the turn has ended.

        After an error the thread's other turns do not wait for this turn, and a sweep tells the thread.
        """
        with ExitStack() as undo:
            undo.callback(self.recovery.sweeps.soon, self.endpoint.id, 0.0)
            undo.callback(begun.ticket.leave)
            turn = self._turn(begun, continuation, held)
            undo.pop_all()
        return turn

    def _turn(
        self, begun: BegunTurn, continuation: HandOn, held: AbstractContextManager[object]
    ) -> TurnRequest:
        job, record, claim, ticket, _ = begun
        services, message, key = self.services, job.message, claim.key
        report = TurnReport(message.team_id, message.channel, message.ts, key.app_id)
        report.question, report.files = len(message.text), len(message.files)
        report.legs = job.continuation + 1
        context = services.context(self.endpoint, self.store, job, key, report)
        installation = services.installation(context.api)
        rules = services.rules(self.endpoint, context.api)
        notice = RefusalNotice(services, self.endpoint)
        admittance = Admittance(services.throttle, message, key, installation, rules, notice)
        answering = Answering(context, report)
        turn = Turn(
            job,
            claim,
            ticket,
            self.recovery.orphans(self.endpoint, self.store),
            answering,
            admittance,
            continuation,
            report,
        )
        unknown_channel = None if job.continuation else self._unknown_channel(context, installation)
        look_ahead = LookAhead(
            context.api,
            self.services.users,
            installation,
            admittance,
            unknown_channel,
            context.author,
            context.asking.app,
            context.asking.prompt_builder,
            is_next=ticket.ahead == 0 and job.run is None,
        )
        return TurnRequest(
            job=job,
            endpoint=self.endpoint,
            store=self.store,
            turn=turn,
            answering=answering,
            record=record,
            claim=claim,
            recovery=self.recovery,
            unknown_channel=unknown_channel,
            look_ahead=look_ahead,
            slack=context.api,
            report=report,
            acks=self.services.acks,
            recent=self.services.recent,
            held=held,
        )

    def beside(self, begun: BegunTurn, turn: TurnRequest) -> Work:
        """The turn, with a sweep of the hook beside it if a sweep was due when the turn began."""
        return self.recovery.beside(turn, self.endpoint, self.store) if begun.sweeps else turn

    def sweep(self, held: AbstractContextManager[object]) -> SweepRun:
        """A sweep of the hook. `held` means the same as for a turn."""
        return SweepRun(self.recovery, self.endpoint, self.store, held)

    def notice(self, job: NoticeJob, held: AbstractContextManager[object]) -> NoticeRun:
        """What shows a notice. `held` means the same as for a turn."""
        return NoticeRun(self.services, self.endpoint, self.store, job, held)

    def private(self, job: PrivateJob, held: AbstractContextManager[object]) -> PrivateRun:
        """What answers a private question. `held` means the same as for a turn."""
        return PrivateRun(self.services, self.endpoint, self.store, job, held)

    def reaction(
        self, job: ReactionJob, hand_off: TakesJobs, held: AbstractContextManager[object]
    ) -> ReactionRun | None:
        """What asks by a reaction, after claiming the reaction for all processes; None if it was claimed before.

        Raises SettingsError while the settings let nobody answer. `held` means the same as for a turn.
        """
        message, services = job.message, self.services
        self.endpoint.can_answer(message)
        key = replace(self.endpoint.key(message), thread=f"reaction {message.thread_ts}")
        claim = Claim(self.store, key, message, services.holder, services.clock)
        if claim.claim() is None:
            self.recovery.taken_before(self.endpoint, self.store, key, message.ts)
            return None
        return ReactionRun(services, self.endpoint, self.store, job, claim, hand_off, held)

    def _continued(self, claim: Claim, continuation: int) -> ThreadRecord | None:
        record = claim.go_on(continuation)
        if record is not None:
            claim.list_open()
        return record

    def _claim(self, job: Job) -> Claim:
        self.endpoint.can_answer(job.message)
        key = self.endpoint.key(job.message)
        return Claim(self.store, key, job.message, self.services.holder, self.services.clock)

    def _ticket(self, job: Job, key: ThreadKey) -> QueueTicket:
        services = self.services
        place = services.queues.join(key.digest(), job.job_id, job.continuation)
        shared = services.stores.line(self.endpoint.settings.redis_url or "")
        return QueueTicket(services.queues, place, shared, key, services.clock)

    def _unknown_channel(self, context: TurnContext, installation: Installation) -> UnknownChannel:
        settings = self.endpoint.settings
        return UnknownChannel(
            context.message,
            settings.direct_messages,
            settings.allowed_channels,
            self.services.channels,
            context.api,
            installation,
            context.store,
            context.key,
            context.holder,
            context.clock,
        )
