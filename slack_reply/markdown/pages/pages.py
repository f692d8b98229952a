"""The source text of an answer as a row of messages (docs/architecture.md#d5-writers, docs/architecture.md#d6-text).

All writers rely on one law: whatever text follows, all pages of a growing text except the last stay the same, and the
last one is the beginning of the later page at its place. So a stream, which can only append, can show every page.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import filterfalse, islice

from clock import in_turns
from slack_reply.markdown.pages.filling import Filling
from slack_reply.markdown.pages.layout import Layout
from slack_reply.markdown.pages.row import Row
from slack_reply.markdown.parts import Limits, Markdown, Page
from slack_reply.markdown.reader import read
from slack_reply.markdown.tokens import is_blank
from slack_reply.markdown.units import Unit
from slack_reply.markdown.words import first_word

_SURROGATE = re.compile("[\ud800-\udfff]")
_LINE_END = re.compile(r"\r(?!\n)")


def pages_after(
    text: str,
    start: int,
    limits: Limits,
    *,
    final: bool,
    cut: int | None = None,
    most: int | None = None,
    layout: Layout | None = None,
) -> tuple[Page, ...]:
    """The pages behind `start`, which is the end of an earlier page; an open code block is opened again.

    `cut` is the end of a page at which a writer began a new message. `most` is how many pages are wanted: no more
    of the text is laid out than these take. A `layout` with the same limits remembers the text before.
    """
    # Halves of surrogate pairs cannot be sent
    source = text if text.isascii() else _SURROGATE.sub("\ufffd", text)
    source = _LINE_END.sub("\n", source) if "\r" in source else source
    if layout:
        filled = layout.fill(source, start, cut, final=final)
    else:
        filled = fill(read(source, limits, final=final), limits, cut, start)
    pages = (_page(page, source, final=final) for page in in_turns(filled))
    found = tuple(islice(filterfalse(_is_blank, pages), most))
    if not (found or final or start) and (word := first_word(source)):
        return (_begun(word, limits),)
    return found


def _begun(word: str, limits: Limits) -> Page:
    """The page while the units keep its first word back, until they know of another word or how the line ends.

    In a stream, the word's last letter waits: the next append must not begin with a blank.
    """
    shown = word if limits.by_row else word[:-1]
    return Page((Markdown(shown),), len(shown))


def _page(filled: Page | Filling, source: str, *, final: bool) -> Page:
    if isinstance(filled, Page):
        return filled
    return replace(filled.whole(), end=len(source)) if final else filled.growing(source)


def _is_blank(page: Page) -> bool:
    return all(isinstance(part, Markdown) and is_blank(part.text) for part in page.parts)


def fill(units: Iterable[Unit], limits: Limits, cut: int | None, start: int) -> Iterator[Page | Filling]:
    """The finished pages; at the end the Filling of the last page, if any text is left."""
    row = Row(limits, cut, start)
    yield from row.filled(units)
    yield from row.last
