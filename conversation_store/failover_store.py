"""Redis first, Dify's storage while Redis is away. The return to Redis needs nobody."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace

from conversation_store.record import OpenTurn, ThreadKey, ThreadRecord, merged
from conversation_store.redis import Outage, RedisStore
from conversation_store.store import Change, Taken, ThreadStore, Verdict
from errors import StoreBusy, StoreError


@dataclass(frozen=True, slots=True)
class FailoverStore:
    """A ThreadStore on `first`, and on `second` while that fails.

    What a thread needs to go on is written to `second` too when it changes: its conversation, its followers, the
    messages that were answered. Running turns are not, because their end would have to be written there as well. So two
    processes can answer the same message, if Slack repeats the message after Redis went away in the middle of its turn.
    `second` is asked for a thread that `first` does not know, because a Redis may come back empty. What was written
    to `second` while `first` was away is sent to `first` later (outage.py).
    """

    first: RedisStore
    second: ThreadStore
    outage: Outage

    def get(self, key: ThreadKey, *, fresh: bool = False) -> ThreadRecord | None:  # noqa: D102
        try:
            record = self.outage.breaker.call(lambda: self.first.get(key, fresh=fresh))
        except StoreBusy:
            raise
        except StoreError:
            return self.second.get(key, fresh=fresh)
        whole = self._whole(key, record or ThreadRecord())
        return None if whole == ThreadRecord() else whole

    def update(self, key: ThreadKey, change: Change) -> ThreadRecord:  # noqa: D102
        before = ThreadRecord()

        def change_whole(record: ThreadRecord) -> ThreadRecord:
            nonlocal before
            before = record
            return change(self._whole(key, record))

        record = self._write(
            key, lambda: self.first.update(key, change_whole), lambda: self.second.update(key, change)
        )
        if self.outage.unsent(key) is None and _needed(before) != _needed(record):
            with suppress(StoreError):
                self.second.update(key, lambda mirrored: _at_rest(merged(mirrored, record)))
        return record

    def claim(self, key: ThreadKey, ts: str, change: Change) -> ThreadRecord | None:  # noqa: D102
        def change_whole(record: ThreadRecord) -> ThreadRecord:
            return change(self._whole(key, record, claimed=ts))

        return self._write(
            key, lambda: self.first.claim(key, ts, change_whole), lambda: self.second.claim(key, ts, change)
        )

    def forget(self, key: ThreadKey) -> None:  # noqa: D102
        try:
            self.outage.breaker.call(lambda: self.first.forget(key))
        except StoreBusy:
            raise
        except StoreError:
            self.outage.note_unsent(key, self.second.update(key, lambda _: ThreadRecord()), self.first)
            return
        self.outage.note_complete(key)
        self.second.forget(key)

    def in_flight(self, hook_id: str) -> tuple[OpenTurn, ...]:
        """The turns of both stores, because a turn may have begun while Redis was away."""
        turns = self.second.in_flight(hook_id)
        with suppress(StoreError):
            turns += self.outage.breaker.call(lambda: self.first.in_flight(hook_id))
        return tuple(dict.fromkeys(turns))

    def note_in_flight(self, turn: OpenTurn, verdict: Verdict | None = None) -> None:  # noqa: D102
        try:
            self.outage.breaker.call(lambda: self.first.note_in_flight(turn, verdict))
        except StoreError:
            self.second.note_in_flight(turn, verdict)

    def clear_in_flight(self, turn: OpenTurn) -> None:  # noqa: D102
        self.second.clear_in_flight(turn)
        with suppress(StoreError):
            self.outage.breaker.call(lambda: self.first.clear_in_flight(turn))

    def has_seen_press(self, hook_id: str) -> bool:
        """Whether one of the stores knows of a press: it may have come while Redis was away."""
        with suppress(StoreError):
            if self.outage.breaker.call(lambda: self.first.has_seen_press(hook_id)):
                return True
        return self.second.has_seen_press(hook_id)

    def note_press(self, hook_id: str) -> None:
        """In both stores, because Redis may come back empty. One store is enough."""
        try:
            self.outage.breaker.call(lambda: self.first.note_press(hook_id))
        except StoreError:
            self.second.note_press(hook_id)
        else:
            with suppress(StoreError):
                self.second.note_press(hook_id)

    def _write[T: ThreadRecord | None](
        self, key: ThreadKey, first: Callable[[], T], second: Callable[[], T]
    ) -> T:
        """Write to one of the stores. What was written to `second` is `outage.unsent` from then on."""
        try:
            record = self.outage.breaker.call(first)
        except StoreBusy:
            raise
        except StoreError:
            record = second()
            if record is not None:
                self.outage.note_unsent(key, record, self.first)
            return record
        if record is not None:
            self.outage.note_complete(key)
        return record

    def _whole(self, key: ThreadKey, record: ThreadRecord, *, claimed: str = "") -> ThreadRecord:
        """The record of `first`, with what it lacks of the thread. Raises Taken for a message claimed elsewhere."""
        other = unsent = self.outage.unsent(key)
        if unsent is None and (record != ThreadRecord() or key in self.outage.unknown):
            return record
        with suppress(StoreError):
            found = self.second.get(key, fresh=True)
            if found is None:
                self.outage.unknown[key] = None
            else:
                other = merged(found, unsent) if unsent else found
        if other is None:
            return record
        if claimed and other.has_taken(claimed, self.outage.clock):
            raise Taken
        return record.with_unsent(other)


def _needed(record: ThreadRecord) -> tuple[object, ...]:
    """What the thread needs to go on."""
    return (
        record.conversation_id,
        record.via,
        record.user,
        record.followers,
        record.last_answer_ts,
        record.form,
    )


def _at_rest(record: ThreadRecord) -> ThreadRecord:
    """The record as if its running turns had not been claimed: a reader must not think that they have ended."""
    running = {turn.ts for turn in record.open}
    handled = tuple(ts for ts in record.handled if ts not in running)
    return replace(record, handled=handled, in_flight=None, waiting=())
