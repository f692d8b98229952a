"""Makes the turn of an accepted job: its claim, its ticket and the objects that the turn works with."""

from contextlib import AbstractContextManager
from dataclasses import dataclass

from clock import Clock
from conversation_store import ProcessStores, ResilientStore, ThreadKey, ThreadRecord
from job import Job
from turns.answer import Answering, TurnContext
from turns.endpoint_request import EndpointRequest
from turns.ordering import QueueTicket, ThreadQueues
from turns.recovery import Claim, Recovery, SweepRun, Work
from turns.report import AckTimes, TurnReport
from turns.services import Services
from turns.throttle import Admittance, Throttle, UnknownChannel
from turns.turn import HandOn, Thread, Turn
from turns.turn_request import TurnRequest


class TurnFactory:
    """One per process. `holder` names the process in the threads' records."""

    def __init__(
        self,
        clock: Clock,
        holder: str,
        stores: ProcessStores,
        services: Services,
        recovery: Recovery,
        acks: AckTimes,
    ) -> None:
        self.recovery = recovery
        self._clock = clock
        self._holder = holder
        self._stores = stores
        self._services = services
        self._acks = acks
        self._queues = ThreadQueues()
        self._throttle = Throttle(clock)

    def of(self, endpoint: EndpointRequest) -> "TurnsOfEndpoint":
        """The turns of one request's hook. Raises SettingsError when `redis_url` can't be read."""
        return TurnsOfEndpoint(self, endpoint, endpoint.store(self._stores))

    def claim(self, endpoint: EndpointRequest, store: ResilientStore, job: Job) -> Claim:
        """The claim on the message. Raises SettingsError while the settings let nobody answer."""
        endpoint.can_answer(job.message)
        return Claim(store, endpoint.key(job.message), job.message, self._holder, self._clock)

    def turn(
        self,
        endpoint: EndpointRequest,
        store: ResilientStore,
        job: Job,
        record: ThreadRecord,
        continuation: HandOn,
        held: AbstractContextManager[object],
    ) -> TurnRequest:
        """Make the turn. The turn joins its thread's queue here, so before the first byte is sent."""
        message, key = job.message, endpoint.key(job.message)
        report = TurnReport(
            message.team_id, message.channel, message.ts, key.app_id, legs=job.continuation + 1
        )
        report.question, report.files = len(message.text), len(message.files)
        context = self._services.context(endpoint, store, job, key, report)
        answering = Answering(context, report)
        installation = self._services.installation(endpoint, message.team_id)
        slack_connect = endpoint.settings.slack_connect
        turn = Turn(
            job,
            self._thread(endpoint, store, job, key),
            answering,
            Admittance(self._throttle, message, key, installation, slack_connect),
            continuation,
            report,
        )
        return TurnRequest(
            job=job,
            endpoint=endpoint,
            store=store,
            turn=turn,
            answering=answering,
            record=record,
            claim=self.claim(endpoint, store, job),
            recovery=self.recovery,
            unknown_channel=None if job.continuation else self._unknown_channel(endpoint, context),
            slack=context.api,
            clock=self._clock,
            report=report,
            acks=self._acks,
            held=held,
        )

    def _thread(self, endpoint: EndpointRequest, store: ResilientStore, job: Job, key: ThreadKey) -> Thread:
        place = self._queues.join(key.digest(), job.job_id, job.continuation)
        shared = self._stores.line(endpoint.settings.redis_url or "")
        ticket = QueueTicket(self._queues, place, shared, key, self._clock)
        return Thread(key, store, ticket, self.recovery.orphans(endpoint, store), self._clock)

    def _unknown_channel(self, endpoint: EndpointRequest, context: TurnContext) -> UnknownChannel:
        settings = endpoint.settings
        return UnknownChannel(
            context.message,
            settings.direct_messages,
            settings.allowed_channels,
            self._services.channels,
            context.api,
            self._services.installation(endpoint, context.message.team_id),
            context.store,
            context.key,
            self._holder,
            self._clock,
        )


@dataclass(frozen=True, slots=True)
class TurnsOfEndpoint:
    """The turns of one hook, for one request."""

    factory: TurnFactory
    endpoint: EndpointRequest
    store: ResilientStore

    def claim(self, job: Job) -> ThreadRecord | None:
        """Claim the message in its thread's record, or a later continuation of its turn, for all processes.

        Returns the record; None when the message or the continuation was claimed before. Raises SettingsError while
        the settings let nobody answer.
        """
        claim = self.factory.claim(self.endpoint, self.store, job)
        if job.continuation:
            return claim.go_on(job.continuation)
        record = claim.claim()
        if record is None:
            self.factory.recovery.taken_before(self.endpoint, self.store, claim.key, job.message.ts)
        return record

    def turn(
        self, job: Job, record: ThreadRecord, continuation: HandOn, held: AbstractContextManager[object]
    ) -> TurnRequest:
        """The turn that was claimed. `held` frees the request's share of the process when the turn has ended."""
        return self.factory.turn(self.endpoint, self.store, job, record, continuation, held)

    def beside(self, turn: TurnRequest) -> Work:
        """The turn, with a sweep of the hook beside it if a sweep is due."""
        return self.factory.recovery.beside(turn, self.endpoint, self.store)

    def sweep(self, held: AbstractContextManager[object]) -> SweepRun:
        """A sweep of the hook. `held` means the same as for a turn."""
        return SweepRun(self.factory.recovery, self.endpoint, self.store, held)
