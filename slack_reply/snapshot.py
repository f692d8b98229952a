"""What a writer is asked to show, how much of the thread it may take, and when an answer stays silent. Pure."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

# Messages of one answer, without its files and the greeting (docs/architecture.md#d16-tenants-and-bounds).
MOST_MESSAGES = 20
LONGEST_TEXT = 250_000  # characters of source text: more than MOST_MESSAGES messages of any writer can show
SILENT = "NO_REPLY"  # an app that answers exactly this says nothing

type Blocks = Sequence[Mapping[str, Any]]

CardState = Literal["running", "done", "failed"]


@dataclass(frozen=True, slots=True)
class Card:
    """A piece of work that began when the source text had `at` characters.

    `details` only ever grow. `apart`: the text after the card begins a new paragraph.
    """

    id: str
    title: str
    state: CardState
    at: int = 0
    output: str = ""
    details: str = ""
    apart: bool = False


@dataclass(frozen=True, slots=True)
class Snapshot:
    """An answer at one moment.

    `line` says what the app does while the text does not grow; else it is empty. `continued` is the output of a card
    whose message ended before the work did. `plan` is the title that stands above the cards. `below` are blocks for
    the end of a whole answer, in several forms: the first that the workspace takes is shown (`BlockSupport`).
    `controls` are blocks below a growing answer; a stream cannot take blocks away again and shows none.
    """

    text: str
    cards: tuple[Card, ...] = ()
    line: str = ""
    continued: str = ""
    plan: str = ""
    below: tuple[Blocks, ...] = ()
    controls: tuple[Mapping[str, Any], ...] = ()


@dataclass(frozen=True, slots=True)
class Room:
    """What one writer may take of the thread.

    `messages` is how many messages it may have in all, including messages taken over from another writer. `is_over`
    says that the answer's time is up, so that no new messages begin. `closing`: the text was already cut and ends
    with a note, so the writer shows as much of it as it can.
    """

    messages: int = MOST_MESSAGES
    is_over: Callable[[], bool] = lambda: False
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


WHOLE = Room()  # of an answer that one writer writes from the beginning


def is_silent(text: str) -> bool:
    """Whether the whole answer is SILENT, without the blanks around it."""
    return text.strip() == SILENT


def may_be_silent(text: str) -> bool:
    """Whether a growing (or still empty) answer can still become SILENT: then nothing of it may be shown."""
    begun = text.lstrip()
    return SILENT.startswith(begun) or is_silent(begun)
