"""A layout that is remembered, for tests that lay the same texts out again and again.

The units of a text are a function of the text, and the pieces of a unit are a function of the unit: what was read once
is not read again.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from itertools import count
from typing import Any

import pytest

from slack_reply.markdown import units
from slack_reply.markdown.pages import Layout, pages, row
from slack_reply.markdown.parts import Limits, Page
from slack_reply.markdown.reader import read
from slack_reply.markdown.units import Unit
from slack_reply.writers import edited_message, single_post
from tests.slack_reply import whole_pages

WHOLE = 5_000
TEXTS = 100
UNITS = 100_000


class Units:
    """The units of one text, read only as far as somebody wants them."""

    def __init__(self, unread: Iterator[Unit]) -> None:
        self._read: list[Unit] = []
        self._unread = unread

    def __iter__(self) -> Iterator[Unit]:
        for number in count():
            if number == len(self._read):
                unit = next(self._unread, None)
                if unit is None:
                    return
                self._read.append(unit)
            yield self._read[number]


@contextmanager
def remembered_layout() -> Iterator[None]:
    """Remember the layout of each text until the context ends."""

    @lru_cache(TEXTS)
    def known(text: str, limits: Limits | None, *, final: bool) -> Units:
        return Units(read(text, limits, final=final))

    def remembered(text: str, limits: Limits | None, *, final: bool) -> Iterator[Unit]:
        return iter(known(text, limits, final=final))

    @lru_cache(UNITS)
    def pieces(unit: Unit, *, whole: bool) -> tuple[Unit, ...]:
        return tuple(units.apart(unit, whole=whole))

    def remembered_pieces(unit: Unit, *, whole: bool = True) -> Iterator[Unit]:
        return iter(pieces(unit, whole=whole))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pages, "read", remembered)
        patch.setattr(row, "apart", remembered_pieces)
        yield


@contextmanager
def remembered_pages() -> Iterator[None]:
    """Remember the pages of each text that is laid out without a `Layout`, until the context ends."""
    known = lru_cache(WHOLE)(pages.pages_after)

    def remembered(
        text: str, start: int, limits: Limits, *, layout: Layout | None = None, **more: Any
    ) -> tuple[Page, ...]:
        if layout:
            return pages.pages_after(text, start, limits, layout=layout, **more)
        return known(text, start, limits, **more)

    with pytest.MonkeyPatch.context() as patch:
        for module in (whole_pages, edited_message, single_post):
            patch.setattr(module, "pages_after", remembered)
        yield
