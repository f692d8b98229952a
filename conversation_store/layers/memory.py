"""What this process remembers of threads, with bounds: it replaces a store that fails until the store works again."""

import hashlib

from cachetools import LRUCache, TTLCache

from clock import Clock
from conversation_store.record import ThreadKey, ThreadRecord, merged

THREADS = 5_000
CLAIMS = 20_000
CLAIMED_FOR = 26 * 3600.0
"""Seconds; Slack can repeat an event for 24 h (docs/platform/slack.md#event-retries)."""


class ProcessMemory:
    """One per process, for all hooks.

    It holds the latest record of each thread, which of these records the store does not have yet, and the messages
    that this process claimed. The claims reach further back than the last 20 messages of a record, and they are
    exact even while the store fails now and then.
    """

    def __init__(self, clock: Clock) -> None:
        self._latest: LRUCache[ThreadKey, ThreadRecord] = LRUCache(THREADS)
        self._unsaved: LRUCache[ThreadKey, bool] = LRUCache(THREADS)
        """The value says whether the record was begun blind: without knowing what the store has."""
        self._claims: TTLCache[bytes, None] = TTLCache(CLAIMS, CLAIMED_FOR, timer=clock.now)

    def latest(self, key: ThreadKey) -> ThreadRecord | None:
        """The latest record that this process read or wrote."""
        return self._latest.get(key)

    def note_saved(self, key: ThreadKey, record: ThreadRecord | None) -> None:
        """The store has this record now; None: it has no record of the thread."""
        self._unsaved.pop(key, None)
        self._latest.pop(key, None)
        if record is not None:
            self._latest[key] = record

    def note_read(self, key: ThreadKey, stored: ThreadRecord | None) -> ThreadRecord | None:
        """The store answered `stored`. Gives the record that counts: the stored one with what is not saved yet."""
        if key in self._unsaved:
            return self.with_unsaved(key, stored or ThreadRecord())
        if stored is not None:
            self._latest[key] = stored
        return stored

    def note_unsaved(self, key: ThreadKey, record: ThreadRecord) -> None:
        """The store could not take this record."""
        blind = self._unsaved.get(key, key not in self._latest)
        self._latest[key] = record
        self._unsaved[key] = blind

    def has_unsaved(self, key: ThreadKey) -> bool:
        """Whether the store lacks something of the thread."""
        return key in self._unsaved

    def unsaved_threads(self, hook_id: str) -> list[ThreadKey]:
        """The threads of the hook of which the store lacks something."""
        return [key for key in list(self._unsaved) if key.hook_id == hook_id]

    def with_unsaved(self, key: ThreadKey, stored: ThreadRecord) -> ThreadRecord:
        """The stored record with what is not saved yet."""
        mine = self._latest.get(key)
        blind = self._unsaved.get(key)
        if mine is None or blind is None:
            return stored
        return merged(stored, mine, blind=blind)

    def is_claimed(self, key: ThreadKey, ts: str) -> bool:
        """Whether this process claimed the message."""
        return _claim(key, ts) in self._claims

    def claim(self, key: ThreadKey, ts: str) -> bool:
        """Claim the message; True for the first caller only."""
        name = _claim(key, ts)
        if name in self._claims:
            return False
        self._claims[name] = None
        return True


def _claim(key: ThreadKey, ts: str) -> bytes:
    return hashlib.sha256(f"{key.digest()} {ts}".encode()).digest()[:16]
