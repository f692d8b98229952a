"""Joins the lines of a paragraph if markup continues over their ends: outside of quotes, and within limits."""

import re
from collections.abc import Sequence

from slack_reply.markdown import fences, inline
from slack_reply.markdown.markers import HEADING, LIST, MARKERS, UNDERLINE
from slack_reply.markdown.tables import TableLine, cells

# At most so many lines and characters are joined because of open markup.
LINES_LIMIT, SIZE_LIMIT = 12, 1500

_FENCED = re.compile(r"[ \t]*(?:```|~~~)")


def begins(text: str) -> bool:
    """Whether markup in this line may continue in the next line."""
    return bool(text.strip()) and not (">" in _prefix(text) or HEADING.match(text) or fences.opening(text))


def joined(
    source: str, lines: Sequence[TableLine], index: int, *, final: bool
) -> tuple[TableLine, int, bool]:
    """The line at `index` joined with the lines its markup continues in, the next index, and whether it is whole."""
    first = line = lines[index]
    begin = len(_prefix(first.text))
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
        line = TableLine(first.start, source[first.start : after.start + len(after.text)], after.end)
        if grows:
            return line, index, False
    return line, index, True


def _prefix(text: str) -> str:
    found = fences.PREFIX.match(text)
    return found.group() if found else ""


def _continues(text: str) -> bool:
    if not text.strip() or text.lstrip().startswith(">") or cells.begins(text):
        return False
    return not (LIST.match(text) or HEADING.match(text) or UNDERLINE.match(text) or fences.opening(text))
