"""What a writer is asked to show: the text of the answer, and the work it comes from."""

from dataclasses import dataclass
from typing import Literal

CardState = Literal["running", "done", "failed"]


@dataclass(frozen=True, slots=True)
class Card:
    """A piece of work that began when the text had come to `at`, an offset in the source text.

    `details` only ever grow. `apart`: text that comes after it begins a paragraph of its own.
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
    """An answer as it stands.

    `line` says, for writers without cards, what goes on while the text stands still; empty: it grows, or it is whole.

    `continued` is what a card says in a message that ended before its work did.
    """

    text: str
    cards: tuple[Card, ...] = ()
    line: str = ""
    continued: str = ""
