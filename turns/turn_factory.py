"""Makes the turn of an accepted job: its claim, its ticket and the objects that the turn works with."""

from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass, replace
from typing import NamedTuple

import gevent

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


class _Made(NamedTuple):
    """What a turn works with, whether the message was claimed or not."""

    report: TurnReport
    context: TurnContext
    claim: Claim
    answering: Answering
    installation: Installation
    admittance: Admittance


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

    def begin(
        self, job: Job, continuation: HandOn, held: AbstractContextManager[object]
    ) -> TurnRequest | None:
        """Claim the message, and make its turn. None and errors are as `claim` has them.

        The turn joins its thread's queue here, so before the first byte is sent. `held` frees the request's share of
        the process when the turn has ended. The turn's objects are made while the storage is asked for the claim, since
        Slack's ack waits for both.
        """
        self.endpoint.can_answer(job.message)
        making = gevent.spawn_later(0.0, self._made_ahead, job)  # once the storage has been asked
        record = self.claim(job)
        if record is None:
            return None
        return self._turn(job, record, making.get() or self._made(job), continuation, held)

    def _made_ahead(self, job: Job) -> _Made | None:
        """None if the objects can't be made. Then they are made once more where the error counts."""
        with suppress(Exception):
            return self._made(job)
        return None

    def _made(self, job: Job) -> _Made:
        services, message, key = self.services, job.message, self.endpoint.key(job.message)
        report = TurnReport(message.team_id, message.channel, message.ts, key.app_id)
        report.question, report.files = len(message.text), len(message.files)
        report.legs = job.continuation + 1
        context = services.context(self.endpoint, self.store, job, key, report)
        installation = services.installation(context.api)
        rules = services.rules(self.endpoint, context.api)
        notice = RefusalNotice(services, self.endpoint)
        admittance = Admittance(services.throttle, message, key, installation, rules, notice)
        answering = Answering(context, report)
        return _Made(report, context, self._claim(job), answering, installation, admittance)

    def _turn(
        self,
        job: Job,
        record: ThreadRecord,
        made: _Made,
        continuation: HandOn,
        held: AbstractContextManager[object],
    ) -> TurnRequest:
        report, context, claim, answering, installation, admittance = made
        ticket = self._ticket(job, claim.key)
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

    def beside(self, turn: TurnRequest) -> Work:
        """The turn, with a sweep of the hook beside it if a sweep is due."""
        return self.recovery.beside(turn, self.endpoint, self.store)

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
