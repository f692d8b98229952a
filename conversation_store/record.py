"""What the bridge remembers of a thread (docs/architecture.md#d3-one-record-per-thread), and how records are merged."""

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
"""Slack's signature is valid for 300 s: a request can be replayed for so long. Some seconds are added."""
WAITING_KEPT = HANDLED_KEPT
"""More turns than may wait in a thread (turns/ordering.py): a handled turn that is not open has ended."""
DM_SILENCE = 8 * 3600.0
"""Seconds after which a continuous DM begins a new conversation (docs/architecture.md#d3-one-record-per-thread)."""
DAY = 86400.0
OPEN_TURNS_KEPT = 7 * DAY

Via = Literal["", "api"]
"""The way to the app that a conversation was begun by: "" is the plugin way, which earlier releases had alone."""
ReplyMethod = Literal["stream", "edit", "post", ""]


@dataclass(frozen=True, slots=True)
class ThreadKey:
    """Names a thread. `thread` is the ts of its root, or "" for a direct message that is one conversation."""

    hook_id: str
    app_id: str
    team_id: str
    channel: str
    thread: str

    def of_form(self, form_id: str) -> "ThreadKey":
        """The key of the record of a form in the same channel, whichever thread and app it belongs to."""
        return ThreadKey(self.hook_id, "", self.team_id, self.channel, f"form {form_id}")

    def digest(self) -> str:
        """64 hex digits, the same in every process and release: usable as a key in any storage."""
        parts = [self.hook_id, self.app_id, self.team_id, self.channel, self.thread]
        return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class InFlight:
    """An open turn of a thread, with what is needed to end its message when its process dies.

    `started` is Clock.epoch(). `holder` names the process. `message_ts` is the message that shows the answer, "" while
    nothing is visible. `leg` is the number of the request that runs the turn: the process of the next leg takes the
    turn over. `streams`: the answer is whole, and these messages are still to be stopped.
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
    """A line of one process in a hook's in-flight list: it says which record to read after a crash.

    `in_doubt`: another event may be the one that answers the message (turns/throttle/unknown_channel.py). `user` asked.
    """

    key: ThreadKey
    ts: str
    holder: str
    started: float
    in_doubt: bool = False
    user: str = ""


@dataclass(frozen=True, slots=True)
class OpenForm:
    """A form that a paused run waits for, with the run's names. Whoever has the `token` can answer: it stays here.

    `answered` says by whom and how it was answered from Slack; "" for not at all. Without a token, the form is closed.
    """

    token: str = field(default="", repr=False)
    run_id: str = ""
    via: Via = ""
    user: str = ""
    title: str = ""
    answered: str = ""


@dataclass(frozen=True, slots=True)
class ThreadRecord:
    """What is remembered of one thread; the latest item of a tuple is last.

    `handled` are the messages that were claimed, `followers` the users who asked. `in_flight` is the running turn,
    `waiting` are the turns that wait for it. `unasked` are the handled messages that the app was not asked, because
    they were refused. `suggested` is our message with the questions that Dify suggested after the last answer, "" if
    there is none. `app_name` chose the app that was asked last in the thread, "" for the usual one. `updated` is
    the Clock.epoch() of the last write. `via` and `user` belong to the conversation: the way and Dify's user that began
    it (docs/architecture.md#d13-two-ways-to-an-app). A form has a record of its own, which holds nothing but `form`.
    """

    conversation_id: str = ""
    handled: tuple[str, ...] = ()
    in_flight: InFlight | None = None
    followers: tuple[str, ...] = ()
    last_answer_ts: str = ""
    updated: float = 0.0
    waiting: tuple[InFlight, ...] = ()
    unasked: tuple[str, ...] = ()
    app_name: str = ""
    via: Via = ""
    user: str = ""
    suggested: str = ""
    form: OpenForm | None = None

    @property
    def open(self) -> tuple[InFlight, ...]:
        """All turns that were claimed and have not ended: the running one, then the waiting ones."""
        return self.waiting if self.in_flight is None else (self.in_flight, *self.waiting)

    def open_turn(self, ts: str) -> InFlight | None:
        """The open turn of the message `ts`."""
        return next((turn for turn in self.open if turn.ts == ts), None)

    def has_ended(self, ts: str) -> bool:
        """Whether the turn of `ts` was claimed and has ended, as far as this record knows."""
        return ts in self.handled and self.open_turn(ts) is None

    def has_taken(self, ts: str, clock: Clock) -> bool:
        """Whether `ts` was claimed.

        A message that is older than all HANDLED_KEPT remembered ones may have been claimed and forgotten. It counts as
        claimed while its request could be a replay: to answer twice is worse than to let a message wait for Slack's
        retry. Later only that retry can bring it.
        """
        if ts in self.handled:
            return True
        if len(self.handled) < HANDLED_KEPT or clock.epoch() - clock.epoch_of(moment(ts)[0]) > REPLAY_SECONDS:
            return False
        return moment(ts) < min(map(moment, self.handled))

    def is_before_the_first(self, ts: str) -> bool:
        """Whether `ts` was written before the first message that was claimed; False if that one may be forgotten."""
        is_known = 0 < len(self.handled) < HANDLED_KEPT
        return is_known and moment(ts) < min(map(moment, self.handled))

    def with_handled(self, ts: str) -> "ThreadRecord":
        """`ts` is claimed; the oldest beyond HANDLED_KEPT are forgotten."""
        return replace(self, handled=_latest((*self.handled, ts), HANDLED_KEPT))

    def without_handled(self, ts: str) -> "ThreadRecord":
        """The claim of `ts` is given back: nobody has begun its turn."""
        handled = tuple(other for other in self.handled if other != ts)
        return replace(self.without_in_flight(ts), handled=handled)

    def with_unasked(self, ts: str) -> "ThreadRecord":
        """`ts` was refused, so the app does not know its text."""
        return replace(self, unasked=_latest((*self.unasked, ts), HANDLED_KEPT))

    def with_follower(self, user: str) -> "ThreadRecord":
        """`user` asked here, so the replies of `user` are questions too. Only the latest FOLLOWERS_KEPT users stay."""
        return replace(self, followers=_latest((*self.followers, user), FOLLOWERS_KEPT))

    def without_follower(self, user: str) -> "ThreadRecord":
        """The replies of `user` are no questions any more."""
        return replace(self, followers=tuple(known for known in self.followers if known != user))

    def with_app_name(self, name: str) -> "ThreadRecord":
        """Replies without a mention go to the app of this name from now on."""
        return replace(self, app_name=name)

    def with_conversation(self, conversation_id: str, via: Via = "", user: str = "") -> "ThreadRecord":
        """The conversation that Dify named last, and whose it is; "" begins a new conversation."""
        return replace(self, conversation_id=conversation_id, via=via, user=user)

    def with_open(self, turn: InFlight) -> "ThreadRecord":
        """A turn was claimed: it runs, or waits for the running turn. An open turn of the same message is replaced."""
        if self.in_flight is None or self.in_flight.ts == turn.ts:
            return self.with_in_flight(turn)
        others = [other for other in self.waiting if other.ts != turn.ts]
        return replace(self, waiting=(*others, turn)[-WAITING_KEPT:])

    def with_in_flight(self, in_flight: InFlight) -> "ThreadRecord":
        """A turn begins to run, or its state has changed. All other open turns wait for it."""
        others = tuple(turn for turn in self.open if turn.ts != in_flight.ts)
        return replace(self, in_flight=in_flight, waiting=others[-WAITING_KEPT:])

    def without_in_flight(self, ts: str) -> "ThreadRecord":
        """The turn of `ts` has ended. `ts` is handled then, also in a record that did not know of its claim."""
        waiting = tuple(turn for turn in self.waiting if turn.ts != ts)
        running = None if self.in_flight is not None and self.in_flight.ts == ts else self.in_flight
        ended = replace(self, in_flight=running, waiting=waiting)
        return ended if ts in self.handled else ended.with_handled(ts)

    def with_suggested(self, ts: str) -> "ThreadRecord":
        """Our message `ts` suggests questions; "" takes the note of such a message away."""
        return replace(self, suggested=ts)

    def with_form(self, form: OpenForm) -> "ThreadRecord":
        """What is known of a form."""
        return replace(self, form=form)

    def with_answer(self, ts: str) -> "ThreadRecord":
        """The ts of our latest answer."""
        return replace(self, last_answer_ts=ts)

    def with_unsent(self, unsent: "ThreadRecord") -> "ThreadRecord":
        """What a store holds, with what was written elsewhere while it was away. A later write did not know that."""
        return merged(self, unsent, blind=self.updated > unsent.updated)


def merged(one: ThreadRecord, other: ThreadRecord, *, blind: bool = False) -> ThreadRecord:
    """What both records know. The later write decides; claims, followers and open turns of both are kept.

    A turn that has ended in one record has ended: the later writer need not have known that.
    `blind`: the later record was begun without knowing the earlier one, so it takes from there what it lacks.
    """
    older, newer = (one, other) if one.updated <= other.updated else (other, one)
    running, waiting = _open_for_both(older, newer)
    owner = older if blind and not newer.conversation_id else newer
    return replace(
        newer,
        conversation_id=owner.conversation_id,
        via=owner.via,
        user=owner.user,
        form=newer.form or older.form,
        last_answer_ts=newer.last_answer_ts or older.last_answer_ts,
        handled=_latest((*older.handled, *newer.handled), HANDLED_KEPT),
        unasked=_latest((*older.unasked, *newer.unasked), HANDLED_KEPT),
        followers=_latest((*older.followers, *newer.followers), FOLLOWERS_KEPT),
        in_flight=running,
        waiting=waiting,
    )


def _open_for_both(older: ThreadRecord, newer: ThreadRecord) -> tuple[InFlight | None, tuple[InFlight, ...]]:
    """The running turn and the waiting ones, each from the record that has seen more of it."""
    both = {turn.ts: turn for turn in older.open if not newer.has_ended(turn.ts)}
    for turn in newer.open:
        if not older.has_ended(turn.ts):
            both[turn.ts] = max(
                turn, both.get(turn.ts, turn), key=lambda one: (one.leg, bool(one.message_ts))
            )
    running = [record.in_flight.ts for record in (newer, older) if record.in_flight]
    first = next((both.pop(ts) for ts in running if ts in both), None)
    return first, tuple(both.values())[-WAITING_KEPT:]


def as_of(key: ThreadKey, record: ThreadRecord, now: float, days: float) -> ThreadRecord | None:
    """The record as it counts at `now` (Clock.epoch()): None when it is empty, or older than `days`.

    A continuous DM loses its conversation after DM_SILENCE, and keeps its handled messages and followers.
    """
    if expired(record.updated, now, days) or record == ThreadRecord(updated=record.updated):
        return None
    if not key.thread and record.conversation_id and now - record.updated >= DM_SILENCE:
        return record.with_conversation("")
    return record


def expired(updated: float, now: float, days: float) -> bool:
    """Whether `days` have passed since `updated`."""
    return now - updated >= days * DAY


def _latest(items: Iterable[str], kept: int) -> tuple[str, ...]:
    """The last `kept` different items; an item that is repeated counts as new."""
    seen = dict.fromkeys(reversed([item for item in items if item]))
    return tuple(reversed(list(seen)[:kept]))
