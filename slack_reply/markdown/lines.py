"""The lines of a text, and what the beginning of a line says about the line."""

import re
from typing import NamedTuple

from clock import in_turns

# What begins a line that is no paragraph.
HEADING = re.compile(r" {0,3}#{1,6}(?:[ \t]|\Z)")
RULE = re.compile(r" {0,3}(?:(?:-[ \t]*){3,}|(?:\*[ \t]*){3,}|(?:_[ \t]*){3,}|=+[ \t]*|-{1,2}[ \t]*)\Z")
LIST = re.compile(r"[ \t]*(?:[-+*]|\d{1,9}[.)])(?:[ \t]|\Z)")
UNDERLINE = re.compile(r"[ \t]*(?:=+|-+)[ \t]*\Z")
# A line that may still become a bullet, a number, a box, a rule, a fence or the line under a heading.
MARKERS = re.compile(r"[-+*_=#~`|:.)> \t\[\]xX0-9]{0,40}\Z")
# A row of a table begins with a pipe; behind more blanks it is indented code.
ROW = re.compile(r" {0,3}\|")
# An unfinished line that may turn out to end a code block
MAYBE_CLOSING = re.compile(r"[ \t>]*(?:`*|~*)[ \t]*\Z")

# Bullets, numbers and quote marks that a line begins with, and the box of a task.
_CONTAINERS = r"(?:[ \t]*+(?:>|[-+*](?=[ \t]|\Z)|\d{1,9}[.)](?=[ \t]|\Z)))*+[ \t]*+"
_CONTAINER = re.compile(_CONTAINERS)
_PREFIX = re.compile(rf"{_CONTAINERS}(?:\[[ xX]\](?=[ \t])[ \t]*)?")
_INDENTED = 5  # blanks behind a bullet: the item begins with indented code


class Line(NamedTuple):
    """A line of the source; `text` does not include the line end."""

    start: int
    text: str
    end: int


def split(source: str, start: int = 0, end: int | None = None) -> list[Line]:
    """The lines of `source[start:end]`, with their offsets in the source."""
    found: list[Line] = []
    for raw in in_turns(source[start:end].split("\n")):
        behind = min(start + len(raw) + 1, len(source))
        found.append(Line(start, raw.removesuffix("\r"), behind))
        start = behind
    return found


def prefix(text: str) -> str:
    """The bullets, numbers, quote marks and box that the line begins with."""
    found = _PREFIX.match(text)
    return found.group() if found else ""


def item(text: str) -> str:
    """A line that opens the same list item as this one, with nothing that a later line could continue."""
    found = _CONTAINER.match(text)
    marks = found.group() if found else ""
    blanks = len(marks) - len(marks.rstrip(" \t"))
    return f"{marks if 0 < blanks < _INDENTED else f'{marks.rstrip()} '}#"
