"""Redis first, Dify's storage while Redis is away; back by itself."""

import logging
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from cachetools import LRUCache

from clock import Clock
from conversation_store.record import OpenTurn, ThreadKey, ThreadRecord, merged
from conversation_store.store import Change, ThreadStore
from errors import StoreError

REST = 5.0
"""Seconds until Redis is tried again."""
STRAYS = 10_000

_log = logging.getLogger("slack_bridge.store")  # its parent's lines reach the daemon


class Outage:
    """The process-level half: whether Redis is away, and which threads were written elsewhere meanwhile."""

    def __init__(self, clock: Clock) -> None:
        self.strays: LRUCache[ThreadKey, None] = LRUCache(STRAYS)
        self._clock = clock
        self._until = float("-inf")
        self._reported = False

    def try_first[T](self, call: Callable[[], T]) -> T:
        """Call Redis unless it was away a moment ago. Raises StoreError."""
        if self._clock.now() < self._until:
            raise StoreError("redis was away a moment ago")
        try:
            answer = call()
        except StoreError as error:
            self._until = self._clock.now() + REST
            if not self._reported:
                self._reported = True
                _log.warning("Redis is away, going on from Dify's storage: %s", error)
            raise
        if self._reported:
            self._reported = False
            _log.warning("Redis is back")
        return answer


@dataclass(frozen=True, slots=True)
class FailoverStore:
    """A ThreadStore on `first`, and on `second` while that fails.

    A thread's conversation and followers are written to `second` too when they change, so that it can go on
    from there. Messages taken are not: one repeated while Redis goes away can be answered by two processes.
    What `second` learnt alone goes into `first` with the thread's next write.
    """

    first: ThreadStore
    second: ThreadStore
    outage: Outage

    def get(self, key: ThreadKey, *, fresh: bool = False) -> ThreadRecord | None:  # noqa: D102
        try:
            record = self.outage.try_first(lambda: self.first.get(key, fresh=fresh))
        except StoreError:
            return self.second.get(key, fresh=fresh)
        stray = self._stray(key)
        return merged(record or ThreadRecord(), stray) if stray else record

    def update(self, key: ThreadKey, change: Change) -> ThreadRecord:  # noqa: D102
        stray, told = self._stray(key), _Told(change)
        try:
            record = self.outage.try_first(lambda: self.first.update(key, told.over(stray)))
        except StoreError:
            self.outage.strays[key] = None
            return self.second.update(key, change)
        self.outage.strays.pop(key, None)
        if told.news(record):
            with suppress(StoreError):
                self.second.update(key, lambda mirrored: merged(mirrored, record))
        return record

    def claim(self, key: ThreadKey, ts: str, change: Change) -> ThreadRecord | None:  # noqa: D102
        stray = self._stray(key)
        if stray and ts in stray.handled:
            return None
        try:
            claimed = self.outage.try_first(lambda: self.first.claim(key, ts, _Told(change).over(stray)))
        except StoreError:
            self.outage.strays[key] = None
            return self.second.claim(key, ts, change)
        if claimed is not None:
            self.outage.strays.pop(key, None)
        return claimed

    def forget(self, key: ThreadKey) -> None:  # noqa: D102
        try:
            self.outage.try_first(lambda: self.first.forget(key))
        except StoreError:
            self.outage.strays[key] = None
            self.second.update(key, lambda _: ThreadRecord())
            return
        self.outage.strays.pop(key, None)
        with suppress(StoreError):
            self.second.forget(key)

    def in_flight(self, hook_id: str) -> tuple[OpenTurn, ...]:
        """Of both, since a turn may have begun while Redis was away."""
        turns = self.second.in_flight(hook_id)
        with suppress(StoreError):
            turns += self.outage.try_first(lambda: self.first.in_flight(hook_id))
        return tuple(dict.fromkeys(turns))

    def note_in_flight(self, turn: OpenTurn) -> None:  # noqa: D102
        try:
            self.outage.try_first(lambda: self.first.note_in_flight(turn))
        except StoreError:
            self.second.note_in_flight(turn)

    def clear_in_flight(self, turn: OpenTurn) -> None:  # noqa: D102
        self.second.clear_in_flight(turn)
        with suppress(StoreError):
            self.outage.try_first(lambda: self.first.clear_in_flight(turn))

    def _stray(self, key: ThreadKey) -> ThreadRecord | None:
        """What `second` alone knows of the thread; nothing while it fails, the next write asks again."""
        if key not in self.outage.strays:
            return None
        with suppress(StoreError):
            return self.second.get(key, fresh=True)
        return None


class _Told:
    """A change that remembers what it was given, to tell news from repetition."""

    def __init__(self, change: Change) -> None:
        self._change = change
        self._before = ThreadRecord()

    def over(self, stray: ThreadRecord | None) -> Change:
        """The change, made on the record joined with a stray one."""

        def changed(record: ThreadRecord) -> ThreadRecord:
            self._before = record
            return self._change(merged(record, stray) if stray else record)

        return changed

    def news(self, after: ThreadRecord) -> bool:
        """Whether the conversation or its followers changed."""
        before = self._before
        return (before.conversation_id, before.followers) != (after.conversation_id, after.followers)
