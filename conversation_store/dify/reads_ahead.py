"""What was read of Dify's storage while a message was handed off, for the claim that the message's turn makes then.

Slack's ack waits for both (docs/architecture.md#d1-hand-off). The hand-off ends in another request, so the values pass
to it within this process.
"""

from collections import defaultdict
from typing import NamedTuple

from conversation_store.record import ThreadKey
from errors import StoreError

GOOD_SECONDS = 0.25
"""Seconds after which a value counts no more, because another process may have written meanwhile.

They are wall seconds where the clock is scaled: a hand-off takes as long there.
"""


class Claimed(NamedTuple):
    """The message that a claim is made of."""

    thread: ThreadKey
    ts: str


class ReadAhead(NamedTuple):
    """The outcome of one read that began at the Clock's `now`: a value, None for a missing key, or an error."""

    outcome: bytes | StoreError | None
    began: float


class ReadsAhead:
    """One per process. A value serves one claim, and only until this process writes to its key."""

    def __init__(self) -> None:
        self._reads: defaultdict[Claimed, dict[str, ReadAhead]] = defaultdict(dict)

    def keep(self, key: str, claimed: Claimed, read: ReadAhead) -> None:
        """Keep what was read of this key. `drop` must follow."""
        self._reads[claimed][key] = read

    def take(self, key: str, claimed: Claimed, since: float) -> ReadAhead | None:
        """What was read of this key for this claim, if the read began at `since` or later."""
        read = self._reads.get(claimed, {}).pop(key, None)
        return read if read and read.began >= since else None

    def written(self, key: str) -> None:
        """Forget what was read of the key, since this process writes to it."""
        for reads in self._reads.values():
            reads.pop(key, None)

    def drop(self, claimed: Claimed) -> None:
        """Forget what was read for this claim."""
        self._reads.pop(claimed, None)
