"""How much of a thread one answer may take: a longer answer ends early and says so.

See docs/architecture.md#d16-tenants-and-bounds.
"""

from collections.abc import Callable
from dataclasses import dataclass

MOST_MESSAGES = 20
"""Messages of one answer, without its files and the greeting."""
LONGEST_TEXT = 250_000
"""Characters of source text that a writer is given: more than MOST_MESSAGES messages of any writer can show."""


def _never() -> bool:
    return False


@dataclass(frozen=True, slots=True)
class Room:
    """What one writer may take of the thread.

    `messages` is how many messages it may have in all, including messages taken over from another writer. `is_over`
    says that the answer's time is up, so that no new messages begin. `closing`: the text was already cut and ends
    with a note, so the writer shows as much of it as it can.
    """

    messages: int = MOST_MESSAGES
    is_over: Callable[[], bool] = _never
    closing: bool = False

    @property
    def growing(self) -> int:
        """How many messages a growing answer may have: one stays free for the note that the answer ends early."""
        return max(0, self.messages - 1)

    def fitting(self, there: int, wanted: int) -> int:
        """How many of `wanted` more messages may be written when there are `there` messages already."""
        if self.closing:
            return min(wanted, max(1, self.messages - there))
        return wanted if there + wanted <= self.messages else max(0, self.growing - there)

    def ends_before(self, left: int) -> bool:
        """Whether to end the answer here, with `left` messages to come. One last message costs no more than a note."""
        return left > 1 and not self.closing and self.is_over()


WHOLE = Room()
"""The room of an answer that one writer writes from the beginning."""
