"""HTML that models write outside of code, as Markdown or plain text: `<br>`, `<p>`, `<b>x</b>`, `<li>x</li>`, entities.

A tag that marks text counts only with its end in the same line, so `the <b> tag` stays what it says.
"""

import html
import re
from collections.abc import Callable
from html.entities import html5
from string import punctuation

from slack_reply.markdown import lines, tokens
from slack_reply.markdown.inline_parser import JOINER, Atom, held

PAIR_LIMIT = 300  # characters between a tag and its end
LIMIT = 2 * PAIR_LIMIT  # characters of all of it, with tags between the two

# Attributes have values, but for one: `a<b and c>d` holds no tag.
_ATTRIBUTES = r"(?:\s+(?:open|[a-z-]+\s*=[^<>\n]{0,200}))?"
_ATTRIBUTES_BEGUN = r"(?:\s+(?:[a-z-]+\s*(?:=[^<>\n]{0,200})?)?)?"
_INNER = rf"</?[a-z][a-z0-9]{{0,8}}{_ATTRIBUTES}/?>"
_INNER_BEGUN = rf"<(?:/?(?:[a-z][a-z0-9]{{0,8}}{_ATTRIBUTES_BEGUN}/?)?)?"
_BREAKS = {
    "br": "\n",
    "p": "\n\n",
    "div": "\n\n",
    "hr": "\n\n",
    **dict.fromkeys(("/p", "/div", "details", "/details"), ""),
}
_BREAK = re.compile(rf"<({'|'.join(_BREAKS)}){_ATTRIBUTES}\s*/?>", re.IGNORECASE)
# A list over several lines: only its items are shown
_LIST_EDGE = re.compile(rf"</?[uo]l{_ATTRIBUTES}>(?=[ \t]*(?:[\r\n]|\Z))", re.IGNORECASE)
_LINE_BREAK = re.compile(r"<br\b[^<>\n]*>[ \t]*\Z", re.IGNORECASE)
# What follows a break: neither an indent nor ticks or tildes may become code there.
_BLANKS = re.compile(r"[ \t]*+")
_FENCE = re.compile(r"```|~~~")
# The end of a line, or a tag that may become one
_LINE_END = re.compile(r"\n|</?(?:br|p|div|hr|details|summary|li|[uo]l|h[1-6])\b[^<>\n]*>", re.IGNORECASE)
_LONGEST_PREFIX = 200  # characters of bullets and quote marks; more are taken for text
_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_MARKS = {
    **dict.fromkeys(("b", "strong", "summary", *_HEADINGS), "**"),
    **dict.fromkeys(("i", "em"), "_"),
    **dict.fromkeys(("s", "del"), "~~"),
    **dict.fromkeys(("code", "kbd", "samp", "tt"), "`"),
    **dict.fromkeys(("u", "ins", "small", "mark", "span", "center", "sup", "sub", "ul", "ol", "li"), ""),
}
_LISTS = {"ul", "ol"}
_OWN_LINES = {"summary", "li", *_LISTS, *_HEADINGS}  # what stands behind begins a line
# Characters above or below the line: `10<sup>6</sup>` is no 106
_OFF_LINE = {
    "sup": str.maketrans("0123456789+-=()ni", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁿⁱ"),
    "sub": str.maketrans("0123456789+-=()ni", "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎ₙᵢ"),
}
_HAS_SIGNS = re.compile(r"[0-9+\-=()ni]+")
_NAMES = "|".join(_MARKS)
_TAGS = (*_BREAKS, *_MARKS, *(f"/{name}" for name in _LISTS))
# What a tag that counts begins with, as a pattern; an address begins with `ht`
BEGUN = rf"</?(?:(?!ht)[{''.join(sorted({name.strip('/')[0] for name in _TAGS}))}]|\Z)"
_PAIR = re.compile(
    rf"<({_NAMES}){_ATTRIBUTES}>((?:[^<>\n]|(?!</?\1\b){_INNER}){{1,{PAIR_LIMIT}}})</\1>", re.IGNORECASE
)
_PAIR_BEGUN = re.compile(
    rf"<(?:{_NAMES}){_ATTRIBUTES}>(?:[^<>\n]|{_INNER}){{0,{PAIR_LIMIT}}}(?:{_INNER_BEGUN})?\Z", re.IGNORECASE
)
_TAG_BEGUN = re.compile(rf"<(/?[a-z]{{0,8}}[1-6]?){_ATTRIBUTES_BEGUN}/?\Z", re.IGNORECASE)
_PUNCTUATION = frozenset(punctuation)


def read(line: str, start: int, render: Callable[[str], str], *, whole: bool) -> Atom | None:
    """The tag whose `<` is at `start`, with what the tag marks, as Markdown; None if there is no tag.

    `render` makes the text between a tag and its end safe.
    """
    if found := _BREAK.match(line, start):
        broken = _broken(line, start, found.end(), _BREAKS[found[1].lower()], whole=whole)
        return Atom(start, *broken) if broken else held(start)
    if (found := _LIST_EDGE.match(line, start)) and not _before(line, start).strip():
        is_known = whole or line.find("\n", found.end()) >= 0
        return Atom(start, found.end(), JOINER) if is_known else held(start)
    if found := _PAIR.match(line, start, start + LIMIT):
        return _between(found, render, whole=whole)
    if whole or len(line) - start > LIMIT:
        return None
    tag = _TAG_BEGUN.match(line, start)
    begun = tag and any(name.startswith(tag[1].lower()) for name in _TAGS)
    return held(start) if begun or _PAIR_BEGUN.match(line, start) else None


def _between(found: re.Match[str], render: Callable[[str], str], *, whole: bool) -> Atom:
    """Two tags and what they mark, as Markdown."""
    line, start, end = found.string, found.start(), found.end()
    name, inner = found[1].lower(), found[2]
    mark = _MARKS[name]
    if mark and not whole and (end == len(line) or _TAG_BEGUN.match(line, end)):
        return held(start)
    around = line[max(0, start - 1) : start], line[end : end + 1]
    shown = _code(inner, *around) if mark == "`" else ""
    if not shown:
        touches = not _BREAK.match(line, end) and around[1] in {"<", "&"}
        signs = _OFF_LINE.get(name)
        text = inner.translate(signs) if signs and _HAS_SIGNS.fullmatch(inner) else render(inner)
        shown = _marked(mark.strip("`"), text, *around, touches=touches)
    shown = ("• " if name == "li" else "") + shown
    if name in _LISTS or name in _HEADINGS:
        shown = _line_break(line, start, end - 1) + shown
    if name not in _OWN_LINES:
        return Atom(start, end, shown)
    broken = _broken(line, end, end, "\n", whole=whole)
    return Atom(start, broken[0], shown + broken[1]) if broken else held(start)


def _code(inner: str, before: str, behind: str) -> str:
    """Code that a tag marks, which touches no other code; empty if there is none, or ticks in the code."""
    text = tokens.inside_code(" ".join(html.unescape(inner).split()))
    joints = (JOINER * (before in {"`", ">"}), JOINER * (behind in {"`", "<"}))
    return f"`{text}`".join(joints) if text and "`" not in text else ""


def _broken(line: str, start: int, end: int, shown: str, *, whole: bool) -> tuple[int, str] | None:
    """The end of a break between the two offsets, and what stands in its place; None if more text may tell.

    `shown` is what the tag stands for: a line's end, an empty line, or nothing.
    What follows in the line does not begin a block there, and does not touch what stands before: `[a]</p>(b)` is no
    link.
    """
    blanks = _BLANKS.match(line, end)
    behind = blanks.end() if blanks else end
    if not whole and lines.MARKERS.match(line, behind):
        return None
    if _FENCE.match(line, behind):
        return end, f" {JOINER}"
    if shown == "\n":
        shown = _line_break(line, start, behind)
    touches = _is_text(line, start) and not _BREAK.match(line, behind)
    between = ""
    if touches and line[behind : behind + 1] not in {"", "\r", "\n"}:
        before = _LINE_END.split(line[max(0, start - lines.LONGEST_MARKERS - 1) : start])[-1]
        # Behind a `*`, in a tag or not, a usual blank would make a list
        blank = "\u00a0" if lines.MARKERS.match(before.rpartition(">")[2]) else " "
        between = blank if before else JOINER
    marked, marker = lines.marker(line, behind)
    return marked, (shown or line[end:behind][:1] or between) + marker


def _line_break(line: str, start: int, end: int) -> str:
    """A line's end, unless the line begins or ends there anyway. Two are parted, since an empty line ends emphasis."""
    ends = line[end : end + 1] in {"", "\r", "\n"}
    before = _before(line, start)
    if not before.strip() or _is_prefix(before, line, start):
        return JOINER if ends else ""
    parted = JOINER if _LINE_BREAK.search(before) else ""
    return parted if ends else f"{parted}\n"


def _is_text(line: str, end: int) -> bool:
    """Whether text stands before the place, and not a blank, nor only the bullets and quote marks of the line."""
    before = _before(line, end)
    return not before[-1:].isspace() and not _is_prefix(before, line, end)


def _before(line: str, end: int) -> str:
    """What stands before the place in its line, from the last characters on that may be bullets and quote marks."""
    return line[max(line.rfind("\n", 0, end) + 1, end - _LONGEST_PREFIX - 1) : end]


def _is_prefix(before: str, line: str, end: int) -> bool:
    """Whether there are only bullets and quote marks `before` the place in its line."""
    return len(before) <= _LONGEST_PREFIX and len(lines.prefix(before + line[end : end + 1])) == len(before)


def plain_entity(entity: str) -> str:
    """The character of an entity; the entity itself where the character might be markup, or is unknown."""
    char = html.unescape(entity) if entity.startswith("&#") else html5.get(entity[1:], entity)
    is_known = char and char not in _PUNCTUATION and (char.isprintable() or char == "\u00a0")
    return char if is_known else entity


def _marked(mark: str, text: str, before: str, behind: str, *, touches: bool) -> str:
    """The text between two marks, which touch no blank and are not in the text itself.

    Where a word goes on beside a mark, `_` would be text, and so would a mark with punctuation on its inner side.
    `touches`: a tag or an entity stands behind, which may become a word or a mark.
    """
    inner = text.strip()
    if not mark and not before.strip():
        numbers = inner.isdigit() and behind in {".", ")"}  # an item of a list, if nothing stands between
        return (text.replace(inner, lines.unmarked(inner), 1) or JOINER) + JOINER * numbers
    within = before.isalnum() or behind.isalnum() or touches or before in {">", ";"}
    mark = "*" if within and mark == "_" else mark
    if not inner or not mark or mark in inner:
        return text or JOINER
    joints = (JOINER if within and not char.isalnum() else "" for char in (inner[0], inner[-1]))
    return text.replace(inner, f"{mark}{inner.join(joints)}{mark}", 1) + (JOINER if touches else "")
