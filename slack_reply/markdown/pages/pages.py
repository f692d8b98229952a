"""The source text of an answer as a row of messages (docs/architecture.md#d5-writers, docs/architecture.md#d6-text).

All writers rely on one law: whatever text follows, all pages of a growing text except the last stay the same, and the
last one is the beginning of the later page at its place. So a stream, which can only append, can show every page.
"""

from collections.abc import Iterator
from itertools import islice

from clock import in_turns
from slack_reply.markdown.blocks import read
from slack_reply.markdown.pages.filling import Filling
from slack_reply.markdown.pages.paging import fill
from slack_reply.markdown.parts import Alignment, Limits, Markdown, Page, Part, Table
from slack_reply.markdown.slack_form import chunks_between, closed, fallback_text, page_arguments, table_block
from slack_reply.markdown.tokens import is_blank

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
    "table_block",
]


def pages_after(
    text: str, start: int, limits: Limits, *, final: bool, cut: int | None = None, most: int | None = None
) -> tuple[Page, ...]:
    """The pages behind `start`, which is the end of an earlier page; an open code block is opened again.

    `cut` is the end of a page at which a writer began a new message. `most` is how many pages are wanted: no more
    of the text is laid out than these take.
    """
    return tuple(islice(_pages(text, limits, final=final, cut=cut, start=start), most))


def _pages(text: str, limits: Limits, *, final: bool, cut: int | None, start: int) -> Iterator[Page]:
    cuts = () if cut is None else (cut,)
    source = _sound(text)
    for filled in in_turns(fill(read(source, limits, final=final), limits, cuts, start)):
        page = filled if isinstance(filled, Page) else _last(filled, source, final=final)
        if not all(isinstance(part, Markdown) and is_blank(part.text) for part in page.parts):
            yield page


def _last(filling: Filling, source: str, *, final: bool) -> Page:
    if not final:
        return filling.growing(source)
    page = filling.whole()
    return Page(page.parts, len(source))


def _sound(text: str) -> str:
    """The text without halves of surrogate pairs, which cannot be sent."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return "".join("\ufffd" if "\ud800" <= char <= "\udfff" else char for char in text)
    return text
