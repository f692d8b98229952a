"""What the bridge remembers of a thread (design D3), and how two memories of it become one. Pure."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Literal

from clock import Clock
from message import moment

HANDLED_KEPT = 20
FOLLOWERS_KEPT = 50
REPLAY_SECONDS = 330.0
"""Slack's signature holds for 300 s: a request that came once can be played again for so long, and a little more."""
WAITING_KEPT = HANDLED_KEPT
"""More turns than may wait in a thread (turns/ordering/thread_queue.py): one that is handled and not open has ended."""
DM_SILENCE = 8 * 3600.0
"""Seconds after which a continuous DM begins a new conversation (design D3)."""
DAY = 86400.0

ReplyMethod = Literal["stream", "edit", "post", ""]


@dataclass(frozen=True, slots=True)
class ThreadKey:
    """Which thread; `thread` is the ts of its root, or "" for a direct message that is one conversation."""

    hook_id: str
    app_id: str
    team_id: str
    channel: str
    thread: str

    def digest(self) -> str:
        """64 hex digits, the same in every process and release: a flat key for any storage."""
        parts = [self.hook_id, self.app_id, self.team_id, self.channel, self.thread]
        return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class InFlight:
    """The turn that runs in a thread now: enough to finish its message should the process die.

    `started` is Clock.epoch(), `holder` the process, `message_ts` what is visible already ("" if nothing is).
    `leg` is the number of the request that goes on with it: who takes the next one takes the turn.
    `streams`: its answer is whole, and these messages of it are still to be stopped.
    """

    ts: str
    started: float
    holder: str
    method: ReplyMethod = ""
    message_ts: str = ""
    channel: str = ""
    thread_ts: str = ""
    leg: int = 0
    streams: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class OpenTurn:
    """One line of a hook's in-flight list: whose record to look at after a crash. Each holder has its own.

    `in_doubt`: the message may be another event's to answer (turns/throttle/unknown_channel.py).
    """

    key: ThreadKey
    ts: str
    holder: str
    started: float
    in_doubt: bool = False


@dataclass(frozen=True, slots=True)
class ThreadRecord:
    """`handled`, `followers`, `waiting` and `unasked` are ordered, latest last.

    `updated` is Clock.epoch() of the last write. `unasked` are those of `handled` of which the app was told nothing:
    they were refused.
    """

    conversation_id: str = ""
    handled: tuple[str, ...] = ()
    in_flight: InFlight | None = None
    followers: tuple[str, ...] = field(default=())
    last_answer_ts: str = ""
    updated: float = 0.0
    waiting: tuple[InFlight, ...] = ()
    unasked: tuple[str, ...] = ()

    @property
    def open(self) -> tuple[InFlight, ...]:
        """All turns that were taken and have not ended: the one that runs, then those that wait for it."""
        return self.waiting if self.in_flight is None else (self.in_flight, *self.waiting)

    def open_turn(self, ts: str) -> InFlight | None:
        """The open turn of the message `ts`."""
        return next((turn for turn in self.open if turn.ts == ts), None)

    def has_ended(self, ts: str) -> bool:
        """Whether the turn of `ts` was taken and is over, as far as is known here."""
        return ts in self.handled and self.open_turn(ts) is None

    def has_taken(self, ts: str, clock: Clock) -> bool:
        """Whether `ts` was taken.

        A message that is older than all of HANDLED_KEPT remembered ones may have been taken and forgotten. While its
        request could be a replay, it counts as taken: answering twice is worse than a message that waits for Slack's
        retry while twenty newer ones of its thread are answered. After that only a retry of Slack's can bring it.
        """
        if ts in self.handled:
            return True
        if len(self.handled) < HANDLED_KEPT or clock.epoch() - clock.epoch_of(moment(ts)[0]) > REPLAY_SECONDS:
            return False
        return moment(ts) < min(map(moment, self.handled))

    def with_handled(self, ts: str) -> "ThreadRecord":
        """`ts` is taken; the oldest beyond HANDLED_KEPT are forgotten."""
        return replace(self, handled=_latest((*self.handled, ts), HANDLED_KEPT))

    def with_unasked(self, ts: str) -> "ThreadRecord":
        """`ts` was refused, so that the app does not know what it says."""
        return replace(self, unasked=_latest((*self.unasked, ts), HANDLED_KEPT))

    def with_follower(self, user: str) -> "ThreadRecord":
        """`user` asked here, so their replies count; the longest silent beyond FOLLOWERS_KEPT drop out."""
        return replace(self, followers=_latest((*self.followers, user), FOLLOWERS_KEPT))

    def with_conversation(self, conversation_id: str) -> "ThreadRecord":
        """The id that Dify showed last; "" begins anew."""
        return replace(self, conversation_id=conversation_id)

    def with_open(self, turn: InFlight) -> "ThreadRecord":
        """A turn was taken: it runs, or waits for the one that does. One that is open already is replaced."""
        if self.in_flight is None or self.in_flight.ts == turn.ts:
            return self.with_in_flight(turn)
        others = [other for other in self.waiting if other.ts != turn.ts]
        return replace(self, waiting=(*others, turn)[-WAITING_KEPT:])

    def with_in_flight(self, in_flight: InFlight) -> "ThreadRecord":
        """A turn begins, or shows more of itself; any other that is open is kept behind it."""
        others = tuple(turn for turn in self.open if turn.ts != in_flight.ts)
        return replace(self, in_flight=in_flight, waiting=others[-WAITING_KEPT:])

    def without_in_flight(self, ts: str) -> "ThreadRecord":
        """The turn of `ts` is over; those of others stay. Known as handled even where it was not known as taken."""
        waiting = tuple(turn for turn in self.waiting if turn.ts != ts)
        running = None if self.in_flight is not None and self.in_flight.ts == ts else self.in_flight
        ended = replace(self, in_flight=running, waiting=waiting)
        return ended if ts in self.handled else ended.with_handled(ts)

    def with_answer(self, ts: str) -> "ThreadRecord":
        """The ts of our latest answer."""
        return replace(self, last_answer_ts=ts)


def merged(one: ThreadRecord, other: ThreadRecord, *, blind: bool = False) -> ThreadRecord:
    """What both know: the later write decides, claims and followers are united, and so is what is open.

    A turn that has ended for one of them has ended: whoever wrote later need not have known.
    `blind`: the later one was begun without knowing the earlier, so what it lacks is taken from there.
    """
    older, newer = (one, other) if one.updated <= other.updated else (other, one)
    running, waiting = _open_for_both(older, newer)
    return replace(
        newer,
        conversation_id=newer.conversation_id or (older.conversation_id if blind else ""),
        last_answer_ts=newer.last_answer_ts or older.last_answer_ts,
        handled=_latest((*older.handled, *newer.handled), HANDLED_KEPT),
        unasked=_latest((*older.unasked, *newer.unasked), HANDLED_KEPT),
        followers=_latest((*older.followers, *newer.followers), FOLLOWERS_KEPT),
        in_flight=running,
        waiting=waiting,
    )


def _open_for_both(older: ThreadRecord, newer: ThreadRecord) -> tuple[InFlight | None, tuple[InFlight, ...]]:
    """The turn that runs and those that wait; of each what is known by the one who has seen more of it."""
    both = {turn.ts: turn for turn in older.open if not newer.has_ended(turn.ts)}
    for turn in newer.open:
        if not older.has_ended(turn.ts):
            both[turn.ts] = max(
                turn, both.get(turn.ts, turn), key=lambda one: (one.leg, bool(one.message_ts))
            )
    running = [record.in_flight.ts for record in (newer, older) if record.in_flight]
    first = next((both.pop(ts) for ts in running if ts in both), None)
    return first, tuple(both.values())[-WAITING_KEPT:]


def rejoined(held: ThreadRecord, stray: ThreadRecord) -> ThreadRecord:
    """What a store held, with what was written elsewhere while it was away: who wrote since did not know of that."""
    return merged(held, stray, blind=held.updated > stray.updated)


def as_of(key: ThreadKey, record: ThreadRecord, now: float, days: float) -> ThreadRecord | None:
    """The record as it counts at `now` (Clock.epoch()).

    None for one that says nothing, and once `days` have passed since its last write.
    A continuous DM loses its conversation after DM_SILENCE; what was handled there and who asked stays.
    """
    if expired(record.updated, now, days) or record == ThreadRecord(updated=record.updated):
        return None
    if not key.thread and record.conversation_id and now - record.updated >= DM_SILENCE:
        return replace(record, conversation_id="")
    return record


def expired(updated: float, now: float, days: float) -> bool:
    """Whether something written at `updated` is past its `days`."""
    return now - updated >= days * DAY


def _latest(items: Iterable[str], kept: int) -> tuple[str, ...]:
    """The last `kept` different items; one that comes again counts as new."""
    seen = dict.fromkeys(reversed([item for item in items if item]))
    return tuple(reversed(list(seen)[:kept]))
