"""Hands one job to our own `/slack/turns` (docs/architecture.md#d1-hand-off)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from errors import HandoffError
from handoff.capacity import Capacity
from handoff.claims import Claims, claim_name
from handoff.hand_off_request import HandOffRequest
from handoff.relay import Relay
from handoff.routes import routes
from handoff.signer import Signer
from job import Job, SweepJob
from provider import Environment
from turns import EndpointRequest, TurnsOfEndpoint


@dataclass(frozen=True, slots=True)
class HandOff:
    """For one request of one hook. `routes` are the addresses of our own endpoint, the best first."""

    hook_id: str
    routes: Sequence[str]
    signer: Signer
    relay: Relay
    capacity: Capacity
    claims: Claims

    def hand(self, job: Job | SweepJob) -> None:
        """Return once the job is owned; raises HandoffError when the process is full or no request accepts the job.

        A job that this process owns already is not posted again: under load the acks come late, and then Slack
        repeats all the messages at the same moment.
        """
        if self.claims.is_kept(claim_name(self.hook_id, job)):
            return
        name = f"{self.hook_id}/{job.job_id}"
        if not self.capacity.enter(name):
            raise HandoffError("as many turns are open as this process carries")
        try:
            body = self.signer.sign(job.to_dict())
            since = job.received if isinstance(job, Job) and not job.continuation else None
            request = HandOffRequest(body, self.signer.receipt(body), since)
            self.relay.hand_off(self.hook_id, self.routes, request)
        finally:
            self.capacity.leave(name)


class HandOffFactory:
    """One per process. Makes the hand-off of one request."""

    def __init__(self, env: Environment, relay: Relay, capacity: Capacity, claims: Claims) -> None:
        self._env = env
        self._relay = relay
        self._capacity = capacity
        self._claims = claims

    def hand_off(self, endpoint: EndpointRequest, hook_url: str) -> HandOff:
        """`hook_url` is the `Dify-Hook-Url` of Slack's request; our own requests do not carry this header."""
        env, settings = self._env, endpoint.settings
        ways = routes(
            hook_id=endpoint.id,
            hook_url=hook_url,
            internal_url=settings.internal_url or "",
            server_port=env.server_port if env.local_runtime else None,
            daemon_url=endpoint.session.dify_plugin_daemon_url or "",
            known_hosts=env.known_hosts,
        )
        signer = Signer(settings.signing_secrets, endpoint.id)
        return HandOff(endpoint.id, ways, signer, self._relay, self._capacity, self._claims)


class ContinuationHandOff:
    """Hands one waiting turn on to a fresh request, or makes sure that no fresh request goes on with the turn."""

    def __init__(self, hand_off: HandOff, claims: Claims, turns: TurnsOfEndpoint) -> None:
        self._hand_off = hand_off
        self._claims = claims
        self._turns = turns
        self._failed = 0

    def hand_on(self, job: Job) -> None:
        """Return once a fresh request goes on with the turn. Raises HandoffError if the present request must go on.

        A fresh request that did not answer may have begun, or may come late. The first to claim the continuation
        decides: if the fresh request is first, the turn is handed on; if we are first, the fresh request will be
        refused. So each attempt needs a continuation of its own.
        """
        attempt = replace(job, continuation=job.continuation + self._failed)
        try:
            self._hand_off.hand(attempt)
        except HandoffError:
            is_ours = self._claims.take(claim_name(self._hand_off.hook_id, attempt))
            if is_ours and self._turns.claim(attempt) is not None:
                self._failed += 1
                raise
