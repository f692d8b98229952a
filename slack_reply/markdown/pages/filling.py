"""Fills one message with units, and decides where the message ends when the next unit does not fit.

A message ends at the last paragraph in its last quarter, else at the last line, else at the last word there. So its
end does not depend on how the text arrived, and a growing message shows only the text before the best end so far.
"""

from typing import NamedTuple

from slack_reply.markdown.pages import placing
from slack_reply.markdown.pages.placing import State
from slack_reply.markdown.parts import Limits, Markdown, Page, Part
from slack_reply.markdown.tables import CHARACTER_LIMIT
from slack_reply.markdown.units import Unit, apart
from slack_reply.markdown.words import Rank

WINDOW = 0.75


class _PageEntry(NamedTuple):
    unit: Unit
    text: str
    total: int
    before: State


class Filling:
    """The units of one page. Behind each unit there is room for the text that would close the page there."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._entries: list[_PageEntry] = []
        self._state = State()

    @property
    def empty(self) -> bool:
        """Whether the page shows nothing yet."""
        return not self._state.visible

    def take(self, unit: Unit, *, anyway: bool = False) -> bool:
        """Add the unit if it fits, or with `anyway` in any case; return whether it was added."""
        state = self._state
        text, shift = placing.look(unit, state)
        counted = unit.table.text if unit.table else text
        apart = unit.fresh and unit.apart
        total = state.total + self._limits.measure(counted) + (self._limits.heading if apart else 0)
        if total + self._limits.measure(placing.tail(unit, text, shift)) > self._limits.room and not anyway:
            return False
        blocks, characters = state.blocks, state.characters
        if unit.table or apart:
            blocks += 2
            characters += len(counted) if unit.table else 0
            if (blocks > self._limits.blocks or characters > CHARACTER_LIMIT) and not anyway:
                return False
        after_table = unit.table is not None if counted else state.after_table
        self._entries.append(_PageEntry(unit, text, total, state))
        self._state = State(total, state.visible or bool(counted), after_table, blocks, characters, shift)
        return True

    def cut(self) -> tuple[Page, list[Unit]]:
        """The page, and the units that belong to the next page."""
        best = self._best()
        if best is None:
            best = max((i for i, entry in enumerate(self._entries) if entry.unit.rank >= 0), default=-1)
        if best < 0 or not any(entry.text or entry.unit.table for entry in self._entries[: best + 1]):
            best = len(self._entries) - 1
        rest = [entry.unit for entry in self._entries[best + 1 :]]
        self._back_to(best + 1)
        return self.whole(), rest

    def whole(self) -> Page:
        """All units as a finished page."""
        parts, tail = self._parts()
        if tail and isinstance(parts[-1], Markdown):
            parts[-1] = Markdown(parts[-1].text + tail)
        return Page(tuple(parts), self._end())

    def growing(self, source: str) -> Page:
        """The part of the page that can be shown while more text may come."""
        best = self._best()
        if best is not None:
            self._back_to(best + 1)
        while self._entries and not _settled(self._entries[-1].unit, source):
            last = self._entries[-1].unit
            self._back_to(len(self._entries) - 1)
            for part in apart(last):
                self.take(part)
        parts, tail = self._parts()
        return Page(tuple(parts), self._end(), tail)

    @property
    def _window(self) -> float:
        return WINDOW * self._limits.room

    def _best(self) -> int | None:
        """The last entry of the best rank in the window; None if the page cannot end there."""
        best: int | None = None
        rank = Rank.GLUE
        for index in range(len(self._entries) - 1, -1, -1):
            unit = self._entries[index].unit
            if self._entries[index].total < self._window:
                break
            if unit.rank > rank:
                best, rank = index, unit.rank
        return best

    def _back_to(self, length: int) -> None:
        """Remove the entries from `length` on."""
        if length < len(self._entries):
            self._state = self._entries[length].before
            del self._entries[length:]

    def _parts(self) -> tuple[list[Part], str]:
        parts: list[Part] = []
        texts: list[str] = []
        for entry in self._entries:
            if entry.unit.table:
                parts += _markdown(texts)
                parts.append(entry.unit.table)
                texts.clear()
            else:
                texts.append(entry.text)
        tail = (
            placing.tail(self._entries[-1].unit, "".join(texts), self._state.shift) if self._entries else ""
        )
        return parts + _markdown(texts), tail

    def _end(self) -> int:
        return self._entries[-1].unit.end if self._entries else 0


def _markdown(texts: list[str]) -> list[Part]:
    text = "".join(texts)
    return [Markdown(text)] if text else []


def _settled(unit: Unit, source: str) -> bool:
    """Whether a message may end behind the unit for a while: Slack can lose blanks that begin the next chunk.

    A tag or an entity may become a blank. Source: docs/platform/slack.md#stream-markdown.
    """
    behind = source[unit.end : unit.end + 1]
    return unit.rank >= 0 and behind not in {"", "<", "&"} and not behind.isspace()
