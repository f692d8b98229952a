"""Links and images of one line: the only markup whose source is changed before it is shown."""

import re
from typing import NamedTuple

from markdown_it.helpers import parseLinkDestination, parseLinkTitle

from slack_reply.markdown import tokens
from slack_reply.markdown.domains import disguises

LABEL_LIMIT = 300
TARGET_LIMIT = 2000
_LONGEST_WORD = 200  # characters of a word that are looked at before a link
_EMAIL_LIMIT = 120

_LABEL = re.compile(r"\[((?>[^\[\]\\]|\\.|\[(?>[^\[\]\\]|\\.)*+\])*+)\]")
_AUTOLINK = re.compile(
    rf"<((?i:https?://|mailto:)[^\s<>|]{{1,{TARGET_LIMIT}}}|[\w.+\-]{{1,64}}@[\w.\-]{{1,30}}\.\w{{1,12}})>"
)
_SLACK_LINK = re.compile(
    rf"<((?i:https?://|mailto:)[^\s<>|]{{1,{TARGET_LIMIT}}})\|([^<>|\n]{{0,{LABEL_LIMIT}}}[^<>|\s])>"
)
_AUTOLINK_BEGUN = re.compile(
    rf"<(?:(?i:https?://|mailto:)[^\s<>|]{{0,{TARGET_LIMIT}}}(?:\|[^<>|\n]{{0,{LABEL_LIMIT + 1}}})?"
    rf"|[\w.+\-@:/]{{0,{_EMAIL_LIMIT}}})\Z"
)
# A target that is no address but content, as a model writes a picture that it made; or is far too long for one.
_EMBEDDED = re.compile(rf"[ \t]*+<?(?:(?i:data:)[^\s()]*+|[^\s()<>]{{{TARGET_LIMIT + 1},}}+)>?(\))?")
_MANY = re.compile(r"[^\s(]*+(?:\([^\s(]*+){9}")  # more parentheses than we look at in a target
_NO_ANGLE, _NO_BARE = re.compile(r"[<>\n]"), re.compile(r"\s")  # what no target of this form holds
_BLANKS = re.compile(r"[ \t\n]*+")
_IN_LABEL = re.compile(r"([\\\[\]*_~`])")
_PERCENT = {" ": "%20", "\t": "%09", "<": "%3C", ">": "%3E", "(": "%28", ")": "%29", "|": "%7C", "\\": "%5C"}
_BARE_ENDS = frozenset(" \t\n.,;:!?)")


class Link(NamedTuple):
    """A link up to the offset `end` of its line: the label as Markdown, the URL without escapes or empty."""

    label: str
    url: str
    end: int

    @property
    def name(self) -> str:
        """The name of a link without a label: the file's name, else the URL."""
        return self.url.partition("?")[0].rpartition("/")[2] or self.url

    def shown(self, label: str, before: str = "") -> str:
        """As Markdown, with a label that is already safe; the label alone if the link leads nowhere."""
        return shown(label, self.url, before) if self.url else label


def shown(label: str, url: str, before: str = "") -> str:
    """A link as Markdown; a label that reads as another address than the URL names the real one too."""
    named = f"{label} → {label_text(url)}" if disguises(label, url, before) else label
    return f"[{named}]({quoted(url)})"


def read(line: str, start: int, *, whole: bool) -> Link | int | None:
    """The link whose `[` is at `start`; None if there is no link, `start` if more text may complete a link."""
    label = _LABEL.match(line, start, start + LABEL_LIMIT)
    if label is None:
        return start if not whole and len(line) - start < LABEL_LIMIT else None
    behind = label.end()
    if behind == len(line):
        return None if whole else start
    found = _target(line, behind + 1) if line[behind] == "(" else None
    if found is None:
        return None
    url, end = found
    if not end:
        return None if whole else start
    return Link(label[1], url, end)


def _target(line: str, start: int) -> tuple[str, int] | None:
    """The URL of the target behind the parenthesis, and the target's end; 0 if the line ends within the target.

    The URL is empty where the target is no address.
    """
    if content := _EMBEDDED.match(line, start):
        return ("", content.end() if content[1] else 0) if content[1] or content.end() == len(line) else None
    size = min(len(line), start + TARGET_LIMIT)
    begun = ("", 0) if size == len(line) else None
    at = _behind_blanks(line, start)
    if _MANY.match(line, at):
        return None
    found = parseLinkDestination(line, at, size)
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


def resembles(line: str, start: int) -> bool:
    """Whether the bracket at `start`, which opens no link here, may open a link for another Markdown parser.

    That parser may accept a label or a target that continues in a later line or is longer than our limits. A
    reference definition can make a link of any label.
    """
    label = _LABEL.match(line, start, start + LABEL_LIMIT)
    return label is None or line[label.end() : label.end() + 1] in {"(", "[", ":"}


def touched(line: str, start: int) -> str:
    """The source of the word that ends where a link begins; empty behind a blank."""
    before = line[max(0, start - _LONGEST_WORD) : start]
    return "" if not before or before[-1].isspace() else before.split()[-1]


def autolink(line: str, start: int, *, whole: bool) -> tuple[int, str] | int | None:
    """The end of `<https://…>` or `<https://…|label>` at `start` and its safe form; None and `start` as for `read`."""
    named = _SLACK_LINK.match(line, start)
    if named:
        return named.end(), shown(label_text(named[2].strip()), named[1], touched(line, start))
    found = _AUTOLINK.match(line, start)
    if found is None:
        return start if not whole and _AUTOLINK_BEGUN.match(line, start) else None
    end = found.end()
    if end == len(line) and not whole:
        return start
    url = found[1]
    bare = end == len(line) or line[end] in _BARE_ENDS
    if bare and url.startswith("http") and not _IN_LABEL.search(url):
        return end, url
    target = url if ":" in url else f"mailto:{url}"
    return end, f"[{label_text(url)}]({quoted(target)})"


def label_text(plain: str) -> str:
    """Plain text as the label of a link."""
    return tokens.outside_code(_IN_LABEL.sub(r"\\\1", plain))


def quoted(url: str) -> str:
    """The URL as it can stand between parentheses; balanced parentheses in it stay."""
    kept = "()" if re.fullmatch(r"[^()]*+(?:\([^()]*+\)[^()]*+)*+", url) else ""
    return "".join(char if char in kept else _PERCENT.get(char, char) for char in url)
