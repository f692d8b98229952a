"""What this process remembers, with bounds: threads while their store fails, and whether presses reach a hook."""

import hashlib
from contextlib import suppress

from cachetools import LRUCache, TTLCache

from clock import Clock
from conversation_store.record import ThreadKey, ThreadRecord, merged
from conversation_store.store import CLAIM_KEPT, ThreadStore
from errors import StoreError

THREADS = 5_000
CLAIMS = 20_000


class ProcessMemory:
    """One per process, for all hooks. Its claims reach further back than the last 20 messages of a record."""

    def __init__(self, clock: Clock) -> None:
        self._latest: LRUCache[ThreadKey, ThreadRecord] = LRUCache(THREADS)
        self._unsaved: LRUCache[ThreadKey, bool] = LRUCache(THREADS)
        """The value says whether the record was begun blind: without knowing what the store has."""
        self._claims: TTLCache[bytes, None] = TTLCache(CLAIMS, CLAIM_KEPT, timer=clock.now)
        self._given_back: TTLCache[bytes, str] = TTLCache(CLAIMS, CLAIM_KEPT, timer=clock.now)

    def latest(self, key: ThreadKey) -> ThreadRecord | None:
        """The latest record that this process read or wrote, without the claims that were given back."""
        known = self._latest.get(key)
        return known and self._without_given_back(key, known)

    def note_saved(self, key: ThreadKey, record: ThreadRecord | None) -> None:
        """The store has this record now; None: it has no record of the thread."""
        self._unsaved.pop(key, None)
        self._latest.pop(key, None)
        if record is not None:
            self._latest[key] = record

    def note_read(self, key: ThreadKey, stored: ThreadRecord | None) -> ThreadRecord | None:
        """The store answered `stored`. Gives the record that counts (`counting`), None for an unknown thread."""
        if key in self._unsaved:
            return self.counting(key, stored or ThreadRecord())
        if stored is None:
            return None
        self._latest[key] = stored
        return self._without_given_back(key, stored)

    def note_unsaved(self, key: ThreadKey, record: ThreadRecord) -> None:
        """The store could not take this record."""
        self._unsaved.setdefault(key, key not in self._latest)
        self._latest[key] = record

    def has_unsaved(self, key: ThreadKey) -> bool:
        """Whether the store lacks something of the thread."""
        return key in self._unsaved

    def unsaved_threads(self, hook_id: str) -> list[ThreadKey]:
        """The threads of the hook of which the store lacks something."""
        return [key for key in list(self._unsaved) if key.hook_id == hook_id]

    def counting(self, key: ThreadKey, stored: ThreadRecord) -> ThreadRecord:
        """The record that counts: the stored one with what is not saved yet, without the claims that were given back.

        The store can show such a claim later on: a slow write of the claim comes late, or Dify caches what was read.
        """
        mine, blind = self._latest.get(key), self._unsaved.get(key)
        whole = stored if mine is None or blind is None else merged(stored, mine, blind=blind)
        return self._without_given_back(key, whole)

    def is_claimed(self, key: ThreadKey, ts: str) -> bool:
        """Whether this process claimed the message."""
        return _claim(key, ts) in self._claims

    def claim(self, key: ThreadKey, ts: str) -> bool:
        """Claim the message; True for the first caller only."""
        if self.is_claimed(key, ts):
            return False
        self._claims[_claim(key, ts)] = None
        self._given_back.pop(_claim(key, ts), None)
        return True

    def give_back(self, key: ThreadKey, ts: str, holder: str) -> None:
        """The message may be claimed again. Until then, its claim by `holder`, this process, does not count."""
        self._claims.pop(_claim(key, ts), None)
        self._given_back[_claim(key, ts)] = holder

    def is_given_back(self, key: ThreadKey, ts: str) -> bool:
        """Whether a claim of this process was given back and not made again since."""
        return _claim(key, ts) in self._given_back

    def _without_given_back(self, key: ThreadKey, record: ThreadRecord) -> ThreadRecord:
        """An ended turn and another holder's claim stay."""
        for turn in record.open if self._given_back else ():
            if self._given_back.get(_claim(key, turn.ts)) == turn.holder:
                record = record.without_handled(turn.ts)
        return record


class Presses:
    """Whether presses of buttons reach a hook, for one request. `known` are hooks of which this process knows that."""

    def __init__(self, store: ThreadStore, hook_id: str, known: set[str]) -> None:
        self._store = store
        self._hook_id = hook_id
        self._known = known

    @property
    def are_known(self) -> bool:
        """Whether this process knows that a press reached the hook; no storage is asked."""
        return self._hook_id in self._known

    def arrive(self) -> bool:
        """Whether a press reached the hook, in the days that its conversations are kept."""
        with suppress(StoreError):
            if self._hook_id not in self._known and self._store.has_seen_press(self._hook_id):
                self._known.add(self._hook_id)
        return self._hook_id in self._known

    def note(self) -> None:
        """A press reached the hook."""
        if self._hook_id not in self._known:
            self._known.add(self._hook_id)
            with suppress(StoreError):  # the next process learns it from the next press
                self._store.note_press(self._hook_id)


def _claim(key: ThreadKey, ts: str) -> bytes:
    return hashlib.sha256(f"{key.digest()} {ts}".encode()).digest()[:16]
