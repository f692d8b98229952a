"""Where a link or an image of one line begins and ends, and where it leads; markdown-it-py reads the target."""

import re
from typing import NamedTuple

from markdown_it.common.utils import normalizeReference
from markdown_it.helpers import parseLinkDestination, parseLinkTitle

from markdown_source.code_spans import read_code
from markdown_source.references import Known

LABEL_LIMIT = 300
TARGET_LIMIT = 2000

_DEPTH = 2  # of brackets in each other
# In a label, pairs of brackets without code, and then a sign that may end the label or begin code
_IN_LABEL = re.compile(r"(?>[^\[\]\\`]|\\.|\[(?>[^\[\]\\`]|\\.)*+\])*+([\[\]]|`+)")
_PAIRED = r"(?:[^\s()]++|\((?:[^\s()]++|\([^\s()]*+\))*+\))*+"  # parentheses in pairs, some in each other
# A target that is no address but content, as a model writes a picture that it made; or is far too long for one.
_EMBEDDED = re.compile(
    rf"\s*+(?:<(?i:data:)(?:[^<>\n\\]++|\\(?:.|\Z))*+>?|(?i:data:){_PAIRED}|<?[^\s()<>]{{{TARGET_LIMIT + 1},}}+>?)"
)
_MANY = re.compile(r"[^\s(]*+(?:\([^\s(]*+){9}")  # more parentheses than we look at in a target
# What no target of this form holds
_NO_ANGLE, _NO_BARE = re.compile(r"[<>\n]"), re.compile(r"[\x00-\x20\x7f]")
_BLANKS = re.compile(r"[ \t\r\n]*+")
_DEFINES = re.compile(r"\[[^\[\]]*\]:")
# A definition of a link, or its beginning: its target is an address that people can open.
_TITLE_LIMIT = 300
_DEFINITION = re.compile(
    rf"[ \t>]*+\[(?>[^\[\]\\]|\\.){{1,{LABEL_LIMIT}}}\]:[ \t]*+"
    rf"(?:<?+[a-z]{{0,6}}+:?+/{{0,2}}+\Z"
    rf"|(?:<(?:https?://|mailto:)[^<>]{{1,{TARGET_LIMIT}}}+(?:>|\Z)|(?:https?://|mailto:)[^\s<>]{{1,{TARGET_LIMIT}}}+)"
    rf"(?:[ \t]++(?:[\"'(].{{0,{_TITLE_LIMIT}}}+)?+)?+\Z)",
    re.IGNORECASE,
)


class Link(NamedTuple):
    """A link up to the offset `end` of its line: the label as Markdown, the URL without escapes or empty."""

    label: str
    url: str
    end: int

    @property
    def name(self) -> str:
        """The name of a link without a label: the file's name, else the URL."""
        return self.url.partition("?")[0].rpartition("/")[2] or self.url


def can_be_opened(url: str) -> bool:
    """Whether Slack makes a link of the URL that people can open."""
    return url.lower().startswith(("http://", "https://", "mailto:"))


def begins_definition(line: str) -> bool:
    """Whether the line defines where links lead, or may begin to do so, as far as its form tells."""
    return _DEFINITION.match(line) is not None


def may_define(text: str) -> bool:
    """Whether a line of the text has the form of a definition."""
    return any(map(begins_definition, text.split("\n")))


def read_link(line: str, start: int, known: Known | None = None, *, whole: bool) -> Link | int | None:
    """The link whose `[` is at `start`; None if there is no link, `start` if more text may complete a link.

    Where something is `known`, a link may also have its address from a definition.
    """
    return link_behind(line, start, label_end(line, start, whole=whole), known, whole=whole)


def link_behind(
    line: str, start: int, behind: int | None, known: Known | None, *, whole: bool
) -> Link | int | None:
    """The same, where the end of the label is already known: `behind`, as `label_end` has it."""
    if behind is None:
        return None
    if behind == start or (behind == len(line) and not whole):
        return start
    label = line[start + 1 : behind - 1]
    target = read_target(line, behind + 1) if line.startswith("(", behind) else None
    if target and (target[1] or not whole):
        return Link(label, *target) if target[1] else start
    if known is None:
        return None
    end = label_end(line, behind, whole=whole) if line.startswith("[", behind) else None
    if end == behind:
        return start
    name = line[behind + 1 : end - 1].strip() if end else ""
    names = [(name or label, end or behind)]
    if label.isdigit() and name.isdigit():  # `[1][2]` are two sources
        names.insert(0, (label, behind))
    found = ((known.find(normalizeReference(name)), end) for name, end in names)
    return next((Link(label, url, end) for url, end in found if url), None)


def label_end(line: str, start: int, *, whole: bool) -> int | None:
    """The end of the label whose `[` is at `start`; None if there is none, `start` if more text may tell."""
    depth, at, limit = 1, start + 1, start + LABEL_LIMIT
    while depth <= _DEPTH and (sign := _IN_LABEL.match(line, at, limit)):
        at, found = sign.end(), sign[1]
        if found == "[":
            depth += 1
        elif found == "]":
            depth -= 1
            if not depth:
                return at
        else:
            code = read_code(line, sign.start(1), whole=whole)
            if code == sign.start(1):
                return start
            at = code or at
    return start if not whole and len(line) < limit else None


def read_target(line: str, start: int) -> tuple[str, int] | None:
    """The URL of the target behind the parenthesis, and the target's end; 0 if the line ends within the target.

    The URL is empty where the target is no address.
    """
    content = _EMBEDDED.match(line, start)
    size = min(len(line), (content.end() if content else start) + TARGET_LIMIT)
    begun = ("", 0) if size == len(line) else None
    if content:
        url, end = "", content.end()
        if line.startswith("(", end):
            rest = parseLinkDestination(line, end, size)
            if not rest.ok:
                return None if _NO_BARE.search(line, end, size) else begun
            end = rest.pos
    else:
        at = _behind_blanks(line, start)
        found = None if _MANY.match(line, at) else parseLinkDestination(line, at, size)
        if found is None or (found.ok and "\n" in line[at : found.pos]):
            return None
        if not found.ok and line[at : at + 1] != ")":
            never = _NO_ANGLE if line.startswith("<", at) else _NO_BARE
            return None if never.search(line, at + 1, size) else begun
        url, end = (found.str, found.pos) if found.ok else ("", at)
    at = _behind_blanks(line, end)
    if at > end and line[at : at + 1] in {'"', "'", "("}:
        title = parseLinkTitle(line, at, size)
        if not title.ok:
            return begun if title.can_continue else None
        at = _behind_blanks(line, title.pos)
    if at >= size:
        return begun
    return (url, at + 1) if line[at] == ")" else None


def _behind_blanks(line: str, start: int) -> int:
    found = _BLANKS.match(line, start)
    return found.end() if found else start


def resembles_link(line: str, start: int, behind: int | None) -> bool:
    """Whether the bracket at `start`, which opens no link here, may open a link for another Markdown parser.

    `behind` is the end of its label, as `label_end` has it.

    That parser may accept a label or a target that continues in a later line or is longer than our limits. A
    reference definition can make a link of any label. Brackets around `[…]:` begin one where the inner bracket is text.
    """
    if behind is None or "\n" in line[start:behind] or line[behind : behind + 1] in {"(", "[", ":"}:
        return True
    return _DEFINES.search(line, start + 1, behind) is not None
