"""Remembers the pages of a text that grows: what is known of the text is laid out once."""

from collections.abc import Iterator
from typing import NamedTuple

from slack_reply.markdown.pages.filling import Filling
from slack_reply.markdown.pages.row import Row
from slack_reply.markdown.parts import Limits, Page
from slack_reply.markdown.reader import Reader
from slack_reply.markdown.units import Unit


class _Kept(NamedTuple):
    """The pages from `start` on that are full, and the `row` behind the first units of `known`."""

    start: int
    cut: int | None
    known: list[Unit]
    number: int
    full: tuple[Page, ...]
    row: Row


class Layout:
    """The pages of a text that grows. If they begin elsewhere, as when a message is full, they are laid out anew."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self._reader = Reader(limits)
        self._kept: _Kept | None = None

    def fill(self, source: str, start: int, cut: int | None, *, final: bool) -> Iterator[Page | Filling]:
        """The finished pages behind `start`; at the end the Filling of the last page, if any text is left."""
        reader, kept = self._reader, self._kept
        self._kept = None  # until all units have been read
        begun = reader.begun(source, final=final)
        if kept is None or (kept.start, kept.cut) != (start, cut) or kept.known is not reader.known:
            kept = _Kept(start, cut, reader.known, reader.number(start), (), Row(self.limits, cut, start))
        yield from kept.full
        row, full = kept.row, list(kept.full)
        for page in row.filled(reader.certain(begun, kept.number, final=final)):
            full.append(page)
            yield page
        kept = _Kept(start, cut, reader.known, len(reader.known), tuple(full), row.copy())
        yield from row.filled(reader.rest)
        yield from row.last
        self._kept = kept
