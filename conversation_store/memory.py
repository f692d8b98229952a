"""What this process remembers of threads by itself, bounded: it bridges the time a store is broken."""

import hashlib

from cachetools import LRUCache, TTLCache

from clock import Clock
from conversation_store.record import ThreadKey, ThreadRecord, merged

THREADS = 5_000
CLAIMS = 20_000
CLAIMED_FOR = 26 * 3600.0
"""Seconds; Slack can repeat an event for 24 h (field/slack.md §1.2)."""


class ProcessMemory:
    """`known` is the latest record seen of each thread; those in `unsaved` the store does not have yet.

    `unsaved` says of each whether it was begun without knowing what the store has. `claims` are the messages
    this process took: more than the last 20 of a thread, and exact even while the store comes and goes.
    """

    def __init__(self, clock: Clock) -> None:
        self._known: LRUCache[ThreadKey, ThreadRecord] = LRUCache(THREADS)
        self._unsaved: LRUCache[ThreadKey, bool] = LRUCache(THREADS)
        self._claims: TTLCache[bytes, None] = TTLCache(CLAIMS, CLAIMED_FOR, timer=clock.now)

    def known(self, key: ThreadKey) -> ThreadRecord | None:
        """The latest record seen or made here."""
        return self._known.get(key)

    def saved(self, key: ThreadKey, record: ThreadRecord | None) -> None:
        """The store has this record (or none)."""
        self._unsaved.pop(key, None)
        self._known.pop(key, None)
        if record is not None:
            self._known[key] = record

    def seen(self, key: ThreadKey, stored: ThreadRecord | None) -> ThreadRecord | None:
        """What counts of a thread of which the store has `stored`: that, with what is not saved yet."""
        if key in self._unsaved:
            return self.joined(key, stored or ThreadRecord())
        if stored is not None:
            self._known[key] = stored
        return stored

    def unsaved(self, key: ThreadKey, record: ThreadRecord) -> None:
        """The store could not take this record."""
        blind = self._unsaved.get(key, key not in self._known)
        self._known[key] = record
        self._unsaved[key] = blind

    def owes(self, key: ThreadKey) -> bool:
        """Whether the store lacks something of the thread."""
        return key in self._unsaved

    def owed(self, hook_id: str) -> list[ThreadKey]:
        """The hook's threads of which the store lacks something."""
        return [key for key in list(self._unsaved) if key.hook_id == hook_id]

    def joined(self, key: ThreadKey, stored: ThreadRecord) -> ThreadRecord:
        """The stored record with what is not saved yet."""
        mine = self._known.get(key)
        blind = self._unsaved.get(key)
        if mine is None or blind is None:
            return stored
        return merged(stored, mine, blind=blind)

    def claimed(self, key: ThreadKey, ts: str) -> bool:
        """Whether this process took the message."""
        return _claim(key, ts) in self._claims

    def take(self, key: ThreadKey, ts: str) -> bool:
        """Take the message: True once only."""
        name = _claim(key, ts)
        if name in self._claims:
            return False
        self._claims[name] = None
        return True


def _claim(key: ThreadKey, ts: str) -> bytes:
    return hashlib.sha256(f"{key.digest()} {ts}".encode()).digest()[:16]
