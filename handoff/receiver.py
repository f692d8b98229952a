"""The receiving end of a hand-off: how `/slack/turns` answers a signed body."""

from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass, field
from types import TracebackType

import gevent

from clock import Clock
from errors import Forged, SettingsError
from handoff.acceptances import Acceptances
from handoff.claims import CancellationRegistry, Capacity, Claims, claim_name
from handoff.claims_ahead import ClaimsAhead
from handoff.hand_off import ContinuationHandOff, HandOffFactory
from handoff.relay import RECEIPT_HEADER
from handoff.signer import Signer
from job import AnyJob, Job, NoticeJob, PrivateJob, ReactionJob, SweepJob, job_from
from turns import (
    HEARTBEAT_SECONDS,
    EndpointRequest,
    TurnsOfEndpoint,
    Work,
    logger,
)

OK, UNAUTHORIZED, CONFLICT, TOO_EARLY, UNAVAILABLE = 200, 401, 409, 425, 503
CONFIRM_SECONDS = 2.0  # for which a duplicate waits until the first request has confirmed its claim
CONFIRM_WALL_FLOOR = 0.6  # wall seconds: a scaled clock does not make the storage faster
CONFIRM_POLL = 0.05
BEAT = b"."
UNBUFFERED = {"X-Accel-Buffering": "no"}  # tells an nginx on the route to pass each byte on at once


type _OtherJob = ReactionJob | NoticeJob | PrivateJob | SweepJob


@dataclass(frozen=True, slots=True)
class TurnReply:
    """The HTTP answer of `/slack/turns`. The turn runs while `body` is read, if that is an iterator."""

    status: int
    body: bytes | Iterable[bytes] = b""
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Share(AbstractContextManager["Share"]):
    """A request's share of the process, which is given back when the request's work has ended."""

    capacity: Capacity
    name: str
    cancellations: CancellationRegistry
    request: str

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self.give_back()

    def give_back(self) -> None:
        """Make room for another message, and forget the turn that ran in this request."""
        self.cancellations.release(self.request)
        self.capacity.leave(self.name)


@dataclass(frozen=True, slots=True)
class Receiver:
    """For one request. `request` is the name that the relay gave the request."""

    endpoint: EndpointRequest
    turns: TurnsOfEndpoint
    hand_offs: HandOffFactory
    capacity: Capacity
    claims: Claims
    claims_ahead: ClaimsAhead
    acceptances: Acceptances
    cancellations: CancellationRegistry
    clock: Clock
    request: str = ""

    def receive(self, body: bytes) -> TurnReply:
        """Answer the body. Each continuation of each job is accepted once, however often the body is sent."""
        signer = Signer(self.endpoint.settings.signing_secrets, self.endpoint.id)
        try:
            job = job_from(signer.verify(body))
        except Forged:
            return TurnReply(UNAUTHORIZED)
        receipt = {RECEIPT_HEADER: signer.receipt(body)}
        claim = claim_name(self.endpoint.id, job)
        if not self.claims.take(claim):
            return TurnReply(self._status_of_duplicate(claim), headers=receipt)
        try:
            return self._accept(job, claim, receipt)
        except SettingsError as error:  # nothing is claimed; when Slack retries, the setting may be mended
            logger.error("%s", error)
            return TurnReply(UNAVAILABLE)

    def _accept(self, job: AnyJob, claim: str, receipt: dict[str, str]) -> TurnReply:
        """Begin the job. The claim is given back, so that another request may begin the job, if we fail.

        The claim is given back, too, if we refuse a message that another process claims no more once we have refused.
        """
        name = f"{self.endpoint.id}/{job.job_id}"
        is_final = not self._is_claimed_elsewhere(job, claim)
        with ExitStack() as undo:
            undo.callback(self.claims.give_back, claim)
            if not self.capacity.enter(name):
                return TurnReply(UNAVAILABLE, headers=receipt)
            held = undo.enter_context(Share(self.capacity, name, self.cancellations, self.request))
            work = self._turn(job, claim, held) if isinstance(job, Job) else self._work(job, held)
            if work is None and not is_final:
                return TurnReply(CONFLICT, headers=receipt)
            self.claims.keep(claim)
            undo.pop_all()
        if work is None:
            held.give_back()
            return TurnReply(CONFLICT, headers=receipt)
        self.acceptances.accept(self.request)
        return TurnReply(OK, heartbeats(work, self.clock), receipt | UNBUFFERED)

    def _turn(self, job: Job, claim: str, held: Share) -> Work | None:
        """The turn of the message; None when the message was claimed before, in this or another process.

        A claimed message is owned, so Slack gets its ack before the turn's objects are made.
        """
        record = self.claims_ahead.claim(claim, self.turns, job)
        if record is None:
            return None
        begun = self.turns.begin(job, record)
        self.claims.keep(claim)
        self.acceptances.accept(self.request)
        hand_off = self.hand_offs.hand_off(self.endpoint, job.hook_url)
        turn = self.turns.turn(begun, ContinuationHandOff(hand_off, self.turns), held)
        self.cancellations.hold(self.request, turn)
        return self.turns.beside(begun, turn)

    def _is_claimed_elsewhere(self, job: AnyJob, claim: str) -> bool:
        """Whether another process has claimed the message ahead. If we refuse, that process gives the claim back."""
        return isinstance(job, Job) and job.is_claimed_ahead and not self.claims_ahead.holds(claim)

    def _work(self, job: _OtherJob, held: Share) -> Work | None:
        """The work of any other job; None when the job was claimed before, in this or another process."""
        if isinstance(job, SweepJob):
            return self.turns.sweep(held)
        if isinstance(job, NoticeJob):
            return self.turns.notice(job, held)
        if isinstance(job, PrivateJob):
            return self.turns.private(job, held)
        return self.turns.reaction(job, self.hand_offs.hand_off(self.endpoint, job.hook_url), held)

    def _status_of_duplicate(self, claim: str) -> int:
        """The status for a job that another request claimed. 409 counts as an ack, so it needs a confirmed claim."""
        until = self.clock.now() + self.clock.stretched(CONFIRM_SECONDS, at_least=CONFIRM_WALL_FLOOR)
        while self.claims.is_taken(claim) and self.clock.now() < until:
            if self.claims.is_kept(claim):
                return CONFLICT
            self.clock.sleep(CONFIRM_POLL)
        return TOO_EARLY


def heartbeats(work: Work, clock: Clock) -> Iterator[bytes]:
    """The body of `/slack/turns`: a byte at once, then a byte every 10 s until the work has ended or is released.

    The work has a greenlet of its own, since its last calls to Slack may come after the request. The first pause is up
    to a second shorter, so that bytes fall on whole seconds: the bytes of many turns are then written at one moment.

    Only a streamed body that is tiny and that we read to its end ourselves is safe with the plugin daemon
    (docs/platform/dify.md#endpoint-answers).
    """
    gevent.spawn(_run, work)
    yield BEAT
    while not work.released.wait(timeout=clock.wall(HEARTBEAT_SECONDS - clock.now() % 1.0)):
        yield BEAT


def _run(work: Work) -> None:
    try:
        work.run()
    finally:
        work.released.set()
