"""Recognises fenced code blocks with any info string, also in lists and quotes."""

import re
from typing import NamedTuple

from dify_app import LONGEST_FENCE

# Characters that are kept of an info string: only its first word has a meaning.
INFO_LIMIT = 200
_INDENT = 3
# Bullets, numbers and quote marks that a line begins with, and the box of a task.
_CONTAINERS = r"(?:[ \t]*+(?:>|[-+*](?=[ \t])|\d{1,9}[.)](?=[ \t])))*+[ \t]*+"
PREFIX = re.compile(rf"{_CONTAINERS}(?:\[[ xX]\](?=[ \t])[ \t]*)?")
_OPENING = re.compile(
    rf"(?P<prefix>{_CONTAINERS})(?:(?P<ticks>`{{3,{LONGEST_FENCE}}})(?P<info>[^`]*)"
    rf"|(?P<tildes>~{{3,{LONGEST_FENCE}}}(?!~))(?P<words>.*))\Z"
)
_CLOSING = re.compile(r"(?P<prefix>[ \t>]*)(?P<run>`+|~+)[ \t]*\Z")
_MAYBE_CLOSING = re.compile(r"[ \t>]*(?:`*|~*)[ \t]*\Z")


class Fence(NamedTuple):
    """An open code block. Its lines begin with `prefix`; `run` are the ticks or tildes that close it."""

    prefix: str
    run: str
    info: str

    @property
    def quoted(self) -> bool:
        """Whether the block is in a quote."""
        return ">" in self.prefix

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
        return self.quoted and not line.lstrip().startswith(">")


def opening(line: str) -> Fence | None:
    """The block that this line opens, or None. The line may be unfinished."""
    if "```" not in line and "~~~" not in line:
        return None
    found = _OPENING.match(line)
    if found is None:
        return None
    run = found["ticks"] or found["tildes"]
    info = found["info"] if found["ticks"] else found["words"]
    prefix = re.sub(r"[^\s>]", " ", found["prefix"])
    return Fence(prefix, run, info.strip()[:INFO_LIMIT].rstrip())
