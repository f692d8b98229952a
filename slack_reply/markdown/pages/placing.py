"""How a unit looks in its page: code is opened again, and a list that the page begins in is moved to the left."""

import re
from typing import NamedTuple

from slack_reply.markdown.units import Unit

# What begins a heading, a list, a rule, a row or a block at the beginning of a page, though not within a line.
_MARKER = re.compile(r"\A(\d{1,9}(?=[.)])|)(#{1,6}|[-+*|.)]|=+|-+|\*{3,}|_{3,}|`{3,}|~{3,})(?=\s|\Z)")


class State(NamedTuple):
    """What a page contains so far."""

    total: int = 0
    visible: bool = False
    after_table: bool = False
    blocks: int = 0  # that Slack makes of tables, headings and rules, and of the text behind each
    characters: int = 0  # in tables
    shift: int = 0  # by how much the list that the page begins in is moved to the left


def look(unit: Unit, state: State) -> tuple[str, int]:
    """How the unit looks here, and the shift from here on."""
    if unit.table or (unit.blank and (state.after_table or not state.visible)):
        return "", state.shift
    if state.visible:
        outside = unit.fresh and not unit.blank and not unit.where.head and unit.indent < state.shift
        shift = 0 if outside else state.shift
        return _moved(unit.text, shift if unit.fresh else 0), shift
    if unit.closes:
        return "", 0
    opening = unit.where.head + ("" if unit.fresh else unit.where.resume)
    first = opening or (unit.text if unit.fresh else "")
    shift = _indent(first) if unit.listed else 0
    within = not unit.fresh and not unit.where.head
    shown = _MARKER.sub(r"\1\\\2", unit.text) if within else unit.text
    return _moved(opening, shift) + _moved(shown, shift if unit.fresh else 0), shift


def tail(unit: Unit, text: str, shift: int) -> str:
    """The text that closes the page behind the unit; the page ends with `text`."""
    closing = _moved(unit.after.tail, shift)
    return closing if not closing or text.endswith("\n") else f"\n{closing}"


def _indent(text: str) -> int:
    return len(text) - len(text.lstrip(" \t"))


def _moved(text: str, shift: int) -> str:
    return text[min(shift, _indent(text)) :] if shift else text
