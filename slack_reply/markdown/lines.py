"""The lines of a text: what the beginning of a line says about the line, and which lines belong together."""

import re
from collections.abc import Sequence
from typing import NamedTuple

from clock import in_turns
from dify_app import LONGEST_FENCE
from slack_reply.markdown import inline

# What begins a line that is no paragraph.
HEADING = re.compile(r" {0,3}#{1,6}(?:[ \t]|\Z)")
RULE = re.compile(r" {0,3}(?:(?:-[ \t]*){3,}|(?:\*[ \t]*){3,}|(?:_[ \t]*){3,}|=+[ \t]*|-{1,2}[ \t]*)\Z")
LIST = re.compile(r"[ \t]*(?:[-+*]|\d{1,9}[.)])(?:[ \t]|\Z)")
INDENTED = re.compile(r"(?: {4}| {0,3}\t)[ \t]*\S")
UNDERLINE = re.compile(r"[ \t]*(?:=+|-+)[ \t]*\Z")
# A line that may still become a bullet, a number, a box, a rule, a fence or the line under a heading.
MARKERS = re.compile(r"[-+*_=#~`|:.)> \t\[\]xX0-9]{0,40}\Z")
# A row of a table begins with a pipe; behind more blanks it is indented code.
ROW = re.compile(r" {0,3}\|")

# At most so many lines and characters are joined because of open markup.
LINES_LIMIT, SIZE_LIMIT = 12, 1500
INFO_LIMIT = 200  # characters that are kept of an info string: only its first word has a meaning
_INDENT = 3
# Bullets, numbers and quote marks that a line begins with, and the box of a task.
_CONTAINERS = r"(?:[ \t]*+(?:>|[-+*](?=[ \t])|\d{1,9}[.)](?=[ \t])))*+[ \t]*+"
_PREFIX = re.compile(rf"{_CONTAINERS}(?:\[[ xX]\](?=[ \t])[ \t]*)?")
_OPENING = re.compile(
    rf"(?P<prefix>{_CONTAINERS})(?:(?P<ticks>`{{3,{LONGEST_FENCE}}})(?P<info>[^`]*)"
    rf"|(?P<tildes>~{{3,{LONGEST_FENCE}}}(?!~))(?P<words>.*))\Z"
)
_CLOSING = re.compile(r"(?P<prefix>[ \t>]*)(?P<run>`+|~+)[ \t]*\Z")
_MAYBE_CLOSING = re.compile(r"[ \t>]*(?:`*|~*)[ \t]*\Z")
_FENCED = re.compile(r"[ \t]*(?:```|~~~)")


class Line(NamedTuple):
    """A line of the source, or some lines joined; `text` does not include the line end."""

    start: int
    text: str
    end: int


class Fence(NamedTuple):
    """An open code block. Its lines begin with `prefix`; `run` are the ticks or tildes that close it."""

    prefix: str
    run: str
    info: str

    def closed_by(self, line: str) -> bool:
        """Whether this whole line ends the block."""
        found = _CLOSING.match(line)
        return bool(
            found and found["run"].startswith(self.run) and len(found["prefix"]) <= len(self.prefix) + _INDENT
        )

    def may_be_closed_by(self, begun: str) -> bool:
        """Whether an unfinished line may turn out to end the block."""
        return _MAYBE_CLOSING.match(begun) is not None

    def left_by(self, line: str) -> bool:
        """Whether this line is outside of the quote that contains the block."""
        return ">" in self.prefix and not line.lstrip().startswith(">")


def split(source: str) -> list[Line]:
    """The lines of the source."""
    found: list[Line] = []
    start = 0
    for raw in in_turns(source.split("\n")):
        end = min(start + len(raw) + 1, len(source))
        found.append(Line(start, raw.removesuffix("\r"), end))
        start = end
    return found


def prefix(text: str) -> str:
    """The bullets, numbers, quote marks and box that the line begins with."""
    found = _PREFIX.match(text)
    return found.group() if found else ""


def opening(text: str) -> Fence | None:
    """The code block that this line opens, with any info string, also in lists and quotes. It may be unfinished."""
    if "```" not in text and "~~~" not in text:
        return None
    found = _OPENING.match(text)
    if found is None:
        return None
    run = found["ticks"] or found["tildes"]
    info = found["info"] if found["ticks"] else found["words"]
    return Fence(re.sub(r"[^\s>]", " ", found["prefix"]), run, info.strip()[:INFO_LIMIT].rstrip())


def may_continue(text: str) -> bool:
    """Whether markup in this line may continue in the next line: in a paragraph outside of quotes."""
    return bool(text.strip()) and not (">" in prefix(text) or HEADING.match(text) or opening(text))


def joined(source: str, lines: Sequence[Line], index: int, *, final: bool) -> tuple[Line, int, bool]:
    """The line at `index` joined with the lines its markup continues in, the next index, and whether it is whole."""
    first = line = lines[index]
    begin = len(prefix(first.text))
    index += 1
    if index == len(lines):
        return line, index, final
    last = min(len(lines), index + LINES_LIMIT)
    while index < last and len(line.text) < SIZE_LIMIT and inline.is_open(line.text[begin:]):
        after = lines[index]
        grows = index + 1 == len(lines) and not final
        if grows and (MARKERS.match(after.text) or _FENCED.match(after.text)):
            return line, len(lines), False  # it is not known yet what that line will be
        if not _continues(after.text):
            break
        index += 1
        line = Line(first.start, source[first.start : after.start + len(after.text)], after.end)
        if grows:
            return line, index, False
    return line, index, True


def _continues(text: str) -> bool:
    begins_another = (pattern.match(text) for pattern in (ROW, LIST, HEADING, UNDERLINE))
    return bool(text.strip()) and not (text.lstrip().startswith(">") or any(begins_another) or opening(text))
