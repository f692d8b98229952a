"""The one protocol every store of threads speaks."""

from collections.abc import Callable
from typing import Protocol

from conversation_store.record import OpenTurn, ThreadKey, ThreadRecord

type Change = Callable[[ThreadRecord], ThreadRecord]


class ThreadStore(Protocol):
    """Thread → record. Every method raises StoreError when the storage behind it fails or is slow.

    Records come as they count now: expired ones are absent, and a continuous DM that was silent for 8 h
    has no conversation_id (record.as_of). Every write stamps `updated`.
    """

    def get(self, key: ThreadKey, *, fresh: bool = False) -> ThreadRecord | None:
        """The record, or None for a thread not known. `fresh` asks the storage itself, past any cache."""

    def update(self, key: ThreadKey, change: Change) -> ThreadRecord:
        """Read, change, write; gives what was written.

        `change` is pure, quick and may run more than once; it gets an empty record for an unknown thread.
        Exact within a process; between processes too where the storage can (Redis).
        """

    def claim(self, key: ThreadKey, ts: str, change: Change) -> ThreadRecord | None:
        """Take the message `ts` for this turn: None when it was taken before, otherwise as `update`."""

    def forget(self, key: ThreadKey) -> None:
        """The thread is unknown from now on. Messages taken before may stay taken."""

    def in_flight(self, hook_id: str) -> tuple[OpenTurn, ...]:
        """The turns of the hook noted as running, by this process or any other, dead ones too."""

    def note_in_flight(self, turn: OpenTurn) -> None:
        """The turn runs from now on. The list is bounded: the oldest drop out."""

    def clear_in_flight(self, turn: OpenTurn) -> None:
        """The turn is over. May reach the storage late: the thread's own record says what is true."""
