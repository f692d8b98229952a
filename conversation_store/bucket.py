"""The content of one bucket: a few records under short keys, as JSON of a bounded size. Pure.

`{"<16 hex digits>": [days, {record}], …}`; `days` is the keeping time of the hook that wrote it,
because hooks with different settings share a bucket.
"""

from conversation_store.compact import dump, load, pack, unpack
from conversation_store.record import ThreadRecord, expired

_SHORT_KEY = 16
_BRACES = 2
_ENTRY_PARTS = 2


class Bucket:
    """Read from JSON; whatever does not look like an entry is left out, so broken JSON is an empty bucket."""

    def __init__(self, stored: bytes | None) -> None:
        content = load(stored) if stored else None
        self._entries: dict[str, list[object]] = {}
        if isinstance(content, dict):
            self._entries = {name: entry for name, entry in content.items() if _is_entry(entry)}

    def __len__(self) -> int:
        return len(self._entries)

    def get(self, digest: str) -> ThreadRecord | None:
        """The record of the thread with this digest."""
        entry = self._entries.get(digest[:_SHORT_KEY])
        return None if entry is None else unpack(entry[1])

    def put(self, digest: str, record: ThreadRecord, days: float) -> None:
        """Enter or replace."""
        self.drop(digest)
        self._entries[digest[:_SHORT_KEY]] = [int(days) if days == int(days) else days, pack(record)]

    def drop(self, digest: str) -> bool:
        """Take out; says whether it was there."""
        return self._entries.pop(digest[:_SHORT_KEY], None) is not None

    def bounded(self, now: float, limit: int) -> bytes:
        """The JSON to store, at most `limit` bytes: what expired at `now` is left out, then the oldest."""
        written = [
            (_updated(entry), place, f"{dump(name)}:{dump(entry)}")
            for place, (name, entry) in enumerate(self._entries.items())
            if not expired(_updated(entry), now, _days(entry))
        ]
        written.sort(reverse=True)
        kept, size = [], _BRACES
        for _, _, text in written:
            size += len(text) + 1
            if size > limit:
                break
            kept.append(text)
        return f"{{{','.join(reversed(kept))}}}".encode("ascii")


def _is_entry(entry: object) -> bool:
    return (
        isinstance(entry, list)
        and len(entry) == _ENTRY_PARTS
        and isinstance(entry[0], int | float)
        and isinstance(entry[1], dict)
    )


def _updated(entry: list[object]) -> float:
    record = entry[1]
    updated = record.get("u") if isinstance(record, dict) else None
    return float(updated) if isinstance(updated, int | float) else 0.0


def _days(entry: list[object]) -> float:
    days = entry[0]
    return float(days) if isinstance(days, int | float) else 0.0
