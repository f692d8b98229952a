"""Looks for orphans of a hook, since nobody may ever write in their threads again."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from cachetools import LRUCache

from clock import Clock
from conversation_store import LEASE, OpenTurn, ThreadKey, ThreadRecord, ThreadStore
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


class SweepStore(ThreadStore, Protocol):
    """A store that raises when it cannot read a record: such a turn must not count as ended."""

    def get_or_raise(
        self, key: ThreadKey, enough: Callable[[ThreadRecord], bool], *, fresh: bool = False
    ) -> ThreadRecord | None:
        """The thread's record. Raises StoreError if the store fails, unless a remembered record is `enough`."""


@dataclass(slots=True)
class _Look:
    """`left`: open turns may run in another process. `unknown`: a turn could not be read, or not ended in time."""

    left: bool = False
    unknown: bool = False


@dataclass(frozen=True, slots=True)
class Sweep:
    """For one request."""

    store: SweepStore
    orphans: Orphans
    clock: Clock

    def run(self, hook_id: str) -> bool:
        """Look for orphans, twice if after the first look there are turns that another process may run.

        False when some turns could not be looked at: then the next sweep must come soon.
        """
        until = self.clock.now() + SWEEP_SECONDS
        look = self._look(hook_id, until)
        if look.left and self.clock.now() + SECOND_LOOK < until:
            self.clock.sleep(SECOND_LOOK)
            look = self._look(hook_id, until)
        return not look.unknown

    def _look(self, hook_id: str, until: float) -> _Look:
        look = _Look()
        try:
            listed = self.store.in_flight(hook_id)
        except StoreError:
            return _Look(left=True, unknown=True)
        for noted in listed:
            if self.clock.now() >= until:
                return _Look(left=True, unknown=True)
            if not self.orphans.watch.runs_here(noted.key, noted.ts):
                self._turn(noted, look)
        return look

    def _turn(self, noted: OpenTurn, look: _Look) -> None:
        try:
            record = self.store.get_or_raise(noted.key, lambda _: False, fresh=True)
        except StoreError:
            look.left = look.unknown = True
            return
        turn = record.open_turn(noted.ts) if record else None
        if turn is not None:
            if not self.orphans.watch.is_orphan(noted.key, turn):
                look.left = True
            elif self.orphans.end(noted.key, turn):
                self.store.clear_in_flight(noted)  # an earlier process may have its own entry on the list
            else:
                look.left = look.unknown = True
        elif (record and record.has_ended(noted.ts)) or self._is_old(noted):
            self.store.clear_in_flight(noted)
        else:  # the record is in a store that can't be read now
            look.left = look.unknown = True

    def _is_old(self, noted: OpenTurn) -> bool:
        return self.orphans.watch.age(noted.ts) - CLOCK_SKEW > LONGEST_AT_ALL
