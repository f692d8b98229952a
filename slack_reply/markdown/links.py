"""Links and images of one line: the only markup whose source is changed before it is shown."""

import html
import re

from markdown_source import LABEL_LIMIT, TARGET_LIMIT, Link, can_be_opened
from slack_reply.markdown import tokens
from slack_reply.markdown.domains import disguises
from slack_reply.markdown.inline_parser import JOINER, Atom, held

_LONGEST_WORD = 200  # characters of a word that are looked at before a link
_EMAIL_LIMIT = 120  # characters
_OTHER_LIMIT = 120  # characters behind the scheme

_AUTOLINK = re.compile(
    rf"<((?i:https?://|mailto:)[^\s<>|]{{1,{TARGET_LIMIT}}}|[\w.+\-]{{1,64}}@[\w.\-]{{1,30}}\.\w{{1,12}})>"
)
_SLACK_LINK = re.compile(
    rf"<((?i:https?://|mailto:)[^\s<>|]{{1,{TARGET_LIMIT}}})\|([^<>|\n]{{0,{LABEL_LIMIT}}}[^<>|\s])>"
)
# Not what people open: C++ and other code, in which the markers of emphasis are none
_OTHER = rf"(?!(?i:https?://|mailto:))[A-Za-z][A-Za-z0-9.+\-]{{1,31}}:[^\s<>]{{0,{_OTHER_LIMIT}}}"
_OTHER_AUTOLINK = re.compile(f"<({_OTHER})>")
_AUTOLINK_BEGUN = re.compile(
    rf"<(?:(?i:https?://|mailto:)[^\s<>|]{{0,{TARGET_LIMIT}}}(?:\|[^<>|\n]{{0,{LABEL_LIMIT + 1}}})?"
    rf"|[\w.+\-@:/]{{0,{_EMAIL_LIMIT}}}|{_OTHER})\Z"
)
# A link or a picture in HTML
_ATTRIBUTES = rf"\s[^<>\n]{{1,{TARGET_LIMIT}}}"
_PICTURE = rf"<img({_ATTRIBUTES})>"
_PICTURES = re.compile(_PICTURE, re.IGNORECASE)
_TAG = re.compile(rf"<a({_ATTRIBUTES})>([^\n`]{{0,{LABEL_LIMIT}}}?)</a>|{_PICTURE}", re.IGNORECASE)
_TAG_BEGUN = re.compile(
    rf"<(?:i(?:mg?)?|(?:a|img)\s[^<>\n]{{0,{TARGET_LIMIT}}}|a|a{_ATTRIBUTES}>[^\n`]{{0,{LABEL_LIMIT + 3}}})?\Z",
    re.IGNORECASE,
)
_ATTRIBUTE = re.compile(r"(?<=\s)(href|src|alt)\s*=\s*(?:\"([^\"]*)\"|'([^']*)')", re.IGNORECASE)
_ANY_TAG = re.compile(r"</?[a-zA-Z][^<>]*>")
_IN_LABEL = re.compile(r"([\\\[\]*_~`])")
_PERCENT = {" ": "%20", "\t": "%09", "<": "%3C", ">": "%3E", "(": "%28", ")": "%29", "|": "%7C", "\\": "%5C"}
_BARE_ENDS = frozenset(" \t\r\n.,;:!?)")


def shown(label: str, url: str, before: str = "") -> str:
    """A link as Markdown; a label that reads as another address than the URL names the real one too.

    The label, which is already safe, stands alone if the link leads nowhere.
    """
    if not url:
        return label
    named = f"{label} → {label_text(url)}" if disguises(label, url, before) else label
    return f"[{named}]({quoted(url)})"


def touched(line: str, start: int) -> str:
    """The source of the word that ends where a link begins; empty behind a blank."""
    before = line[max(0, start - _LONGEST_WORD) : start]
    return "" if not before or before[-1].isspace() else before.split()[-1]


def autolink(line: str, start: int, *, whole: bool, inside: bool = False) -> Atom | None:
    """The link `<https://…>` or `<https://…|label>` at `start` in its safe form; None if there is none.

    Of an address that nobody can open, such as `<std::string>`, the safe form is its text. `inside` a label, a label
    is all of the link.
    """
    named = _SLACK_LINK.match(line, start)
    if named:
        url = "" if inside else named[1]
        return Atom(start, named.end(), shown(label_text(named[2].strip()), url, touched(line, start)))
    found = _AUTOLINK.match(line, start)
    if found is None:
        other = _OTHER_AUTOLINK.match(line, start)
        if other:
            return Atom(start, other.end(), f"{tokens.LESS}{label_text(other[1])}{tokens.GREATER}")
        return held(start) if not whole and _AUTOLINK_BEGUN.match(line, start) else None
    end = found.end()
    if end == len(line) and not whole:
        return held(start)
    url = found[1]
    bare = end == len(line) or line[end] in _BARE_ENDS
    if bare and url.startswith("http") and not _IN_LABEL.search(url):
        return Atom(start, end, url)
    target = url if ":" in url else f"mailto:{url}"
    return Atom(start, end, f"[{label_text(url)}]({quoted(target)})")


def tagged(line: str, start: int, *, whole: bool, inside: bool) -> Atom | None:
    """The same for the link or the picture that a tag of HTML makes: `<a href="…">label</a>`, `<img src="…">`."""
    found = _TAG.match(line, start)
    if found is None:
        return held(start) if not whole and _TAG_BEGUN.match(line, start) else None
    attributes = _attributes(found[1] or found[3])
    url = attributes.get("href", attributes.get("src", ""))
    is_open = can_be_opened(url)
    name = attributes.get("alt") or (Link("", url, 0).name if is_open else url)
    label = name if found[3] else _label(found[2])
    target = url if is_open and label and not inside else ""
    return Atom(start, found.end(), shown(label_text(label), target, touched(line, start)) or JOINER)


def _attributes(source: str) -> dict[str, str]:
    found = _ATTRIBUTE.findall(source)
    return {name.lower(): html.unescape(one or other).strip() for name, one, other in found}


def _label(source: str) -> str:
    """What a link in HTML shows: its words, and the names of its pictures."""
    words = _PICTURES.sub(lambda picture: _attributes(picture[1]).get("alt", ""), source)
    return " ".join(html.unescape(_ANY_TAG.sub("", words)).split())


def label_text(plain: str) -> str:
    """Plain text as the label of a link."""
    return tokens.outside_code(_IN_LABEL.sub(r"\\\1", plain))


def quoted(url: str) -> str:
    """The URL as it can stand between parentheses; balanced parentheses in it stay, unless they would be a target."""
    kept = "()" if re.fullmatch(r"[^()]*+(?:(?<!\])\([^()]*+\)[^()]*+)*+", url) else ""
    return "".join(char if char in kept else _PERCENT.get(char, char) for char in url)
