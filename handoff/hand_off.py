"""Hands one job to our own `/slack/turns` (docs/architecture.md#d1-hand-off)."""

import uuid
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

import gevent

from conversation_store import EndNote, ProcessStores, SharedStops
from errors import HandoffError, StoreError
from handoff.claims import CancellationRegistry, Capacity, Claims, claim_name
from handoff.claims_ahead import ClaimsAhead
from handoff.relay import HandOffRequest, Relay
from handoff.routes import routes
from handoff.signer import Signer
from job import AnyJob, Job, NoticeJob, PrivateJob, ReactionJob, SweepJob
from provider import Environment
from turns import AckTimes, EndpointRequest, SweepSchedule, TurnsOfEndpoint


@dataclass(frozen=True, slots=True)
class HandOff:
    """For one request of one hook. `routes` are the addresses of our own endpoint, the best first."""

    hook_id: str
    routes: Sequence[str]
    signer: Signer
    relay: Relay
    capacity: Capacity
    claims: Claims

    def hand(self, job: AnyJob, *, awaited: bool = True) -> None:
        """Return once the job is owned; raises HandoffError when the process is full or no request accepts the job.

        A job that this process owns already is not posted again: under load, Slack repeats all messages at once.
        `awaited`: Slack has no ack yet for what the job came from.
        """
        if self.claims.is_kept(claim_name(self.hook_id, job)):
            return
        name = f"{self.hook_id}/{job.job_id}"
        if not self.capacity.enter(name):
            raise HandoffError("as many turns are open as this process carries")
        try:
            body = self.signer.sign(job.to_dict())
            since = None
            if awaited and isinstance(job, Job | ReactionJob) and job.continuation <= 0:
                since = job.received
            request = HandOffRequest(body, self.signer.receipt(body), since)
            self.relay.hand_off(self.hook_id, self.routes, request)
        finally:
            self.capacity.leave(name)


@dataclass(frozen=True, slots=True)
class HandOffFactory:
    """One per process. Makes the hand-off of one request."""

    env: Environment
    relay: Relay
    capacity: Capacity
    claims: Claims

    def hand_off(self, endpoint: EndpointRequest, hook_url: str) -> HandOff:
        """`hook_url` is the `Dify-Hook-Url` of Slack's request; our own requests do not carry this header."""
        ways = routes(
            hook_id=endpoint.id,
            hook_url=hook_url,
            internal_url=endpoint.settings.internal_url or "",
            server_port=self.env.server_port if self.env.local_runtime else None,
            daemon_url=endpoint.session.dify_plugin_daemon_url or "",
            known_hosts=self.env.known_hosts,
        )
        signer = Signer(endpoint.settings.signing_secrets, endpoint.id)
        return HandOff(endpoint.id, ways, signer, self.relay, self.capacity, self.claims)


@dataclass(frozen=True, slots=True)
class EventHandOff:
    """Hands off the message of one request that Slack signed, and tells the turns of a message that was deleted."""

    endpoint: EndpointRequest
    turns: TurnsOfEndpoint
    hand_off: HandOff
    claims_ahead: ClaimsAhead
    acks: AckTimes
    sweeps: SweepSchedule
    cancellations: CancellationRegistry
    stores: ProcessStores
    shared: SharedStops | None = None

    def hand(self, job: Job | ReactionJob) -> None:
        """Return once a request owns the message, or the reaction.

        Raises HandoffError, and SettingsError while the settings let nobody answer: Slack must not be acked then.
        """
        self.endpoint.can_answer(job.message)
        if isinstance(job, Job) and not self.stores.has_redis(self.endpoint.settings.redis_url or ""):
            self._hand_claimed(job)
        else:
            self.hand_off.hand(job)
        self.acks.note(self.endpoint.id, job)
        self.sweep_if_due()  # the claim on this message may be a dead process's

    def _hand_claimed(self, job: Job) -> None:
        """Hand off while the message is claimed. Redis, where all processes claim, is fast enough without this."""
        with self.claims_ahead.beside(self.endpoint.id, self.turns, job) as ahead:
            self.hand_off.hand(replace(job, is_claimed_ahead=ahead is not None))
        if ahead is not None and ahead.is_given_back:
            self.hand_off.hand(job)  # the process that got the job may have refused the job for our claim

    def ask_privately(self, job: PrivateJob) -> None:
        """Return once a request owns the private question. Raises HandoffError, and SettingsError as `hand` does."""
        self.endpoint.can_answer(job.message)
        self.hand_off.hand(job)

    def deleted(self, channel: str, ts: str) -> None:
        """Withdraw the turns, present and to come, whose question or thread's root was deleted.

        Turns of other processes hear of the deletion where there is Redis.
        """
        self.cancellations.deleted((self.endpoint.id, channel, ts))
        if self.shared is not None:
            with suppress(StoreError):
                self.shared.tell(EndNote(self.endpoint.id, channel, ts))

    def show(self, notice: NoticeJob) -> None:
        """Hand off a notice. Returns at once; a notice that nobody takes is only missing."""
        if self.endpoint.settings.bot_token:
            gevent.spawn(self._show, notice)

    def _show(self, notice: NoticeJob) -> None:
        with suppress(HandoffError):
            self.hand_off.hand(notice)

    def probe(self) -> str:
        """Hand off a sweep now, to learn at which address our own endpoint is reached. Raises HandoffError."""
        self.hand_off.hand(SweepJob(uuid.uuid4().hex))
        return self.hand_off.relay.working_route(self.endpoint.id)

    def sweep_if_due(self) -> None:
        """Hand off a sweep if one is due, which looks for turns of dead processes. Returns at once."""
        if self.endpoint.settings.bot_token and self.sweeps.take(self.endpoint.id):
            gevent.spawn(self._hand_sweep)

    def _hand_sweep(self) -> None:
        try:
            self.hand_off.hand(SweepJob(uuid.uuid4().hex))
        except HandoffError:
            self.sweeps.soon(self.endpoint.id)


@dataclass(slots=True)
class ContinuationHandOff:
    """Hands one waiting turn on to a fresh request, or makes sure that no fresh request goes on with the turn."""

    hand_off: HandOff
    turns: TurnsOfEndpoint
    _failed: int = 0

    def hand_on(self, job: Job) -> None:
        """Return once a fresh request goes on with the turn. Raises HandoffError if the present request must go on.

        A fresh request that did not answer may have begun, or may come late. The first to claim the continuation
        decides: if the fresh request is first, the turn is handed on; if we are first, the fresh request will be
        refused. So each attempt needs a continuation of its own.
        """
        attempt = replace(job, continuation=job.continuation + self._failed)
        try:
            self.hand_off.hand(attempt)
        except HandoffError:
            is_ours = self.hand_off.claims.take(claim_name(self.hand_off.hook_id, attempt))
            if is_ours and self.turns.claim(attempt) is not None:
                self._failed += 1
                raise
