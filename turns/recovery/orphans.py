"""Finds turns that no process runs any more, and ends them with "interrupted, ask again".

They are never run again (docs/architecture.md#d10-never-run-twice).
A process takes an orphan over in its thread's record, ends the orphan, and then removes it from the record. So the
next process, also after another crash, knows how far this went. With Redis, two processes never end the same orphan;
without Redis, they may if both look within the time that a record takes to be written.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Protocol
from weakref import WeakValueDictionary

from cachetools import LRUCache
from gevent.lock import BoundedSemaphore

from clock import Clock
from conversation_store import InFlight, OpenTurn, ProcessLeases, ThreadKey, ThreadRecord, ThreadStore
from errors import SlackError, StoreError
from message import moment
from slack_reply import EXPIRY, Remains
from turns.limits import LONGEST_AT_ALL, LONGEST_VISIBLE, REQUEST_SECONDS
from turns.recovery.process_identity import Fate, ProcessIdentity
from turns.report import logger
from turns.services import EndingsOfEndpoint

LONGEST_END = 120.0  # seconds that ending one orphan may take; every call to Slack has a time limit
FINISHED_REMEMBERED = 10_000
CLOCK_SKEW = 300.0  # seconds that our clock may differ from Slack's: beyond that, no signature is valid


class RunningTurns(Protocol):
    """The turns of this process."""

    def carries(self, name: str) -> bool:
        """Whether this process hands off or answers the message `hook_id/team_id/channel/ts`."""


class OrphanLocks:
    """One per process: an orphan is ended by one greenlet at a time."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._locks: WeakValueDictionary[str, BoundedSemaphore] = WeakValueDictionary()

    @contextmanager
    def hold(self, name: str) -> Iterator[bool]:
        """Hold the lock of this orphan; False when another greenlet has held the lock for LONGEST_END seconds."""
        lock = self._locks.setdefault(name, BoundedSemaphore())
        is_held = lock.acquire(timeout=self._clock.wall(LONGEST_END))
        try:
            yield is_held
        finally:
            if is_held:
                lock.release()


class FinishedTurns:
    """One per process: the turns of this process whose answer is whole in Slack.

    A record can say otherwise. Dify's storage has no compare-and-set, so a write of another process can put a turn back
    that has ended; Redis, when it comes back after an outage, gets such a record too.
    """

    def __init__(self) -> None:
        self._names: LRUCache[str, None] = LRUCache(FINISHED_REMEMBERED)

    def note(self, name: str) -> None:
        """`name` is `<digest of the thread's key>/<ts of the question>`."""
        self._names[name] = None

    def __contains__(self, name: str) -> bool:
        return name in self._names


@dataclass(frozen=True, slots=True)
class Watch:
    """Tells orphans from turns that run. `presence` says which processes live, if there is Redis."""

    holder: ProcessIdentity
    running: RunningTurns
    presence: ProcessLeases | None
    clock: Clock

    def is_orphan(self, key: ThreadKey, turn: InFlight) -> bool:
        """Whether the turn's process is gone, or does not run the turn, or the turn is older than any turn can live."""
        if self.runs_here(key, turn.ts):
            return False
        if turn.holder == self.holder.name or self.is_gone(turn.holder):
            return True
        longest = LONGEST_VISIBLE if turn.message_ts else LONGEST_AT_ALL
        longest = max(longest, turn.leg * REQUEST_SECONDS + LONGEST_VISIBLE)
        return self.age(turn.message_ts or turn.ts) - CLOCK_SKEW > longest

    def runs_here(self, key: ThreadKey, ts: str) -> bool:
        """Whether this process runs the turn of that message."""
        return self.running.carries(f"{key.hook_id}/{key.team_id}/{key.channel}/{ts}")

    def age(self, ts: str) -> float:
        """Seconds since that message was written, by its `ts`: the clock of the process that noted it may be wrong."""
        return self.clock.epoch() - self.clock.epoch_of(moment(ts)[0])

    def is_gone(self, holder: str) -> bool:
        """Whether that process is dead: certain on this machine; for another machine, its lease on Redis tells."""
        fate = self.holder.fate_of(holder)
        if fate in {Fate.UNKNOWN, Fate.LIKELY_GONE} and self.presence is not None:
            return self.presence.is_gone(holder) is True
        return fate in {Fate.GONE, Fate.LIKELY_GONE}


@dataclass(frozen=True, slots=True)
class Orphans:
    """For one request."""

    store: ThreadStore
    watch: Watch
    locks: OrphanLocks
    finished: FinishedTurns
    endings: EndingsOfEndpoint

    def note_finished(self, key: ThreadKey, ts: str) -> None:
        """The answer to the message `ts` is whole in Slack: nothing may be written under the answer any more."""
        self.finished.note(_name(key, ts))

    def end_all(self, key: ThreadKey, record: ThreadRecord, *, but: str = "") -> None:
        """End every orphan of the thread, in the order of their claims, except the turn of the message `but`."""
        for turn in sorted(record.open, key=lambda turn: turn.ts):
            if turn.ts != but and self.watch.is_orphan(key, turn):
                self.end(key, turn)

    def end(self, key: ThreadKey, turn: InFlight) -> bool:
        """End one orphan; False when Slack or the store fails now: the next look will try again.

        A second caller waits until the first is done, since its own message must come after the note about the orphan.
        """
        with self.locks.hold(_name(key, turn.ts)) as is_held:
            if not is_held:
                return False
            try:
                if self._take_over(key, turn):
                    self._end(key, turn)
            except (SlackError, StoreError) as error:
                logger.warning("an interrupted turn could not be ended yet: %s", type(error).__name__)
                return False
        return True

    def _take_over(self, key: ThreadKey, turn: InFlight) -> bool:
        """Make this process the orphan's holder; False when another process did so first, or the turn has ended."""
        ours = replace(turn, holder=self.watch.holder.name)
        is_theirs = False

        def change(record: ThreadRecord) -> ThreadRecord:
            nonlocal is_theirs
            found = record.open_turn(turn.ts)
            is_theirs = found is not None and found.holder == turn.holder
            return record.with_open(ours) if is_theirs else record

        self.store.update(key, change)
        return is_theirs

    def _end(self, key: ThreadKey, turn: InFlight) -> None:
        record = self.store.get(key) or ThreadRecord()
        is_whole = _name(key, turn.ts) in self.finished and not turn.streams
        ts = "" if is_whole else self._written(key, record, turn)

        def change(record: ThreadRecord) -> ThreadRecord:
            return replace(record.without_in_flight(turn.ts), last_answer_ts=ts or record.last_answer_ts)

        self.store.update(key, change)
        self.store.clear_in_flight(OpenTurn(key, turn.ts, turn.holder, turn.started))
        logger.warning("ended the interrupted turn %s in %s", turn.ts, key.channel)

    def _written(self, key: ThreadKey, record: ThreadRecord, turn: InFlight) -> str:
        """Write the end of the orphan to Slack. Returns the ts of the message that says so, "" if there is none."""
        ending = self.endings.of(key, record)
        begun = max(turn.message_ts, turn.ts)
        shown = [other.message_ts for other in record.open if other.ts != turn.ts]
        remains = Remains(
            channel=turn.channel or key.channel,
            thread_ts=turn.thread_ts or key.thread or turn.ts,
            trigger_ts=turn.ts,
            message_ts=turn.message_ts,
            after=max(turn.ts, record.last_answer_ts),
            before=min((ts for ts in shown if ts > begun), default=""),  # from there on, it is a later turn's
            streamed=turn.method in {"stream", ""},
        )
        if turn.streams:
            old = any(self.watch.age(ts) > EXPIRY for ts in turn.streams)
            ending.close(remains, turn.streams, old=old)
            return ""
        return ending.end(remains)


def _name(key: ThreadKey, ts: str) -> str:
    """Names the turn of the message `ts` in this process."""
    return f"{key.digest()}/{ts}"
