"""What a writer is asked to show: the text of the answer, and cards for the work behind it."""

from dataclasses import dataclass
from typing import Literal

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

    `line` says what the app does while the text does not grow, for writers without cards. It is empty while the text
    grows or when the text is complete.

    `continued` is the output of a card whose message ended before the work did.
    """

    text: str
    cards: tuple[Card, ...] = ()
    line: str = ""
    continued: str = ""
