"""A store that never fails: what is broken costs memory of the thread, never the answer (design D3)."""

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace

from clock import Clock
from conversation_store.memory import ProcessMemory
from conversation_store.record import OpenTurn, ThreadKey, ThreadRecord, as_of
from conversation_store.store import Change, ThreadStore
from errors import StoreBusy, StoreError, StoreFull

FAILURES_BEFORE_REST = 3
"""Failures in a row after which the store is left alone for REST seconds: each costs up to its time-out."""
REST = 5.0

_log = logging.getLogger("slack_bridge.store")  # its parent's lines reach the daemon


class Health:
    """The process-level half for one hook: how its store did lately. The memory is the process's."""

    def __init__(self, clock: Clock, memory: ProcessMemory | None = None) -> None:
        self.memory = memory or ProcessMemory(clock)
        self._clock = clock
        self._failures = 0
        self._rests_until = float("-inf")
        self._reported = False

    def ask[T](self, call: Callable[[], T]) -> T:
        """Call the store unless it rests. Raises StoreError."""
        if self._clock.now() < self._rests_until:
            raise StoreError("the store is left alone for a moment")
        try:
            answer = call()
        except StoreError as error:
            self._failed(error)
            raise
        self._failures = 0
        return answer

    def wrote(self) -> None:
        """A write succeeded: the store works."""
        if self._reported:
            self._reported = False
            _log.warning("conversation store works again")

    def _failed(self, error: StoreError) -> None:
        if isinstance(error, StoreBusy):
            return
        if not self._reported:
            self._reported = True
            _log.warning("conversation store fails, going on from memory: %s", error)
        self._failures += 0 if isinstance(error, StoreFull) else 1
        if self._failures >= FAILURES_BEFORE_REST:
            self._rests_until = self._clock.now() + REST


@dataclass(frozen=True, slots=True)
class ResilientStore:
    """A ThreadStore on `inner` that raises no StoreError where a turn asks: what `inner` can't take is kept in memory.

    It is written with the thread's next update once `inner` works again, or with the next sweep. A claim is
    exact within the process whatever `inner` does.
    """

    inner: ThreadStore
    health: Health
    clock: Clock
    days: float

    def get(self, key: ThreadKey, *, fresh: bool = False) -> ThreadRecord | None:  # noqa: D102
        try:
            stored = self.health.ask(lambda: self.inner.get(key, fresh=fresh))
        except StoreError:
            return self._remembered(key)
        return self.health.memory.seen(key, stored)

    def ask(
        self, key: ThreadKey, enough: Callable[[ThreadRecord], bool], *, fresh: bool = False
    ) -> ThreadRecord | None:
        """As `get`; but raises StoreError when `inner` can't be asked and what is remembered is not `enough`."""
        try:
            stored = self.health.ask(lambda: self.inner.get(key, fresh=fresh))
        except StoreError:
            known = self._remembered(key)
            if known is None or not enough(known):
                raise
            return known
        return self.health.memory.seen(key, stored)

    def update(self, key: ThreadKey, change: Change) -> ThreadRecord:  # noqa: D102
        try:
            record = self.health.ask(lambda: self.inner.update(key, self._over_memory(key, change)))
        except StoreError:
            return self._kept(key, change)
        return self._saved(key, record)

    def claim(self, key: ThreadKey, ts: str, change: Change) -> ThreadRecord | None:  # noqa: D102
        memory = self.health.memory
        if memory.claimed(key, ts):
            return None
        try:
            claimed = self.health.ask(lambda: self.inner.claim(key, ts, self._over_memory(key, change)))
        except StoreError:
            known = self._remembered(key)
            if (known and known.has_taken(ts, self.clock)) or not memory.take(key, ts):
                return None
            return self._kept(key, lambda record: change(record).with_handled(ts))
        if claimed is None or not memory.take(key, ts):
            return None
        return self._saved(key, claimed)

    def forget(self, key: ThreadKey) -> None:  # noqa: D102
        try:
            self.health.ask(lambda: self.inner.forget(key))
        except StoreError:
            self._kept(key, lambda _: ThreadRecord())
        else:
            self.health.wrote()
            self.health.memory.saved(key, None)

    def in_flight(self, hook_id: str) -> tuple[OpenTurn, ...]:
        """Saves what is not saved yet before: what has ended must not be found open by those who look there.

        Raises StoreError: an empty list would say that nothing is open.
        """
        for key in self.health.memory.owed(hook_id):
            if not self._settled(key):
                break
        return self.health.ask(lambda: self.inner.in_flight(hook_id))

    def note_in_flight(self, turn: OpenTurn) -> None:
        """Best effort: without it only the sweep misses the turn, the thread's own record still knows it."""
        self._quietly(lambda: self.inner.note_in_flight(turn))

    def clear_in_flight(self, turn: OpenTurn) -> None:
        """Not before the thread's record says that it is over, which is tried once more here."""
        if self._settled(turn.key):
            self._quietly(lambda: self.inner.clear_in_flight(turn))

    def owes(self, hook_id: str) -> bool:
        """Whether there are threads of the hook of which `inner` lacks something."""
        return bool(self.health.memory.owed(hook_id))

    def _quietly(self, call: Callable[[], None]) -> None:
        try:
            self.health.ask(call)
        except StoreError:
            return

    def _settled(self, key: ThreadKey) -> bool:
        """Whether `inner` has all of the thread, if need be from now on."""
        if not self.health.memory.owes(key):
            return True
        try:
            record = self.health.ask(
                lambda: self.inner.update(key, self._over_memory(key, lambda joined: joined))
            )
        except StoreError:
            return False
        self._saved(key, record)
        return True

    def _over_memory(self, key: ThreadKey, change: Change) -> Change:
        return lambda record: change(self.health.memory.joined(key, record))

    def _remembered(self, key: ThreadKey) -> ThreadRecord | None:
        known = self.health.memory.known(key)
        return known and as_of(key, known, self.clock.epoch(), self.days)

    def _kept(self, key: ThreadKey, change: Change) -> ThreadRecord:
        changed = change(self._remembered(key) or ThreadRecord())
        record = replace(changed, updated=self.clock.epoch())
        self.health.memory.unsaved(key, record)
        return record

    def _saved(self, key: ThreadKey, record: ThreadRecord) -> ThreadRecord:
        self.health.wrote()
        self.health.memory.saved(key, record)
        return record
