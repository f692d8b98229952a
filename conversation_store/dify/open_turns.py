"""Which turns of a hook run now, in Dify's storage, so that a sweep after a crash finds them.

Hooks share a fixed number of lists. A note is one read and one write, which turns that begin together share: the turn
that gets the lock writes the notes of all that wait for the lock. Where nobody else has the lock, the read comes while
a verdict about the turn is waited for. An end is no call, because the next note writes it.
A turn that stays too long in a list does no harm: the sweep reads the thread's own record before it does anything.
"""

import hashlib
import threading
from collections import defaultdict
from contextlib import suppress
from dataclasses import dataclass, field

from cachetools import LRUCache

from clock import Clock
from conversation_store.codec import compressed, decompressed, turn_fields, turn_from
from conversation_store.dify.dify_storage import TimedStorage, held
from conversation_store.record import OPEN_TURNS_KEPT, OpenTurn, ThreadKey
from conversation_store.store import Verdict
from errors import StoreError

LISTS = 16
LIST_BYTES = 64 * 1024
"""Thousands of turns: more than the cap on open turns (docs/architecture.md#d1-hand-off)."""
OPEN_TURN_BYTES = LISTS * LIST_BYTES

_FORMAT = "f1"
_ENDS_REMEMBERED = 1024

type _Name = tuple[ThreadKey, str, str]


@dataclass(slots=True)
class _HookTurns:
    """What this process knows of one hook."""

    running: dict[_Name, OpenTurn] = field(default_factory=dict)
    unwritten: set[_Name] = field(default_factory=set)
    ended: LRUCache[_Name, None] = field(default_factory=lambda: LRUCache(_ENDS_REMEMBERED))

    def add(self, turn: OpenTurn) -> None:
        """Note the turn here; it is not written yet. A turn whose claim was given back may begin after all."""
        self.ended.pop(_name(turn), None)
        self.running[_name(turn)] = turn
        self.unwritten.add(_name(turn))


class OpenTurnLists:
    """The locks, and the turns of this process by hook. Lives as long as the process."""

    def __init__(self) -> None:
        self.locks = [threading.Lock() for _ in range(LISTS)]
        self.hooks = defaultdict[str, _HookTurns](_HookTurns)


class OpenTurns:
    """The part of a ThreadStore that lists turns, for one request."""

    def __init__(self, lists: OpenTurnLists, storage: TimedStorage, clock: Clock) -> None:
        self._lists = lists
        self._storage = storage
        self._clock = clock

    def in_flight(self, hook_id: str) -> tuple[OpenTurn, ...]:
        """The hook's turns, oldest first, without those that this process knows to have ended. Raises StoreError."""
        ended = self._lists.hooks[hook_id].ended
        turns = self._read(_number(hook_id))
        return tuple(turn for turn in turns if turn.key.hook_id == hook_id and _name(turn) not in ended)

    def note_in_flight(self, turn: OpenTurn, verdict: Verdict | None = None) -> None:
        """Add a turn, if the verdict says so. Raises StoreError; then the next note writes this turn too."""
        number, hook = _number(turn.key.hook_id), self._lists.hooks[turn.key.hook_id]
        lock = self._lists.locks[number]
        if verdict is not None and lock.acquire(blocking=False):
            try:
                self._note_ahead(number, hook, turn, verdict)
            finally:
                lock.release()
        elif verdict is None or verdict.wait():
            hook.add(turn)
            with held(lock, self._clock):
                if _name(turn) in hook.unwritten:
                    self._write(number, hook, self._read(number))

    def clear_in_flight(self, turn: OpenTurn) -> None:
        """The turn has ended, or the record of its thread shows that."""
        hook = self._lists.hooks[turn.key.hook_id]
        hook.running.pop(_name(turn), None)
        hook.unwritten.discard(_name(turn))
        hook.ended[_name(turn)] = None

    def _read(self, number: int) -> list[OpenTurn]:
        """The turns that stand on the list."""
        stored = decompressed(self._storage.get(_key(number)))
        return [turn for fields in reversed(stored) if (turn := turn_from(fields))]

    def _note_ahead(self, number: int, hook: _HookTurns, turn: OpenTurn, verdict: Verdict) -> None:
        """Read the list before there is a verdict. A read that failed is made again, so that its error is told."""
        listed: list[OpenTurn] | None = None
        with suppress(StoreError):
            listed = self._read(number)
        if verdict.wait():
            hook.add(turn)
            self._write(number, hook, self._read(number) if listed is None else listed)

    def _write(self, number: int, hook: _HookTurns, listed: list[OpenTurn]) -> None:
        """Write the latest turns that fit into LIST_BYTES, the latest first. `listed` are those that stand there."""
        running, ended = dict(hook.running), set(hook.ended)
        oldest, gone = self._clock.epoch() - OPEN_TURNS_KEPT, ended | running.keys()
        others = [turn for turn in listed if turn.started > oldest and _name(turn) not in gone]
        latest = sorted([*others, *running.values()], key=lambda turn: turn.started, reverse=True)
        self._storage.set(_key(number), compressed(list(map(turn_fields, latest)), LIST_BYTES))
        hook.unwritten -= running.keys()
        for name in ended:
            hook.ended.pop(name, None)


def _name(turn: OpenTurn) -> _Name:
    return turn.key, turn.ts, turn.holder


def _number(hook_id: str) -> int:
    return int(hashlib.sha256(hook_id.encode()).hexdigest(), 16) % LISTS


def _key(number: int) -> str:
    return f"{_FORMAT}-{number}"
