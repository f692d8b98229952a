"""The content of one bucket: entries of several threads and hooks, of a bounded size. Pure.

An entry is `[<16 hex digits>, days, fields]`, the latest first. `days` says how long the entry counts: that is a
setting of the hook that wrote it, and hooks with different settings share a bucket. `fields` has `updated`, the
Clock.epoch() of its last write.
"""

from typing import NamedTuple

from conversation_store.codec import compressed, decompressed
from conversation_store.record import expired

_SHORT_KEY = 16


class _Entry(NamedTuple):
    updated: float
    days: float
    fields: object


class Bucket:
    """Read from stored bytes. What does not look like an entry is left out, so broken bytes are an empty bucket."""

    def __init__(self, stored: bytes | None) -> None:
        self._entries: dict[str, _Entry] = {}
        for entry in reversed(decompressed(stored)):
            match entry:
                case [str(name), int() | float() as days, {"updated": int() | float() as updated} as fields]:
                    self._entries[name] = _Entry(updated, days, fields)

    def __len__(self) -> int:
        return len(self._entries)

    def get(self, digest: str) -> object:
        """The fields under this digest, expired or not; None when there are none."""
        entry = self._entries.get(digest[:_SHORT_KEY])
        return None if entry is None else entry.fields

    def updated(self, digest: str) -> float | None:
        """When the entry was written last; None when there is none."""
        entry = self._entries.get(digest[:_SHORT_KEY])
        return None if entry is None else entry.updated

    def put(self, digest: str, fields: object, updated: float, days: float) -> None:
        """Add an entry, or replace the one under this digest. `fields` has `updated` too."""
        self.drop(digest)
        self._entries[digest[:_SHORT_KEY]] = _Entry(updated, days, fields)

    def drop(self, digest: str) -> bool:
        """Remove the entry; says whether there was one."""
        return self._entries.pop(digest[:_SHORT_KEY], None) is not None

    def bounded(self, now: float, limit: int) -> bytes:
        """The bytes to store, at most `limit`. Entries that expired at `now` are left out, then the oldest ones."""
        latest = sorted(
            (
                (entry.updated, place, [name, entry.days, entry.fields])
                for place, (name, entry) in enumerate(self._entries.items())
                if not expired(entry.updated, now, entry.days)
            ),
            reverse=True,
        )
        return compressed([entry for _, _, entry in latest], limit)
