"""A short cache in front of a store, for what the events endpoint asks before it acks."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from cachetools import TTLCache

from clock import Clock
from conversation_store.record import OpenTurn, ThreadKey, ThreadRecord
from conversation_store.store import Change, ThreadStore, Verdict

FRESH_SECONDS = 5.0
"""Short, because another process may write."""
CACHED_THREADS = 10_000


class RecordCache:
    """What the store answered lately, None for unknown threads too. Lives as long as the process."""

    def __init__(self, clock: Clock) -> None:
        self.records: TTLCache[ThreadKey, ThreadRecord | None] = TTLCache(
            CACHED_THREADS, FRESH_SECONDS, timer=clock.now
        )
        self.writes = 0


@dataclass(frozen=True, slots=True)
class CachedStore:
    """A ThreadStore that repeats an answer of `inner` for FRESH_SECONDS. All writes reach `inner`."""

    inner: ThreadStore
    cache: RecordCache

    def get(self, key: ThreadKey, *, fresh: bool = False) -> ThreadRecord | None:  # noqa: D102
        if not fresh:
            with suppress(KeyError):  # no test with `in` before: the entry may expire in between
                return self.cache.records[key]
        writes = self.cache.writes
        record = self.inner.get(key, fresh=fresh)
        if writes == self.cache.writes:  # otherwise the record may be older than what was written meanwhile
            self.cache.records[key] = record
        return record

    def update(self, key: ThreadKey, change: Change) -> ThreadRecord:  # noqa: D102
        return self._write(key, lambda: self.inner.update(key, change))

    def claim(self, key: ThreadKey, ts: str, change: Change) -> ThreadRecord | None:  # noqa: D102
        return self._write(key, lambda: self.inner.claim(key, ts, change))

    def forget(self, key: ThreadKey) -> None:  # noqa: D102
        self._write(key, lambda: self.inner.forget(key))

    def in_flight(self, hook_id: str) -> tuple[OpenTurn, ...]:  # noqa: D102
        return self.inner.in_flight(hook_id)

    def note_in_flight(self, turn: OpenTurn, verdict: Verdict | None = None) -> None:  # noqa: D102
        self.inner.note_in_flight(turn, verdict)

    def clear_in_flight(self, turn: OpenTurn) -> None:  # noqa: D102
        self.inner.clear_in_flight(turn)

    def has_seen_press(self, hook_id: str) -> bool:  # noqa: D102
        return self.inner.has_seen_press(hook_id)

    def note_press(self, hook_id: str) -> None:  # noqa: D102
        self.inner.note_press(hook_id)

    def _write[T: ThreadRecord | None](self, key: ThreadKey, write: Callable[[], T]) -> T:
        self.cache.writes += 1
        writes = self.cache.writes
        self.cache.records.pop(key, None)  # before the write: one that fails may have happened all the same
        record = write()
        self.cache.records.pop(key, None)
        if record is not None and writes == self.cache.writes:  # otherwise another write may be the later one
            self.cache.records[key] = record
        self.cache.writes += 1
        return record
