"""Threads in Dify's storage: a fixed number of buckets, so the bytes are bounded by construction.

The arithmetic. BUCKETS * BUCKET_BYTES = 64 MiB can never be exceeded, whatever is written. With 100,000 threads a
bucket holds 24.4 on average (standard deviation 4.9). A record with the full 20 handled messages and three askers takes
about 225 bytes, so a bucket has room for 72, which is 9 deviations above the average: the newest 100,000 threads are
all known, except with a probability below one in a million for the whole store. A usual record takes 100 bytes.
"""

import hashlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from typing import Any, NamedTuple

from clock import Clock
from conversation_store.codec import compressed, decompressed, record_fields, record_from
from conversation_store.dify.dify_storage import DifyStorage, TimedStorage, held
from conversation_store.dify.open_turns import OPEN_TURN_BYTES, OpenTurnLists, OpenTurns
from conversation_store.record import ThreadKey, ThreadRecord, as_of, expired
from conversation_store.store import Change, Taken, claiming

BUCKETS = 4096
BUCKET_BYTES = 16 * 1024
STORAGE_BYTES = BUCKETS * BUCKET_BYTES + OPEN_TURN_BYTES
"""What manifest.yaml must ask for; Dify's default PERSISTENCE_STORAGE_MAX_SIZE allows 100 MiB."""

type Fields = dict[str, Any]

_FORMAT = "t1"
_SHORT_KEY = 16


class _Entry(NamedTuple):
    days: float
    fields: Fields


class Bucket:
    """The entries of several threads and hooks, read from stored bytes. What does not look like an entry is left out.

    An entry is stored as `[<16 hex digits>, days, fields]`, the latest first. `days` is a setting of the hook that
    wrote the entry: hooks with different settings share a bucket. `fields` has `updated`, the Clock.epoch() of its last
    write.
    """

    def __init__(self, stored: bytes | None) -> None:
        self.is_changed = False
        self._entries: dict[str, _Entry] = {}
        for entry in reversed(decompressed(stored)):
            match entry:
                case [str(name), int() | float() as days, {"updated": int() | float()} as fields]:
                    self._entries[name] = _Entry(days, fields)

    def __len__(self) -> int:
        return len(self._entries)

    def get(self, digest: str) -> Fields | None:
        """The fields under this digest, expired or not."""
        entry = self._entries.get(digest[:_SHORT_KEY])
        return None if entry is None else entry.fields

    def put(self, digest: str, fields: Fields, days: float) -> None:
        """Add an entry as the latest one, or replace the one under this digest."""
        self.drop(digest)
        self._entries[digest[:_SHORT_KEY]] = _Entry(days, fields)
        self.is_changed = True

    def drop(self, digest: str) -> None:
        """Remove the entry if there is one."""
        self.is_changed |= self._entries.pop(digest[:_SHORT_KEY], None) is not None

    def bounded(self, now: float, limit: int) -> bytes:
        """The bytes to store, at most `limit`. Entries that expired at `now` are left out, then the oldest ones."""
        entries = sorted(self._entries.items(), key=lambda named: named[1].fields["updated"])
        kept = (
            [name, *entry]
            for name, entry in reversed(entries)
            if not expired(entry.fields["updated"], now, entry.days)
        )
        return compressed(list(kept), limit)


class BucketState:
    """What lives as long as the process: a lock for each bucket, and the open turns that this process knows.

    All workspaces share the locks: that costs a wait, and mixes nothing. A change of `buckets` forgets every thread.
    """

    def __init__(self, buckets: int = BUCKETS, bucket_bytes: int = BUCKET_BYTES) -> None:
        self.buckets = buckets
        self.bucket_bytes = bucket_bytes
        self.locks = [threading.Lock() for _ in range(buckets)]
        self.open_turns = OpenTurnLists()

    def bucket_of(self, digest: str) -> int:
        """The bucket of a thread, by digits of the digest that are not part of the key in the bucket."""
        return int(digest[-12:], 16) % self.buckets


class Buckets(OpenTurns):
    """A ThreadStore on `session.storage`, for one request. `days` is the hook's `conversation_days`.

    A get is one read, an update or a claim is one read and one write. There is no write without a read, because the
    bucket holds other threads too, and what another process wrote there must stay. Two processes that write to a
    bucket within the same milliseconds lose one of the writes; within a process no update is lost.
    """

    def __init__(self, state: BucketState, storage: DifyStorage, clock: Clock, days: float) -> None:
        super().__init__(state.open_turns, TimedStorage(storage, clock), clock)
        self.state = state
        self._days = days

    def get(self, key: ThreadKey, *, fresh: bool = False) -> ThreadRecord | None:  # noqa: ARG002, D102 - always fresh
        digest = key.digest()
        with self._bucket_of(digest) as bucket:
            return as_of(key, record_from(bucket.get(digest)), self._clock.epoch(), self._days)

    def update(self, key: ThreadKey, change: Change) -> ThreadRecord:  # noqa: D102
        digest = key.digest()
        with self._bucket_of(digest) as bucket:
            now = self._clock.epoch()
            before = as_of(key, record_from(bucket.get(digest)), now, self._days)
            after = replace(change(before or ThreadRecord()), updated=now)
            bucket.put(digest, record_fields(after), self._days)
        return after

    def claim(self, key: ThreadKey, ts: str, change: Change) -> ThreadRecord | None:  # noqa: D102
        with suppress(Taken):
            return self.update(key, claiming(ts, change, self._clock))
        return None

    def forget(self, key: ThreadKey) -> None:  # noqa: D102
        digest = key.digest()
        with self._bucket_of(digest) as bucket:
            bucket.drop(digest)

    def has_seen_press(self, hook_id: str) -> bool:  # noqa: D102
        digest = _press_digest(hook_id)
        with self._bucket_of(digest) as bucket:
            noted = bucket.get(digest)
        return noted is not None and not expired(noted["updated"], self._clock.epoch(), self._days)

    def note_press(self, hook_id: str) -> None:  # noqa: D102
        digest = _press_digest(hook_id)
        with self._bucket_of(digest) as bucket:
            bucket.put(digest, {"press": True, "updated": self._clock.epoch()}, self._days)

    @contextmanager
    def _bucket_of(self, digest: str) -> Iterator[Bucket]:
        """The digest's bucket, which nobody else of this process uses meanwhile. It is written when it was changed.

        Readers lock too. The daemon caches for five minutes what a read finds, and a read during a write may cache
        the state before the write (docs/platform/dify.md#storage-cache).
        """
        number = self.state.bucket_of(digest)
        with held(self.state.locks[number], self._clock):
            bucket = Bucket(self._storage.get(_key(number)))
            yield bucket
            if bucket.is_changed:
                content = bucket.bounded(self._clock.epoch(), self.state.bucket_bytes)
                self._storage.set(_key(number), content)


def _key(number: int) -> str:
    return f"{_FORMAT}-{number}"


def _press_digest(hook_id: str) -> str:
    return hashlib.sha256(f"press {hook_id}".encode()).hexdigest()
