"""Threads in Redis: updates are exact between processes, and Redis itself deletes what expired."""

import hashlib
import uuid
from contextlib import suppress
from dataclasses import replace
from typing import Any, cast

from redis import Redis

from clock import Clock
from conversation_store.codec import dump, record_fields, record_from, turn_fields, turn_from
from conversation_store.record import DAY, OPEN_TURNS_KEPT, OpenTurn, ThreadKey, ThreadRecord, as_of
from conversation_store.redis.redis_client import PREFIX, redis_errors, thread_key
from conversation_store.store import CLAIM_KEPT, Change, Taken, Verdict, claiming
from errors import StoreBusy
from json_fields import parsed

OPEN_TURNS = 2_000
TRIES = 20
"""How often a record is read because another process changed it meanwhile."""

_RECORD, _OPEN_TURNS, _PRESS = "t", "f", "b"
"""The kinds of keys."""
_CHANGED, _TAKEN = 0, -1

_WRITE = """
local claim = KEYS[2]
if claim then
  local by = redis.call('GET', claim)
  if by then return by == ARGV[4] and 1 or -1 end
end
local held = redis.call('GET', KEYS[1]) or ''
if held == ARGV[2] and not claim then return 1 end
if held ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
if claim then redis.call('SET', claim, ARGV[4], 'PX', ARGV[5]) end
return 1
"""
"""Set the record if nobody changed it since it was read; with a second key, claim the message too. The script may be
sent twice, and changes nothing then: that is why the claim holds a token."""

_NOTE = """
if redis.call('HLEN', KEYS[1]) >= tonumber(ARGV[3]) then return 0 end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
redis.call('PEXPIRE', KEYS[1], ARGV[4])
return 1
"""


class RedisStore:
    """A ThreadStore that may live as long as the process. `days` is the hook's `conversation_days`.

    A get is one round trip, an update or a claim two. More are needed only while processes write to the same thread.
    """

    def __init__(self, client: Redis, clock: Clock, days: float) -> None:
        self._client = client
        self._clock = clock
        self._days = days
        self._put = client.register_script(_WRITE)
        self._note = client.register_script(_NOTE)

    def get(self, key: ThreadKey, *, fresh: bool = False) -> ThreadRecord | None:  # noqa: ARG002, D102 - always fresh
        stored = self._read(thread_key(_RECORD, key))
        return as_of(key, record_from(parsed(stored)), self._clock.epoch(), self._days)

    def update(self, key: ThreadKey, change: Change) -> ThreadRecord:  # noqa: D102
        return self._write(key, change)

    def claim(self, key: ThreadKey, ts: str, change: Change) -> ThreadRecord | None:  # noqa: D102
        with suppress(Taken):
            return self._write(key, claiming(ts, change, self._clock), claimed=ts)
        return None

    def merge_in(self, key: ThreadKey, unsent: ThreadRecord) -> None:
        """Add what was written elsewhere; `updated` stays that of the later write: processes send in any order."""
        self._write(key, lambda held: held.with_unsent(unsent), stamp=False)

    def forget(self, key: ThreadKey) -> None:  # noqa: D102
        with redis_errors():
            self._client.delete(thread_key(_RECORD, key))

    def in_flight(self, hook_id: str) -> tuple[OpenTurn, ...]:  # noqa: D102
        with redis_errors():
            lines = cast("list[bytes]", self._client.hvals(_hook_key(_OPEN_TURNS, hook_id)))
        turns = [turn for line in lines if (turn := turn_from(parsed(line)))]
        return tuple(sorted(turns, key=lambda turn: turn.started))

    def note_in_flight(self, turn: OpenTurn, verdict: Verdict | None = None) -> None:  # noqa: D102
        if verdict is not None and not verdict.wait():
            return
        fields = (_line(turn), dump(turn_fields(turn)), OPEN_TURNS, self._millis(OPEN_TURNS_KEPT))
        with redis_errors():
            self._note(keys=[_hook_key(_OPEN_TURNS, turn.key.hook_id)], args=fields)

    def clear_in_flight(self, turn: OpenTurn) -> None:  # noqa: D102
        with redis_errors():
            self._client.hdel(_hook_key(_OPEN_TURNS, turn.key.hook_id), _line(turn))

    def has_seen_press(self, hook_id: str) -> bool:  # noqa: D102
        with redis_errors():
            return bool(self._client.exists(_hook_key(_PRESS, hook_id)))

    def note_press(self, hook_id: str) -> None:  # noqa: D102
        with redis_errors():
            self._client.set(_hook_key(_PRESS, hook_id), "1", px=self._millis(self._days * DAY))

    def _write(
        self, key: ThreadKey, change: Change, *, claimed: str = "", stamp: bool = True
    ) -> ThreadRecord:
        name = thread_key(_RECORD, key)
        keys, claim = [name], list[Any]()
        if claimed:
            keys.append(f"{name}:{hashlib.sha256(claimed.encode()).hexdigest()[:16]}")
            claim = [uuid.uuid4().hex, self._millis(CLAIM_KEPT)]
        for _ in range(TRIES):
            now, held = self._clock.epoch(), self._read(name)
            after = change(as_of(key, record_from(parsed(held)), now, self._days) or ThreadRecord())
            after = replace(after, updated=now) if stamp else after
            content = dump(record_fields(after))
            with redis_errors():
                outcome = self._put(keys=keys, args=[held, content, self._millis(self._days * DAY), *claim])
            if outcome == _TAKEN:
                raise Taken
            if outcome != _CHANGED:
                return after
        raise StoreBusy(f"redis: the thread changed {TRIES} times while it was written")

    def _read(self, name: str) -> bytes:
        with redis_errors():
            return cast("bytes | None", self._client.get(name)) or b""

    def _millis(self, seconds: float) -> int:
        return int(self._clock.wall(seconds, at_least=0.001) * 1000)


def _hook_key(kind: str, hook_id: str) -> str:
    return f"{PREFIX}:{kind}:{hashlib.sha256(hook_id.encode()).hexdigest()[:32]}"


def _line(turn: OpenTurn) -> str:
    return f"{turn.key.digest()[:16]}:{turn.ts}:{turn.holder}"
