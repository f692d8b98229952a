"""The protocol of all stores of threads, and how each of them claims a message."""

from collections.abc import Callable
from typing import Protocol

from gevent.event import AsyncResult

from clock import Clock
from conversation_store.record import OpenTurn, ThreadKey, ThreadRecord

CLAIM_KEPT = 26 * 3600.0
"""Seconds a message stays claimed; Slack can repeat an event for 24 h (docs/platform/slack.md#event-retries)."""

type Change = Callable[[ThreadRecord], ThreadRecord]


class Taken(Exception):
    """The message was claimed before. This is raised within a change, so that nothing is written."""


def claiming(ts: str, change: Change, clock: Clock) -> Change:
    """A change that claims the message `ts` too. It raises Taken."""

    def claim(record: ThreadRecord) -> ThreadRecord:
        if record.has_taken(ts, clock):
            raise Taken
        return change(record).with_handled(ts)

    return claim


class Verdict:
    """Whether a turn is to be noted: one greenlet finds that out while another one prepares the note."""

    def __init__(self) -> None:
        self._given: AsyncResult[bool] = AsyncResult()

    def give(self, *, is_noted: bool) -> None:
        """Give the verdict. The first one counts."""
        if not self._given.ready():
            self._given.set(is_noted)

    def wait(self) -> bool:
        """The verdict, once there is one."""
        return bool(self._given.get())


class ThreadStore(Protocol):
    """A record for each thread. Every method raises StoreError when the storage behind the store fails or is slow.

    A store gives records as they count now: expired records are absent, and a continuous DM that was silent for 8 h
    has no conversation_id (record.as_of). Every write sets `updated`.
    """

    def get(self, key: ThreadKey, *, fresh: bool = False) -> ThreadRecord | None:
        """The record, or None for an unknown thread. `fresh`: ask the storage itself, not a cache."""

    def update(self, key: ThreadKey, change: Change) -> ThreadRecord:
        """Read the record, change it, write it. Gives what was written.

        `change` is quick and may be called more than once. It gets an empty record for an unknown thread.
        No update is lost within a process, and with Redis none between processes.
        """

    def claim(self, key: ThreadKey, ts: str, change: Change) -> ThreadRecord | None:
        """Claim the message `ts` for this turn. None when the message was claimed before, otherwise as `update`."""

    def forget(self, key: ThreadKey) -> None:
        """The thread is unknown from now on. Its messages may stay claimed."""

    def in_flight(self, hook_id: str) -> tuple[OpenTurn, ...]:
        """The hook's turns that some process noted as running, also those of processes that have died."""

    def note_in_flight(self, turn: OpenTurn, verdict: Verdict | None = None) -> None:
        """The turn runs from now on. The list is bounded: the oldest turns drop out.

        With a `verdict`, the turn is noted only if the verdict says so. A store may read before that.
        """

    def clear_in_flight(self, turn: OpenTurn) -> None:
        """The turn has ended. The storage may learn that late, because the thread's own record says what is true."""

    def has_seen_press(self, hook_id: str) -> bool:
        """Whether the press of a button reached the hook, in the days that its conversations are kept."""

    def note_press(self, hook_id: str) -> None:
        """The press of a button reached the hook. Slack cannot be asked whether presses do."""
