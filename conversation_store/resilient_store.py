"""A store that goes on from memory: what fails costs memory of the thread, never the answer."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace

from clock import Clock
from conversation_store.circuit_breaker import CircuitBreaker
from conversation_store.process_memory import ProcessMemory
from conversation_store.record import OpenTurn, ThreadKey, ThreadRecord, as_of
from conversation_store.store import Change, Taken, ThreadStore, Verdict, claiming
from errors import StoreError

FAILURES = 3
"""Failures in a row after which a hook's store is left alone for REST seconds."""


def hook_breaker(clock: Clock) -> CircuitBreaker:
    """The circuit breaker for the store of one hook. It lives as long as the process."""
    return CircuitBreaker(
        clock,
        failures=FAILURES,
        failing="conversation store fails, going on from memory",
        recovered="conversation store works again",
    )


@dataclass(frozen=True, slots=True)
class ResilientStore:
    """A ThreadStore on `inner` that raises no StoreError where a turn asks.

    What `inner` cannot take is kept in memory. It is written with the thread's next update once `inner` works again,
    or with the next sweep. A claim is exact within the process, whatever `inner` does.
    """

    inner: ThreadStore
    memory: ProcessMemory
    breaker: CircuitBreaker
    clock: Clock
    days: float

    def get(self, key: ThreadKey, *, fresh: bool = False) -> ThreadRecord | None:  # noqa: D102
        try:
            return self.get_or_raise(key, lambda _: True, fresh=fresh)
        except StoreError:
            return None

    def get_or_raise(
        self, key: ThreadKey, enough: Callable[[ThreadRecord], bool], *, fresh: bool = False
    ) -> ThreadRecord | None:
        """As `get`; but raises StoreError when `inner` fails and no remembered record is `enough` for the caller."""
        try:
            stored = self._read(lambda: self.inner.get(key, fresh=fresh))
        except StoreError:
            known = self._remembered(key)
            if known is None or not enough(known):
                raise
            return known
        return self.memory.note_read(key, stored)

    def update(self, key: ThreadKey, change: Change) -> ThreadRecord:  # noqa: D102
        try:
            return self._write(key, change)
        except StoreError:
            return self._keep(key, change)

    def claim(self, key: ThreadKey, ts: str, change: Change) -> ThreadRecord | None:  # noqa: D102
        if self.memory.is_claimed(key, ts):
            return None
        try:
            claimed = self.breaker.call(lambda: self._claim(key, ts, change))
        except StoreError:
            return self._claim_in_memory(key, ts, change)
        if claimed is None or not self.memory.claim(key, ts):
            return None
        self.memory.note_saved(key, claimed)
        return claimed

    def give_back(self, key: ThreadKey, ts: str, holder: str) -> None:
        """Undo a claim of this process. This process can claim the message again, whatever `inner` shows then.

        If `inner` does not take the change, the message stays claimed for other processes, as an orphan's is.
        `holder` names this process: another one may have claimed the message in the same milliseconds.
        """
        self.memory.give_back(key, ts, holder)
        self.update(key, lambda counting: counting)

    def forget(self, key: ThreadKey) -> None:  # noqa: D102
        try:
            self.breaker.call(lambda: self.inner.forget(key))
        except StoreError:
            self._keep(key, lambda _: ThreadRecord())
        else:
            self.memory.note_saved(key, None)

    def in_flight(self, hook_id: str) -> tuple[OpenTurn, ...]:
        """Saves first what is not saved yet: a reader must not find a turn open that has ended.

        Raises StoreError: an empty list would say that nothing is open.
        """
        for key in self.memory.unsaved_threads(hook_id):
            if not self._save(key):
                break
        return self._read(lambda: self.inner.in_flight(hook_id))

    def note_in_flight(self, turn: OpenTurn, verdict: Verdict | None = None) -> None:
        """Best effort: without the note only the sweep misses the turn, because the thread's record knows it."""
        with suppress(StoreError):
            self._read(lambda: self.inner.note_in_flight(turn, verdict))

    def clear_in_flight(self, turn: OpenTurn) -> None:
        """Waits until the thread's record says that the turn is over; saving the record is tried once more here."""
        if self._save(turn.key):
            with suppress(StoreError):
                self._read(lambda: self.inner.clear_in_flight(turn))

    def has_seen_press(self, hook_id: str) -> bool:
        """Raises StoreError: no press is remembered here (`Presses` does that)."""
        return self._read(lambda: self.inner.has_seen_press(hook_id))

    def note_press(self, hook_id: str) -> None:
        """Raises StoreError."""
        self.breaker.call(lambda: self.inner.note_press(hook_id))

    def has_unsaved(self, hook_id: str) -> bool:
        """Whether there are threads of the hook of which `inner` lacks something."""
        return bool(self.memory.unsaved_threads(hook_id))

    def _claim(self, key: ThreadKey, ts: str, change: Change) -> ThreadRecord | None:
        """A claim that was given back may still stand in `inner`, so only the record that counts can tell then."""
        if not self.memory.is_given_back(key, ts):
            return self.inner.claim(key, ts, self._over_memory(key, change))
        with suppress(Taken):
            return self.inner.update(key, self._over_memory(key, claiming(ts, change, self.clock)))
        return None

    def _claim_in_memory(self, key: ThreadKey, ts: str, change: Change) -> ThreadRecord | None:
        """Another greenlet may have claimed the message meanwhile, or the record that is remembered shows a claim."""
        if self.memory.is_claimed(key, ts):
            return None
        with suppress(Taken):
            claimed = self._keep(key, claiming(ts, change, self.clock))
            self.memory.claim(key, ts)
            return claimed
        return None

    def _read[T](self, call: Callable[[], T]) -> T:
        return self.breaker.call(call, shows_recovery=False)

    def _write(self, key: ThreadKey, change: Change) -> ThreadRecord:
        record = self.breaker.call(lambda: self.inner.update(key, self._over_memory(key, change)))
        self.memory.note_saved(key, record)
        return record

    def _save(self, key: ThreadKey) -> bool:
        """Give `inner` what it lacks of the thread; whether it has all of it then."""
        try:
            if self.memory.has_unsaved(key):
                self._write(key, lambda counting: counting)
        except StoreError:
            return False
        return True

    def _over_memory(self, key: ThreadKey, change: Change) -> Change:
        return lambda record: change(self.memory.counting(key, record))

    def _remembered(self, key: ThreadKey) -> ThreadRecord | None:
        known = self.memory.latest(key)
        return known and as_of(key, known, self.clock.epoch(), self.days)

    def _keep(self, key: ThreadKey, change: Change) -> ThreadRecord:
        changed = change(self._remembered(key) or ThreadRecord())
        record = replace(changed, updated=self.clock.epoch())
        self.memory.note_unsaved(key, record)
        return record
