"""How much of a thread one answer may take: what is longer ends early, and is told so.

See docs/architecture.md#d16-tenants-and-bounds.
"""

from collections.abc import Callable
from dataclasses import dataclass

MOST_MESSAGES = 20
"""Messages of one answer, files and what stands before it aside."""
LONGEST_TEXT = 250_000
"""Characters of source that a writer is given: more than MOST_MESSAGES of any writer show."""


def _never() -> bool:
    return False


@dataclass(frozen=True, slots=True)
class Room:
    """What one writer may take of it.

    `messages` is how many it may have in all, those that it took over too. `is_over` says that the answer's time is
    up, so that no more messages begin. `closing`: the text ends early already and says so; this is to be shown as far
    as it goes.
    """

    messages: int = MOST_MESSAGES
    is_over: Callable[[], bool] = _never
    closing: bool = False

    @property
    def growing(self) -> int:
        """How many messages an answer may have whose end is not known: one stays free for saying that it ends early."""
        return max(0, self.messages - 1)

    def fitting(self, there: int, wanted: int) -> int:
        """How many of `wanted` more messages may be written when `there` are some already."""
        if self.closing:
            return min(wanted, max(1, self.messages - there))
        return wanted if there + wanted <= self.messages else max(0, self.growing - there)

    def ends_before(self, left: int) -> bool:
        """Whether the answer ends here, with `left` messages to come. The last one is no more than a note would be."""
        return left > 1 and not self.closing and self.is_over()


WHOLE = Room()
"""For an answer that one writer brings from its beginning."""
