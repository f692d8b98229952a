"""The source text of an answer as a row of messages (design D5, D6).

The law all writers stand on: whatever text follows, `paginate(text, final=False)` keeps all its pages but the
last, and the last one is the beginning of the page at its place. So a stream that only appends can show it.
"""

from collections.abc import Iterator
from itertools import islice

from clock import in_turns
from slack_reply.blocks import read
from slack_reply.filling import Filling
from slack_reply.paging import fill
from slack_reply.parts import Alignment, Limits, Markdown, Page, Part, Table
from slack_reply.slack_form import chunks_between, closed, fallback_text, page_arguments, table_block

__all__ = [
    "Alignment",
    "Limits",
    "Markdown",
    "Page",
    "Part",
    "Table",
    "chunks_between",
    "closed",
    "fallback_text",
    "page_arguments",
    "pages_after",
    "paginate",
    "table_block",
]


def paginate(text: str, limits: Limits, *, final: bool, cuts: tuple[int, ...] = ()) -> tuple[Page, ...]:
    """The pages of the text. `cuts` are ends of pages seen before, at which a writer began a new message."""
    return tuple(_pages(text, limits, final=final, cuts=cuts, start=0))


def pages_after(
    text: str, start: int, limits: Limits, *, final: bool, cut: int | None = None, most: int | None = None
) -> tuple[Page, ...]:
    """The pages behind `start`, the end of a page seen before; an open code block is opened again.

    `most` is how many pages are wanted: no more of the text is laid out than these take.
    """
    pages = _pages(text, limits, final=final, cuts=() if cut is None else (cut,), start=start)
    return tuple(islice(pages, most))


def _pages(text: str, limits: Limits, *, final: bool, cuts: tuple[int, ...], start: int) -> Iterator[Page]:
    source = _sound(text)
    for filled in in_turns(fill(read(source, limits, final=final), limits, cuts, start)):
        page = filled if isinstance(filled, Page) else _last(filled, source, final=final)
        if page.parts:
            yield page


def _last(filling: Filling, source: str, *, final: bool) -> Page:
    if not final:
        return filling.growing(source)
    page = filling.whole()
    return Page(page.parts, len(source))


def _sound(text: str) -> str:
    """The text without halves of surrogate pairs, which can't be sent."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return "".join("\ufffd" if "\ud800" <= char <= "\udfff" else char for char in text)
    return text
