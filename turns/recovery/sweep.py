"""Looks for orphans of a hook, since nobody may ever write in their threads again."""

from dataclasses import dataclass
from enum import IntEnum

from cachetools import LRUCache

from clock import Clock
from conversation_store import LEASE, OpenTurn, ResilientStore
from errors import StoreError
from turns.limits import LONGEST_AT_ALL, TURN_SECONDS
from turns.recovery.orphans import CLOCK_SKEW, LONGEST_END, Orphans

HOOKS = 10_000
# If nothing tells whether a turn's process lives, the turn is an orphan once it is too old. So there is always a next
# sweep.
EVERY = LONGEST_AT_ALL / 2
AGAIN = 60.0
# The lease of a process that was just killed is still valid on Redis, so the second look comes after the lease.
SECOND_LOOK = LEASE + 15.0
# A sweep ends with its request, and the last orphan needs time to be ended.
SWEEP_SECONDS = TURN_SECONDS - LONGEST_END


class SweepSchedule:
    """Knows when a sweep of each hook is due: at its first genuine request here, and then every EVERY seconds."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._due: LRUCache[str, float] = LRUCache(HOOKS)

    def take(self, hook_id: str) -> bool:
        """Whether a sweep is due. A caller that gets True must make the sweep."""
        now = self._clock.now()
        if now < self._due.get(hook_id, float("-inf")):
            return False
        self._due[hook_id] = now + EVERY
        return True

    def soon(self, hook_id: str, seconds: float = AGAIN) -> None:
        """Make a sweep due in `seconds`: the last one could not be made, or there is something to find."""
        self._due[hook_id] = min(self._due.get(hook_id, float("inf")), self._clock.now() + seconds)


class _Found(IntEnum):
    """What a look finds. The worst of its turns counts."""

    NOTHING = 0
    RUNNING = 1  # open turns may run in another process
    UNKNOWN = 2  # a turn could not be read, or not ended in time


@dataclass(frozen=True, slots=True)
class Sweep:
    """For one request. The store raises for an unreadable record: such a turn must not count as ended."""

    store: ResilientStore
    orphans: Orphans
    clock: Clock

    def run(self, hook_id: str) -> bool:
        """Look for orphans, twice if after the first look there are turns that another process may run.

        False when some turns could not be looked at: then the next sweep must come soon.
        """
        until = self.clock.now() + SWEEP_SECONDS
        found = self._look(hook_id, until)
        if found is not _Found.NOTHING and self.clock.now() + SECOND_LOOK < until:
            self.clock.sleep(SECOND_LOOK)
            found = self._look(hook_id, until)
        return found is not _Found.UNKNOWN

    def _look(self, hook_id: str, until: float) -> _Found:
        found = _Found.NOTHING
        try:
            listed = self.store.in_flight(hook_id)
        except StoreError:
            return _Found.UNKNOWN
        for noted in listed:
            if self.clock.now() >= until:
                return _Found.UNKNOWN
            if not self.orphans.watch.runs_here(noted.key, noted.ts):
                found = max(found, self._turn(noted))
        return found

    def _turn(self, noted: OpenTurn) -> _Found:
        try:
            record = self.store.get_or_raise(noted.key, lambda _: False, fresh=True)
        except StoreError:
            return _Found.UNKNOWN
        turn = record.open_turn(noted.ts) if record else None
        if turn is not None:
            if not self.orphans.watch.is_orphan(noted.key, turn):
                return _Found.RUNNING
            is_over = self.orphans.end(noted.key, turn)
        else:  # a turn that is neither over nor old has its record in a store that can't be read now
            is_old = self.orphans.watch.age(noted.ts) - CLOCK_SKEW > LONGEST_AT_ALL
            is_over = is_old or (record is not None and record.has_ended(noted.ts))
        if not is_over:
            return _Found.UNKNOWN
        self.store.clear_in_flight(noted)  # an earlier process may have its own entry on the list
        return _Found.NOTHING
