"""What one streamed message shows: text, cards, text again (docs/platform/slack.md#stream-chunks). Pure."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Self

from plain_text import shortened, without_tokens
from slack_reply.markdown import (
    HEADING_SIZE,
    Limits,
    Markdown,
    Page,
    Part,
    Table,
    blocks_of,
    chunks_between,
    counted_bytes,
    first_word,
)
from slack_reply.markdown.pages import Layout, pages_after
from slack_reply.snapshot import Card

type Chunks = Sequence[Mapping[str, Any]]

ROWS = 20  # of a table: a stream can't change a table, so a longer one streams as code, row by row
LIMITS = Limits(size=9000, measure=counted_bytes, tables=True, reserve=100, heading=HEADING_SIZE, rows=ROWS)
"""A stream holds about 10,600 bytes, cards included (docs/platform/slack.md#stream-size)."""
SMALLEST_ROOM = 1500  # bytes: with less room for text behind a card, the card begins the next message
SMALLEST_BLOCKS = 4  # the same of blocks
CARDS_PER_MESSAGE = 45  # of 50 blocks (docs/platform/slack.md#block-limits): some stay for tables
TITLE_LIMIT, OUTPUT_LIMIT, DETAILS_LIMIT = 120, 160, 256  # characters; Slack's documents allow 256 each
OUTPUT_BYTES = 3 * OUTPUT_LIMIT  # of an output in Chinese or Japanese
RUNNING_RESERVE = 2 * OUTPUT_BYTES  # bytes kept free for the output of a card that still runs

STATUS = {"running": "in_progress", "done": "complete", "failed": "error"}
_BETWEEN = Markdown("\n\n")


@dataclass(frozen=True, slots=True)
class StreamedMessage:
    """What one message shows. All offsets are offsets in the source text.

    The message begins at `begin`. `page` is the text behind its last card and begins at `start`; `read` is the length
    of the text when the page was made. Each card splits the text: the text behind it, from `base` on, is laid out on
    its own with the room left in `limits`, so that no page ever gets less room than before. `before` is the text above
    the page; `cards` are all cards of the message as they are shown.
    """

    begin: int
    base: int
    start: int
    read: int
    page: Page
    before: tuple[Part, ...] = ()
    cards: Mapping[str, Card] = field(default_factory=dict)
    limits: Limits = LIMITS
    full: Limits = LIMITS
    layout: Layout = field(default_factory=lambda: Layout(LIMITS), compare=False)

    @classmethod
    def at(cls, offset: int, full: Limits = LIMITS) -> Self:
        """An empty message that begins with a card, or with the whole text; `full` are the limits of a message."""
        page = Page((), offset)
        return cls(offset, offset, offset, offset, page, limits=full, full=full, layout=Layout(full))

    @property
    def following(self) -> "StreamedMessage":
        """The next message, still empty, if this message takes no more text."""
        message = replace(StreamedMessage.at(self.page.end, self.full), base=self.base)
        return replace(message, layout=self.layout) if self.limits == self.full else message

    @property
    def whole(self) -> Page:
        """All text of the message as one page."""
        return replace(self.page, parts=(*self.before, *self.page.parts))

    def pages(self, text: str, *, final: bool, cut: int | None = None, most: int | None = None) -> list[Page]:
        """The message's page with this text, and the pages behind it, at most `most` in all."""
        base, start = self.base, self.start - self.base
        cut = None if cut is None else cut - base
        found = pages_after(
            text[base:], start, self.limits, final=final, cut=cut, most=most, layout=self.layout
        )
        return [replace(page, end=page.end + base) for page in found] or [self.page]

    def with_page(self, page: Page, read: int) -> tuple[Self, Chunks] | None:
        """The message with `page`, and the chunks that show it; None if appending cannot show it."""
        chunks = chunks_between(self.page if self.page.parts else None, page)
        if chunks is None:
            return None
        if chunks and self.before and not self.page.parts:
            # Keeps two paragraphs apart if Slack shows the cards elsewhere
            chunks = [{"type": "markdown_text", "text": _BETWEEN.text}, *chunks]
        return replace(self, page=page, read=read), chunks

    def with_cards(self, cards: Iterable[Card]) -> tuple[Self, Chunks]:
        """The message with its cards as they are in `cards`, and the chunks that update them."""
        changed = list(updates(self.cards, cards))
        shown = {**self.cards, **{card.id: card for card, _ in changed}}
        return replace(self, cards=shown), [chunk for _, chunk in changed]

    def takes(self, card: Card) -> bool:
        """Whether there is room for one card more."""
        empty = not (self.cards or self.before or self.page.parts)
        left = self._left(self._above, {**self.cards, card.id: card})
        fits = left.size >= SMALLEST_ROOM and left.blocks >= SMALLEST_BLOCKS
        has_table = any(isinstance(part, Table) for part in self._above)
        crowded = len(self.cards) >= CARDS_PER_MESSAGE or (has_table and not self.full.several_tables)
        return empty or (fits and not crowded)

    def with_card(self, card: Card, end: int) -> tuple["StreamedMessage", Mapping[str, Any]]:
        """The message with one more card behind the text that ends at `end`, and the card's chunk."""
        before, cards = self._above, {**self.cards, card.id: card}
        left = self._left(before, cards)
        limits = replace(left, size=max(left.size, SMALLEST_ROOM), blocks=max(left.blocks, SMALLEST_BLOCKS))
        streamed = replace(
            StreamedMessage.at(end, self.full),
            begin=self.begin,
            before=before,
            cards=cards,
            limits=limits,
            layout=Layout(limits),
        )
        return streamed, task_update(card)

    def closed(self, text: str) -> tuple[Self, Chunks] | None:
        """The message with its open code block closed, and the chunks for that; None if it cannot be closed."""
        pages = self.pages(text, final=False, cut=self.page.end)
        page = next((page for page in pages if page.end == self.page.end), None)
        return self.with_page(page, self.read) if page else None

    def closing(self, note: str) -> Chunks:
        """The chunks that end all running cards, for a message that ends before the work does."""
        left = [card for card in self.cards.values() if card.state == "running"]
        return [task_update(replace(card, state="done", output=note)) for card in left]

    def handed_on(self, offset: int, text: str) -> int:
        """The offset at which another writer continues, which must not be within a word."""
        begun = 0 <= offset - self.base < max(1, len(first_word(text[self.base :])))
        if not (begun and 0 < offset < len(text)) or text[offset - 1].isspace() or text[offset].isspace():
            return offset
        return max(text.rfind(blank, 0, offset) for blank in " \n") + 1

    @property
    def _above(self) -> tuple[Part, ...]:
        return (*self.before, *self.page.parts, _BETWEEN) if self.page.parts else self.before

    def _left(self, before: Sequence[Part], cards: Mapping[str, Card]) -> Limits:
        """What text behind the cards may take."""
        blocks = sum(map(blocks_of, before))
        used = sum(LIMITS.measure(part.text) for part in before) + LIMITS.heading * blocks // 2
        size = LIMITS.size - used - sum(map(weight, cards.values()))
        return replace(self.full, size=size, blocks=LIMITS.blocks - blocks)


def fitted(card: Card) -> Card:
    """The card within Slack's limits, title and output on one line, without characters that Slack might act on."""
    output = shortened(" ".join(_harmless(card.output).split()), OUTPUT_LIMIT)
    return replace(
        card,
        title=shortened(" ".join(_harmless(card.title).split()), TITLE_LIMIT) or "…",
        output=output.encode()[:OUTPUT_BYTES].decode(errors="ignore"),
        details=shortened(_harmless(card.details), DETAILS_LIMIT, trim=False),
    )


def task_update(card: Card, shown: Card | None = None) -> dict[str, Any]:
    """The chunk that shows the card, or updates the `shown` one: title and status replace, details append."""
    chunk = {"type": "task_update", "id": card.id, "title": card.title, "status": STATUS[card.state]}
    begun = shown.details if shown else ""
    if card.details.startswith(begun) and card.details != begun:
        chunk["details"] = card.details[len(begun) :]
    if card.output and card.output != (shown.output if shown else ""):
        chunk["output"] = card.output
    return chunk


def plan_update(title: str) -> dict[str, Any]:
    """The chunk that gives the plan of a message its title."""
    return {"type": "plan_update", "title": title}


def updates(shown: Mapping[str, Card], cards: Iterable[Card]) -> Iterator[tuple[Card, dict[str, Any]]]:
    """The shown cards that have changed, with the chunks that update them."""
    for card in cards:
        if before := shown.get(card.id):
            grown = card.details.startswith(before.details)
            now = replace(card, at=before.at, details=card.details if grown else before.details)
            if now != before:
                yield now, task_update(now, before)


def tables_in(chunks: Chunks) -> list[str]:
    """The types of the tables in these chunks."""
    return [block["type"] for chunk in chunks for block in chunk.get("blocks", ())]


def weight(card: Card) -> int:
    """Bytes against the cap of a stream, where details and output count twice (docs/platform/slack.md#stream-size)."""
    said = len(card.title.encode()) + 2 * len((card.details + card.output).encode())
    return said + (RUNNING_RESERVE if card.state == "running" else 0)


def _harmless(text: str) -> str:
    """The text without tokens, and without halves of surrogate pairs, which cannot be sent."""
    return without_tokens(text).encode(errors="replace").decode()
