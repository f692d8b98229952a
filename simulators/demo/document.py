"""What a message shows, apart from how it is drawn: the terminal's lines and the pictures begin here."""

from dataclasses import dataclass
from typing import Literal

Mark = Literal["bold", "italic", "code", "strike", "link", "mention"]
TaskStatus = Literal["pending", "in_progress", "complete", "error"]


@dataclass(frozen=True, slots=True)
class Span:
    """A piece of a line; a line break in `text` is one."""

    text: str
    marks: frozenset[Mark] = frozenset()


Text = tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Running text."""

    text: Text


@dataclass(frozen=True, slots=True)
class Heading:
    """`level` from 1."""

    level: int
    text: Text


@dataclass(frozen=True, slots=True)
class Item:
    """An item of a list; `marker` as it is shown."""

    marker: str
    blocks: "tuple[Block, ...]"


@dataclass(frozen=True, slots=True)
class Quote:
    """What somebody else said."""

    blocks: "tuple[Block, ...]"


@dataclass(frozen=True, slots=True)
class Code:
    """A code block; `info` is its language, or empty."""

    text: str
    info: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of cells, the head first; `alignments` are left, right or center, one for each column."""

    rows: tuple[tuple[Text, ...], ...]
    alignments: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Rule:
    """A line across."""


@dataclass(frozen=True, slots=True)
class Task:
    """A task card of a stream."""

    title: str
    status: TaskStatus
    details: str = ""
    output: str = ""
    sources: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """The title over the task cards that follow."""

    title: str


@dataclass(frozen=True, slots=True)
class Buttons:
    """A row of them."""

    labels: tuple[str, ...]


Block = Paragraph | Heading | Item | Quote | Code | Table | Rule | Task | Plan | Buttons


@dataclass(frozen=True, slots=True)
class Post:
    """One message of a thread. `growing`: its stream is open."""

    author: str
    is_app: bool
    blocks: tuple[Block, ...]
    growing: bool = False
    edited: bool = False
    files: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ThreadView:
    """A thread, or some of it; `status` is the line under it while the app thinks, or empty.

    An empty `channel` is not shown.
    """

    channel: str
    posts: tuple[Post, ...]
    status: str = ""


def plain(text: Text) -> str:
    """Without its marks."""
    return "".join(span.text for span in text)
