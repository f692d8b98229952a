"""Fills one message with units, and decides where the message ends when the next unit does not fit.

A message ends at the last paragraph in its last quarter, else at the last line, else at the last word there. So its
end does not depend on how the text arrived, and a growing message shows only the text before the best end so far.

Code is opened again at the beginning of a message, and a list that the message begins in is moved to the left.
"""

import re
from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass
from operator import attrgetter
from typing import Self

from slack_reply.markdown import html, lines
from slack_reply.markdown.inline_parser import JOINER
from slack_reply.markdown.lines import RULE
from slack_reply.markdown.parts import Limits, Markdown, Page, Part, Table, counting
from slack_reply.markdown.slack_form import closed
from slack_reply.markdown.tables import CHARACTER_LIMIT
from slack_reply.markdown.units import CODE_INDENT, RULE_LENGTH, Unit, apart

WINDOW = 0.75

# What may turn out to begin with a blank: a tag or the text that the tag marks, `&nbsp;` and its like, the label of a
# link or image that leads nowhere, a definition of a link.
_MAY_BE_BLANK = rf"(?:!?\[){{0,2}}(?:\s|{html.BEGUN}|&(?:[net#]|\Z)|(?<=\[)\Z|!\Z)|(?<=\n)[ \t>]*(?:\[|\Z)"
_BLANK = re.compile(_MAY_BE_BLANK, re.IGNORECASE)
# What may be a line that is not shown, since it stands under blanks, and then a blank
_UNDER_BLANK = re.compile(rf"[ \t]*(?:=+|-+)[ \t]*(?:\Z|\n(?:{_MAY_BE_BLANK}|\Z))", re.IGNORECASE)
_NUMBER = re.compile(r"([ \t]+\d{1,9})([.)])(?=\s|\Z)")
_OTHER_SIGN = {".": ")", ")": "."}
# Right below a line of text, these would be text, too, or make that line a heading: an item with a number, an item
# without text, a rule
_GOES_ON = re.compile(r"([ \t>]*)(?:\d{1,9}[.)](?=\s|\Z)|(?:=+|-+|[+*])[ \t]*(?=\n|\Z))")
_QUOTE = re.compile(r"(?:> ?)+\Z")
_MAY_GO_ON = re.compile(r"[ \t>]*(?:[-+*\d]|\Z)")

_NOTHING = Unit(0, 0, "")


@dataclass(slots=True)
class State:
    """A unit as a page shows it with the text `shown`, and what the page contains up to the unit's end.

    A state never changes. The class is not frozen, since each unit has a state, and a frozen one takes long to make.
    """

    unit: Unit = _NOTHING
    shown: str = ""
    total: int = 0
    visible: bool = False
    after_table: bool = False
    parted: bool = False  # a table ended the lists of the text above, for Slack
    blocks: int = 0  # that Slack makes of tables, headings and rules, and of the text behind each
    tables: int = 0
    data: bool = False  # one of the tables is a data table
    characters: int = 0  # in the other tables
    shift: int = 0  # by how much the list that the page begins in is moved to the left
    begun: bool = False  # the page has the beginning of a line
    glued: bool = False  # what is seen last belongs to what follows
    column: int = 0  # of the text in the innermost open item whose bullet or number is on an earlier page


class Filling:
    """The units of one page. Behind each unit there is room for the text that would close the page there."""

    def __init__(self, limits: Limits, states: Iterable[State] = ()) -> None:
        self._limits = limits
        self._states = list(states)

    def copy(self) -> Self:
        """The same page, to be filled on its own."""
        return type(self)(self._limits, self._states)

    @property
    def empty(self) -> bool:
        """Whether the page shows nothing yet."""
        return not self._state.visible

    def take(self, unit: Unit, *, anyway: bool = False) -> bool:
        """Add the unit if it fits, or with `anyway` in any case; return whether it was added."""
        limits, state = self._limits, self._state
        text, shift = look(unit, state)
        table, apart = unit.table, unit.fresh and unit.apart
        counted = counting(table) if table else text
        total = state.total + limits.measure(counted) + (limits.heading if apart else 0)
        blocks = state.blocks + (2 if table or apart else 0)
        closing = tail(unit, text, shift)
        fits = total + (limits.measure(closing) if closing else 0) <= limits.room
        adds_too_much = state.blocks < blocks > limits.blocks
        was = table or unit.was
        if not anyway and (not fits or adds_too_much or (was and not self._has_room(was))):
            return False
        shown = bool(text or table)
        after = State(
            unit,
            text,
            total,
            state.visible or shown,
            table is not None if shown else state.after_table or unit.hidden,
            unit.ends_table or (state.parted and (unit.blank or not text)),
            blocks,
            state.tables + (table is not None),
            state.data or (table is not None and table.data > 0),
            state.characters + (len(counted) if table else 0),
            shift,
            state.begun or unit.fresh,
            state.glued and not table if not text or text.isspace() else unit.rank < 0,
            _column_behind(unit, state.column) if state.visible else _column(unit),
        )
        self._states.append(after)
        return True

    def cut(self) -> tuple[Page, list[Unit]]:
        """The page, and the units that belong to the next page."""
        best = self._best()
        if best is None:
            best = max((i for i, state in enumerate(self._states) if state.unit.rank >= 0), default=-1)
        if not any(state.shown or state.unit.table for state in self._states[: best + 1]):
            headings = (
                i for i, one in enumerate(self._states) if one.unit.heading and one.shown.endswith("\n")
            )
            best = max(headings, default=len(self._states) - 1)
        rest = [state.unit for state in self._states[best + 1 :]]
        del self._states[best + 1 :]
        return self.whole(), rest

    def whole(self) -> Page:
        """All units as a finished page."""
        return closed(self._page())

    def growing(self, source: str) -> Page:
        """The part of the page that can be shown while more text may come."""
        best = self._best()
        if best is not None:
            del self._states[best + 1 :]
        while self._states and not (_settled(self._states[-1], source) and self._reads_on):
            for part in apart(self._states.pop().unit):
                self.take(part)
        return self._page()

    def _has_room(self, table: Table) -> bool:
        """Whether the page has room for the table as the table was while its rows came: it stays in its message."""
        limits, state = self._limits, self._state
        return (
            state.blocks + 2 <= limits.blocks
            and state.total + limits.measure(table.first) <= limits.room
            and state.characters + len(table.first) <= CHARACTER_LIMIT
            and not (state.data and table.data)
            and (limits.several_tables or not state.tables)
        )

    @property
    def _reads_on(self) -> bool:
        """Whether the line reads the same when it goes on: what is shown of it is no rule."""
        shown = ""
        for state in reversed(self._states):
            shown = state.shown + shown
            if state.unit.fresh or len(shown) > RULE_LENGTH:
                break
        return shown.endswith("\n") or not RULE.match(shown)

    @property
    def _state(self) -> State:
        return self._states[-1] if self._states else State()

    def _best(self) -> int | None:
        """The last unit of the best rank in the window; None if the page cannot end there."""
        window = WINDOW * self._limits.room
        first = bisect_left(self._states, window, key=attrgetter("total"))
        ends = (i for i in range(len(self._states) - 1, first - 1, -1) if self._states[i].unit.rank >= 0)
        return max(ends, key=lambda i: self._states[i].unit.rank, default=None)

    def _page(self) -> Page:
        if not self._states:
            return Page((), 0)
        parts: list[Part] = []
        texts: list[str] = []
        for state in self._states:
            if state.unit.table:
                parts += _markdown(texts)
                parts.append(state.unit.table)
                texts.clear()
            else:
                texts.append(state.shown)
        last = self._states[-1]
        closing = tail(last.unit, "".join(texts), last.shift)
        return Page((*parts, *_markdown(texts)), last.unit.end, closing)


def look(unit: Unit, state: State) -> tuple[str, int]:
    """How the unit looks here, and the shift from here on."""
    if unit.table or (unit.blank and (state.after_table or not state.visible)):
        return "", state.shift
    if state.visible and not state.parted:
        outside = unit.fresh and not (unit.blank or unit.goes_on or unit.where.head)
        indent = unit.indent if unit.listed or state.column else 0
        shift = min(state.shift, indent) if outside else state.shift
        shown = _moved(_apart(unit, shift), shift if unit.fresh else 0)
        return _below(shown, unit, state) if state.column and unit.fresh else shown, shift
    if unit.closes:
        return "", 0
    opening = unit.where.head + ("" if unit.fresh else unit.where.resume)
    indent = lines.indent(opening) if opening else unit.indent
    marks = unit.line[: unit.begin]
    is_quoted = ">" in marks and not _is_code(unit)
    is_moved = (unit.listed or is_quoted) and (_is_deep(opening or unit.text) or _numbered(unit))
    shift = indent if is_moved else 0
    if (column := _column(unit)) and not unit.marks[:column].strip():
        shift = column
    within = not (unit.fresh or unit.where.head or state.begun)
    shown = lines.unmarked(unit.text) if within else _apart(unit, shift)
    if unit.goes_on and unit.fresh and not is_quoted:
        # No line stands before: what was text could begin a block
        shown = JOINER * (_is_deep(unit.line) or bool(marks.strip())) + shown.lstrip(" \t")
    return _moved(opening, shift) + _moved(shown, shift if unit.fresh else 0), shift


def _numbered(unit: Unit) -> re.Match[str] | None:
    """The number with which the unit begins an item within another one."""
    within = unit.listed > 1 and unit.begin
    return _NUMBER.match(unit.text) if within and not (unit.goes_on or unit.where.resume) else None


def _apart(unit: Unit, shift: int) -> str:
    """The text of the unit; a number that moves to the margin gets the other sign: that list ends the one around."""
    found = _numbered(unit) if shift and unit.indent == shift else None
    return f"{found[1]}{_OTHER_SIGN[found[2]]}{unit.text[found.end(2) :]}" if found else unit.text


def _is_deep(text: str) -> bool:
    """Whether the text is code by its indent where no list is open."""
    return len(text[: lines.indent(text)].expandtabs(len(CODE_INDENT))) >= len(CODE_INDENT)


def _column(unit: Unit) -> int:
    """The column of the text in the unit's item, if the bullet or number of the item stands before the unit; else 0."""
    is_part = unit.goes_on or not unit.fresh or _is_code(unit) or not unit.line[: unit.begin].strip(" \t>")
    return len(_QUOTE.sub("", unit.marks)) if unit.listed and is_part else 0


def _column_behind(unit: Unit, column: int) -> int:
    """The column for the units behind this one: a unit further to the left has ended the item with that column."""
    if not column or unit.goes_on or unit.blank or not unit.fresh or unit.where.head:
        return column
    indent = len(unit.text) - len(unit.text.lstrip(" \t>"))
    return min(column, indent) if unit.listed else 0


def _is_code(unit: Unit) -> bool:
    """Whether the unit is code by its indent."""
    return unit.where.resume.isspace() and not unit.where.head


def _below(shown: str, unit: Unit, state: State) -> str:
    """The line `shown`, for a place below the text of the item that the page begins in.

    A blank line comes before an item or a rule that ends that item. A line that goes on in the text makes no heading.
    """
    above = state.unit
    found = _GOES_ON.match(unit.line)
    is_apart = above.closes or (above.blank and above.fresh)
    if not found or is_apart or unit.where.head or _is_code(unit):
        return shown
    if unit.goes_on:
        begin = len(shown) - len(unit.text) + found.end(1)
        return f"{shown[:begin]}{lines.unmarked(shown[begin:])}"
    quotes = unit.line[: unit.line.rfind(">", 0, found.end(1)) + 1]
    return f"{quotes}\n{shown}" if found.end(1) < state.column else shown


def tail(unit: Unit, text: str, shift: int) -> str:
    """The text that closes the page behind the unit; the page ends with `text`."""
    if not unit.after.tail:
        return ""
    closing = _moved(unit.after.tail, shift)
    return closing if text.endswith("\n") else f"\n{closing}"


def _moved(text: str, shift: int) -> str:
    return text[min(shift, lines.indent(text)) :] if shift else text


def _markdown(texts: list[str]) -> list[Part]:
    text = "".join(texts)
    return [Markdown(text)] if text else []


def _settled(state: State, source: str) -> bool:
    """Whether a message may end behind the unit for a while: Slack can lose blanks that begin the next chunk.

    A tag or an entity may become a blank. Source: docs/platform/slack.md#stream-markdown.
    """
    unit = state.unit
    if unit.rank < 0 or state.glued or unit.hidden or unit.end >= len(source):
        return False
    if unit.line and not state.shown.strip() and _UNDER_BLANK.match(source, unit.end):
        return False
    if state.column and state.shown.endswith("\n") and _MAY_GO_ON.match(source, unit.end):
        return False  # an empty line may come before the next one
    return unit.table is not None or not _BLANK.match(source, unit.end)
