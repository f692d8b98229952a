"""Claims a message while its hand-off is under way, since Slack's ack waits for both.

The request that Slack sent makes the claim ahead of the turn's request, which takes the claim over when it arrives in
the same process. A claim that no request takes over is given back, so that the message can be claimed again.
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress

import gevent
from cachetools import LRUCache
from gevent.event import AsyncResult, Event

from conversation_store import ThreadRecord
from handoff.claims import Capacity, Claims, claim_name
from job import Job
from turns import TurnsOfEndpoint

HOOKS = 10_000
# Rounds of the event loop: in the first one the claim asks the storage, in the second one the question is written.
_ROUNDS = 2


class ClaimAhead:
    """The claim of one message. `turns` are those of the request that Slack sent."""

    def __init__(self, turns: TurnsOfEndpoint, job: Job) -> None:
        self._turns = turns
        self._job = job
        self._record: AsyncResult[ThreadRecord | None] = AsyncResult()
        self._end = Event()
        self._is_taken_over = self._is_ending = False
        self.is_given_back = False

    def begin(self) -> None:
        """Claim the message in a greenlet. The storage has been asked when this returns."""
        gevent.spawn(self._claim)
        for _ in range(_ROUNDS):
            gevent.sleep(0)

    def take_over(self) -> bool:
        """Note that the turn's request has the claim from now on. False, once this is over, if it is given back."""
        if self._is_ending:
            self._end.wait()
            return False
        self._is_taken_over = True
        return True

    def record(self) -> ThreadRecord | None:
        """What `TurnsOfEndpoint.claim` returned or raised, once that is known."""
        return self._record.get()

    def end(self) -> None:
        """Return when the storage is not used any more: Slack's request ends. Give back what was not taken over."""
        self._is_ending = not self._is_taken_over
        with suppress(Exception):  # the error counts where the record is asked for
            record = self._record.get()
            if self._is_ending and record is not None:
                self.is_given_back = True
                self._turns.give_back(self._job)
        self._end.set()

    def _claim(self) -> None:
        try:
            self._record.set(self._turns.claim(self._job))
        except Exception as error:  # noqa: BLE001 - the error is raised where the record is asked for
            self._record.set_exception(error)


class ClaimsAhead:
    """One per process. A claim is made ahead only while all requests of its hook to itself arrive in this process."""

    def __init__(self, claims: Claims, capacity: Capacity) -> None:
        self._claims = claims
        self._capacity = capacity
        self._arrives_here: LRUCache[str, bool] = LRUCache(HOOKS)
        self._open: dict[str, ClaimAhead] = {}

    def holds(self, name: str) -> bool:
        """Whether this process claims this name ahead now."""
        return name in self._open

    def claim(self, name: str, turns: TurnsOfEndpoint, job: Job) -> ThreadRecord | None:
        """Claim as `TurnsOfEndpoint.claim` does, or take over the claim of this name that was made ahead."""
        ahead = self._open.get(name)
        if ahead is not None and ahead.take_over():
            return ahead.record()
        return turns.claim(job)

    @contextmanager
    def beside(self, hook_id: str, turns: TurnsOfEndpoint, job: Job) -> Iterator[ClaimAhead | None]:
        """Claim ahead beside the context, which hands the job off. None: only the turn's request claims.

        The first hand-off of a hook shows whether the requests arrive here. After one that arrived in another process,
        no claim is made ahead any more for this hook. None is made for a message that the process has no room for: the
        hand-off will fail, and a crowd of claims that are given back at once is more than the storage can take.
        """
        name, share = claim_name(hook_id, job), f"{hook_id}/{job.job_id}"
        is_first = not self._claims.is_taken(name) and name not in self._open
        # The message counts as open until its claim has ended: a sweep must not take the message for an orphan.
        if is_first and self._arrives_here.get(hook_id) and self._capacity.enter(share):
            try:
                with self._made(name, ClaimAhead(turns, job)) as ahead:
                    yield ahead
            finally:
                self._capacity.leave(share)
        else:
            yield None
        arrived = self._claims.is_taken(name)
        self._arrives_here[hook_id] = arrived and self._arrives_here.get(hook_id, True)

    @contextmanager
    def _made(self, name: str, ahead: ClaimAhead) -> Iterator[ClaimAhead]:
        self._open[name] = ahead
        try:
            ahead.begin()
            yield ahead
        finally:
            ahead.end()
            del self._open[name]
