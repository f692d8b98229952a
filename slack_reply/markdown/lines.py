"""The lines of a text, and what the beginning of a line says."""

import re
from typing import NamedTuple

from clock import in_turns
from markdown_source import CONTAINERS, marks_end

# What begins a line that is no paragraph.
HEADING = re.compile(r" {0,3}#{1,6}(?:[ \t]|\Z)")
RULE = re.compile(r" {0,3}(?:(?:-[ \t]*){3,}|(?:\*[ \t]*){3,}|(?:_[ \t]*){3,}|=+[ \t]*|-{1,2}[ \t]*)\Z")
NO_RULE = re.compile(r" {0,3}(?:=+|-{1,2})[ \t]*\Z")  # text, unless it stands under a line of text
LIST = re.compile(r"[ \t]*(?:[-+*]|\d{1,9}[.)])(?:[ \t]|\Z)")
UNDERLINE = re.compile(r"[ \t]*(?:=+|-+)[ \t]*\Z")
# A line that may still become a bullet, a number, a box, a rule, a fence or the line under a heading.
LONGEST_MARKERS = 40
MARKERS = re.compile(rf"[-+*_=#~`|:.)> \t\[\]xX0-9]{{0,{LONGEST_MARKERS}}}\Z")
# What would begin a heading, a list, a rule, a row or a block
_MARKER = re.compile(r"(\d{1,9}(?=[.)])|)(#{1,6}|[|.)+]|=+|-+|[*_]+|`{3,}|~{3,})(?=\s|\Z)")
# An unfinished line that opens a code block, unless more ticks follow
FENCE_BEGUN = re.compile(rf"{CONTAINERS}`{{3,}}[^`]*\Z")
# An unfinished line that may turn out to end a code block
MAYBE_CLOSING = re.compile(r"[ \t>]*(?:`*|~*)[ \t]*\Z")

# What a line begins with: bullets, numbers, quote marks, and the box of a task.
_PREFIX = re.compile(rf"{CONTAINERS}(?:\[[ xX]\](?=[ \t])[ \t]*)?")
_BULLET = re.compile(r"[^>\s]")
_TIGHT = re.compile(r">(?=[^>\s])")  # a blank behind it would belong to the quote mark
_MAY_BEGIN_PREFIX = frozenset(" \t>-+*[0123456789")


class Line(NamedTuple):
    """A line of the source; `text` does not include the line end."""

    start: int
    text: str
    end: int


def split(source: str, start: int = 0, end: int | None = None) -> list[Line]:
    """The lines of `source[start:end]`, with their offsets in the source."""
    found: list[Line] = []
    for raw in in_turns(source[start:end].split("\n")):
        behind = start + len(raw) + 1
        found.append(Line(start, raw.removesuffix("\r"), behind))
        start = behind
    if start > len(source):
        found[-1] = found[-1]._replace(end=len(source))
    return found


def indent(text: str) -> int:
    """The number of blanks that the text begins with."""
    return len(text) - len(text.lstrip(" \t"))


def marker(text: str, start: int = 0) -> tuple[int, str]:
    """The end of what would begin a block if `text[start:]` began a line, and this as mere text."""
    found = _MARKER.match(text, start)
    return (found.end(), found.expand(r"\1\\\2")) if found else (start, "")


def unmarked(text: str) -> str:
    """The text, so that it can begin a line and remains text."""
    end, shown = marker(text)
    return shown + text[end:]


def prefix(text: str, first: str | None = None) -> str:
    """The bullets, numbers, quote marks and box that the line begins with.

    A line that goes on in the paragraph of the line `first` has no more quote marks: a further `>` is text.
    """
    found = _PREFIX.match(text) if text[:1] in _MAY_BEGIN_PREFIX else None
    marks = found.group() if found else ""
    surplus = marks.count(">") - prefix(first).count(">") if first is not None and ">" in marks else 0
    return marks.rsplit(">", surplus)[0] if surplus > 0 else marks


def around(first: str) -> str:
    """What keeps a further line in the items and quotes of a paragraph whose first line is `first`."""
    return _BULLET.sub(" ", _TIGHT.sub("> ", first[: marks_end(first)]))


def within(text: str, marks: str) -> str:
    """The shown text of a line; what a tag made a further paragraph stays within the items and quotes `around`."""
    return text.replace("\n\n", f"\n{marks.rstrip()}\n{marks}") if "\n\n" in text else text
