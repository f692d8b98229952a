"""Threads in Dify's storage: a fixed number of buckets, so the bytes are bounded by construction.

The arithmetic. BUCKETS * BUCKET_BYTES = 64 MiB can never be exceeded, whatever is written. With 100,000
threads a bucket holds 24.4 on average (standard deviation 4.9). A usual record (5 messages, one asker)
takes about 100 bytes, so a bucket has room for about 160 of them. A record with the full 20 handled messages and
three askers takes about 225 bytes, so there is room for 72, which is 9 deviations above the average: the newest
100,000 threads are all known, except with a probability below one in a million for the whole store.
"""

import hashlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

from clock import Clock
from conversation_store.codec import record_fields, record_from
from conversation_store.dify.bounded_lock import held
from conversation_store.dify.bucket import Bucket
from conversation_store.dify.dify_storage import DifyStorage, TimedStorage
from conversation_store.dify.open_turns import OPEN_TURN_BYTES, OpenTurnLists, OpenTurns
from conversation_store.record import OpenTurn, ThreadKey, ThreadRecord, as_of, expired
from conversation_store.store import Change
from errors import StoreError

BUCKETS = 4096
BUCKET_BYTES = 16 * 1024
STORAGE_BYTES = BUCKETS * BUCKET_BYTES + OPEN_TURN_BYTES
"""What manifest.yaml must ask for; Dify's default PERSISTENCE_STORAGE_MAX_SIZE allows 100 MiB."""

_FORMAT = "t1"


@dataclass(frozen=True, slots=True)
class Shape:
    """The number of buckets and the bytes of each. A change of `buckets` forgets every thread."""

    buckets: int = BUCKETS
    bucket_bytes: int = BUCKET_BYTES

    def bucket_of(self, digest: str) -> int:
        """The bucket of a thread, by digits of the digest that are not part of the key in the bucket."""
        return int(digest[-12:], 16) % self.buckets


class BucketState:
    """What lives as long as the process: a lock for each bucket, and the open turns that this process knows.

    All workspaces that use this process share the locks. That costs a wait, and mixes nothing.
    """

    def __init__(self, shape: Shape | None = None) -> None:
        self.shape = shape or Shape()
        self.locks = [threading.Lock() for _ in range(self.shape.buckets)]
        self.open_turns = OpenTurnLists()


@dataclass(slots=True)
class Buckets:
    """A ThreadStore on `session.storage`, for one request. `days` is the hook's `conversation_days`.

    A get is one read, an update or a claim is one read and one write. There is no write without a read, because the
    bucket holds other threads too, and what another process wrote there must stay. Two processes that write to a
    bucket within the same milliseconds lose one of the writes; within a process no update is lost.
    """

    state: BucketState
    storage: DifyStorage
    clock: Clock
    days: float
    _timed: TimedStorage = field(init=False)
    _lists: OpenTurns = field(init=False)

    def __post_init__(self) -> None:
        self._timed = TimedStorage(self.storage, self.clock)
        self._lists = OpenTurns(self.state.open_turns, self._timed, self.clock)

    def get(self, key: ThreadKey, *, fresh: bool = False) -> ThreadRecord | None:  # noqa: ARG002, D102 - always fresh
        digest = key.digest()
        with self._locked(digest) as (_, bucket):
            record = record_from(bucket.get(digest))
        return as_of(key, record, self.clock.epoch(), self.days)

    def update(self, key: ThreadKey, change: Change) -> ThreadRecord:  # noqa: D102
        written = self._rewrite(key, change)
        if written is None:
            raise StoreError("an update was refused")  # pragma: no cover - only a claim refuses
        return written

    def claim(self, key: ThreadKey, ts: str, change: Change) -> ThreadRecord | None:  # noqa: D102
        return self._rewrite(key, change, ts)

    def forget(self, key: ThreadKey) -> None:  # noqa: D102
        digest = key.digest()
        with self._locked(digest) as (number, bucket):
            if bucket.drop(digest):
                self._write(number, bucket)

    def in_flight(self, hook_id: str) -> tuple[OpenTurn, ...]:  # noqa: D102
        return self._lists.of(hook_id)

    def note_in_flight(self, turn: OpenTurn) -> None:  # noqa: D102
        self._lists.note(turn)

    def clear_in_flight(self, turn: OpenTurn) -> None:  # noqa: D102
        self._lists.clear(turn)

    def has_seen_press(self, hook_id: str) -> bool:  # noqa: D102
        digest = _press_digest(hook_id)
        with self._locked(digest) as (_, bucket):
            noted = bucket.updated(digest)
        return noted is not None and not expired(noted, self.clock.epoch(), self.days)

    def note_press(self, hook_id: str) -> None:  # noqa: D102
        digest, now = _press_digest(hook_id), self.clock.epoch()
        with self._locked(digest) as (number, bucket):
            bucket.put(digest, {"press": True, "updated": now}, now, self.days)
            self._write(number, bucket)

    def _rewrite(self, key: ThreadKey, change: Change, claimed: str = "") -> ThreadRecord | None:
        digest = key.digest()
        with self._locked(digest) as (number, bucket):
            now = self.clock.epoch()
            before = as_of(key, record_from(bucket.get(digest)), now, self.days) or ThreadRecord()
            if claimed and before.has_taken(claimed, self.clock):
                return None
            after = replace(change(before), updated=now)
            after = after.with_handled(claimed) if claimed else after
            bucket.put(digest, record_fields(after), now, self.days)
            self._write(number, bucket)
            return after

    @contextmanager
    def _locked(self, digest: str) -> Iterator[tuple[int, Bucket]]:
        """The number and the content of the digest's bucket, which nobody else of this process uses meanwhile.

        Readers lock too. The daemon caches for five minutes what a read finds, and a read during a write may cache
        the state before the write (docs/platform/dify.md#storage-errors).
        """
        number = self.state.shape.bucket_of(digest)
        with held(self.state.locks[number], self.clock):
            yield number, Bucket(self._timed.get(f"{_FORMAT}-{number}"))

    def _write(self, number: int, bucket: Bucket) -> None:
        content = bucket.bounded(self.clock.epoch(), self.state.shape.bucket_bytes)
        self._timed.set(f"{_FORMAT}-{number}", content)


def _press_digest(hook_id: str) -> str:
    return hashlib.sha256(f"press {hook_id}".encode()).hexdigest()
