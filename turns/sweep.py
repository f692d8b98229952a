"""Looks for orphans of a hook without waiting for their threads to be used again."""

from dataclasses import dataclass

from cachetools import LRUCache

from clock import Clock
from conversation_store.record import ThreadRecord
from conversation_store.store import ThreadStore
from conversation_store.thread_line import LEASE
from turns.limits import LONGEST_AT_ALL, TURN_SECONDS
from turns.orphans import LONGEST_END, Orphans

HOOKS = 10_000
# What nobody can tell dead or alive is an orphan when it has grown too old: so there is always a next look.
EVERY = LONGEST_AT_ALL / 2
AGAIN = 60.0
# The lease of a process that was just killed still stands on Redis.
SECOND_LOOK = LEASE + 15.0
# A sweep lives as long as its request; the last one it ends needs time as well.
SWEEP_SECONDS = TURN_SECONDS - LONGEST_END


class Sweeps:
    """When each hook is due: with the first genuine request after this process began, and then now and then."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._due: LRUCache[str, float] = LRUCache(HOOKS)

    def take(self, hook_id: str) -> bool:
        """Whether a sweep is due; whoever is told so makes it."""
        now = self._clock.now()
        if now < self._due.get(hook_id, float("-inf")):
            return False
        self._due[hook_id] = now + EVERY
        return True

    def soon(self, hook_id: str, seconds: float = AGAIN) -> None:
        """It is due again after that: it could not be made, or there is something to find."""
        self._due[hook_id] = min(self._due.get(hook_id, float("inf")), self._clock.now() + seconds)


@dataclass(frozen=True, slots=True)
class Sweep:
    """For one request."""

    store: ThreadStore
    orphans: Orphans
    clock: Clock

    def run(self, hook_id: str) -> bool:
        """Look twice if the first look left something that another process may hold.

        False when the time was over before all were looked at: the next sweep goes on.
        """
        until = self.clock.now() + SWEEP_SECONDS
        if self._look(hook_id, until) and self.clock.now() + SECOND_LOOK < until:
            self.clock.sleep(SECOND_LOOK)
            self._look(hook_id, until)
        return self.clock.now() < until

    def _look(self, hook_id: str, until: float) -> bool:
        """Whether turns are open that do not run here."""
        watch, left = self.orphans.watch, False
        for noted in self.store.in_flight(hook_id):
            if self.clock.now() >= until:
                return True
            if watch.runs_here(noted.key, noted.ts):
                continue
            record = self.store.get(noted.key, fresh=True)
            turn = record.open_turn(noted.ts) if record else None
            if turn is None:
                left = not self.orphans.close(noted, record or ThreadRecord()) or left
            elif not watch.is_orphan(noted.key, turn) or not self.orphans.end(noted.key, turn):
                left = True
        return left
