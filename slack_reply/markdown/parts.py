"""The parts of a message, before they take the form of an API call."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

from slack_reply.markdown import tokens
from slack_reply.markdown.lines import HEADING, RULE

ROW_LIMIT = 100
"""Rows of a `table` block, with its head (docs/platform/slack.md#table-block)."""
BLOCK_LIMIT = 40
"""Slack takes 50 blocks, those that Slack makes of Markdown among them (docs/platform/slack.md#markdown-expansion)."""
HEADING_SIZE = 100
"""What a heading counts beside its text (docs/platform/slack.md#message-size)."""

_BARE = re.compile(r"&(?!lt;|gt;|amp;)")
_MAY_BE_APART = frozenset(" #-*_=")

Style = Literal["bold", "italic", "strike", "code"]
Alignment = Literal["", "left", "center", "right"]


@dataclass(frozen=True, slots=True)
class Markdown:
    """Markdown that is already safe: ready for `markdown_text` and `markdown` blocks."""

    text: str


class Run(NamedTuple):
    """A stretch of a cell's text in one look; `url` is empty where the text is no link."""

    text: str
    styles: frozenset[Style] = frozenset()
    url: str = ""


class Cell(NamedTuple):
    """One cell of a table."""

    runs: tuple[Run, ...] = ()

    @property
    def text(self) -> str:
        """The cell as plain text without live tokens: a link as `label (url)`."""
        shown = [
            f"{run.text} ({run.url})" if run.url and not run.text.endswith(run.url) else run.text
            for run in self.runs
        ]
        return tokens.inside_code("".join(shown))


@dataclass(frozen=True, slots=True)
class Table:
    """A table small enough for one of Slack's blocks: rows of equal length, the head first.

    `data`: how many of its first rows a `table` block had room for; the table goes as a `data_table` block. 0 if the
    table goes as a `table` block.
    """

    rows: tuple[tuple[Cell, ...], ...]
    alignments: tuple[Alignment, ...]
    data: int = 0

    @property
    def text(self) -> str:
        """The text of all cells, as it counts against the size of a message."""
        return _cells(self.rows)

    @property
    def first(self) -> str:
        """The text that the table had at most while its rows came and it was still a `table` block."""
        return _cells(self.rows[: self.data or None])


def _cells(rows: Sequence[tuple[Cell, ...]]) -> str:
    return "\n".join("\t".join(cell.text for cell in row) for row in rows)


Part = Markdown | Table


def counting(part: Part) -> str:
    """The text of the part that counts against the size of a message.

    That of a `data_table` block has a limit of its own (docs/platform/slack.md#data-table-block).
    """
    return "" if isinstance(part, Table) and part.data else part.text


def is_apart(line: str) -> bool:
    """Whether Slack makes a block of this line: a heading or a rule."""
    return line[:1] in _MAY_BE_APART and bool(HEADING.match(line) or RULE.match(line))


def blocks_of(part: Part) -> int:
    """How many blocks Slack may make of the part, each with text behind it."""
    if isinstance(part, Table):
        return 2
    return 2 * sum(map(is_apart, part.text.split("\n")))


@dataclass(frozen=True, slots=True)
class Page:
    """One message. This page and the pages before it show the source text up to the offset `end`.

    `tail` is the text that would close the code block that a growing page leaves open.
    """

    parts: tuple[Part, ...]
    end: int
    tail: str = ""


def counted(text: str) -> int:
    """The characters of a text as Slack counts them in a message, each `&`, `<` and `>` as the entity that it becomes.

    Source: docs/platform/slack.md#message-size.
    """
    return len(text) + _more(text)


def counted_bytes(text: str) -> int:
    """The UTF-8 bytes of a text, counted in the same way (docs/platform/slack.md#stream-size)."""
    return len(text.encode()) + _more(text)


def _more(text: str) -> int:
    """What the text takes beside its characters: Slack counts `&`, `<` and `>` as the entities that they become."""
    bare = len(_BARE.findall(text)) if "&" in text else 0
    return 4 * bare + 3 * (text.count("<") + text.count(">"))


@dataclass(frozen=True, slots=True)
class Limits:
    """What fits in one message of a writer.

    `measure` must be additive (`counted`, `counted_bytes`); `size` and `reserve` are in its unit. `reserve`
    stays free on every page for text that the writer adds. Without `tables` every table becomes code. `blocks` is how
    many blocks Slack may make of the page, and `heading` is what a heading takes beside its text. A table with more
    `rows` becomes a `data_table` block, or code without `data_tables`. Without `several_tables` a message holds one
    table at most. `by_row`: the message can be changed, so a table may be shown while its rows still come.
    `whole`: the text comes at once, or the message can be changed at its end, so a link of the text may be defined
    further below, and the first line may be the head of a table that begins with no pipe.
    """

    size: int
    measure: Callable[[str], int]
    tables: bool
    reserve: int = 0
    blocks: int = BLOCK_LIMIT
    heading: int = 0
    rows: int = ROW_LIMIT
    by_row: bool = False
    data_tables: bool = False
    several_tables: bool = True
    whole: bool = False

    @property
    def room(self) -> int:
        """How much the text of a page may take."""
        return self.size - self.reserve
