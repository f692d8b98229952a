"""HTML that models write outside of code, as Markdown or plain text: `<br>`, `<p>`, `<b>x</b>`, `<details>`, entities.

A tag that marks text counts only with its end in the same line, so `the <b> tag` stays what it says.
"""

import html
import re
from collections.abc import Callable
from html.entities import html5
from string import punctuation

from slack_reply.markdown.inline_parser import JOINER

PAIR_LIMIT = 300  # characters between a tag and its end
LIMIT = 2 * PAIR_LIMIT  # characters of all of it, with tags between the two

# Attributes have values: `a<b and c>d` holds no tag.
_ATTRIBUTES = r"(?:\s+[a-z-]+\s*=[^<>\n]{0,200})?"
_ATTRIBUTES_BEGUN = r"(?:\s+(?:[a-z-]+\s*(?:=[^<>\n]{0,200})?)?)?"
_INNER = rf"</?[a-z][a-z0-9]{{0,8}}{_ATTRIBUTES}/?>"
_INNER_BEGUN = rf"<(?:/?(?:[a-z][a-z0-9]{{0,8}}{_ATTRIBUTES_BEGUN}/?)?)?"
_BREAKS = {"br": "\n", "p": "\n\n", "/p": "", "details": "", "/details": ""}
_BREAK = re.compile(rf"<(/?(?:br|p|details)){_ATTRIBUTES}\s*/?>", re.IGNORECASE)
# What follows a break: neither an indent nor ticks or tildes may become code there.
_BLANKS = re.compile(r"[ \t]*+")
_FENCE, _FENCE_BEGUN = re.compile(r"```|~~~"), re.compile(r"(?:`{0,2}|~{0,2})\Z")
_MARKS = {
    **dict.fromkeys(("b", "strong", "summary"), "**"),
    **dict.fromkeys(("i", "em"), "_"),
    **dict.fromkeys(("s", "del"), "~~"),
    **dict.fromkeys(("u", "ins", "small", "mark", "span", "center", "sup", "sub"), ""),
}
_NAMES = "|".join(_MARKS)
_PAIR = re.compile(
    rf"<({_NAMES}){_ATTRIBUTES}>((?:[^<>\n]|(?!</?\1\b){_INNER}){{1,{PAIR_LIMIT}}})</\1>", re.IGNORECASE
)
_PAIR_BEGUN = re.compile(
    rf"<(?:{_NAMES}){_ATTRIBUTES}>(?:[^<>\n]|{_INNER}){{0,{PAIR_LIMIT}}}(?:{_INNER_BEGUN})?\Z", re.IGNORECASE
)
_TAG_BEGUN = re.compile(rf"<(/?[a-z]{{0,8}}){_ATTRIBUTES_BEGUN}/?\Z", re.IGNORECASE)
_PUNCTUATION = frozenset(punctuation)


def read(line: str, start: int, render: Callable[[str], str], *, whole: bool) -> tuple[int, str] | int | None:
    """The end of the tag whose `<` is at `start`, or of what the tag marks, and Markdown in its place.

    None if there is no tag, `start` if more text may complete a tag. `render` makes the text between a tag and its
    end safe.
    """
    if found := _BREAK.match(line, start):
        return _broken(line, found.end(), _BREAKS[found[1].lower()], whole=whole) or start
    if found := _PAIR.match(line, start, start + LIMIT):
        name = found[1].lower()
        return found.end(), _marked(_MARKS[name], render(found[2])) + ("\n" if name == "summary" else "")
    if whole or len(line) - start > LIMIT:
        return None
    tag = _TAG_BEGUN.match(line, start)
    begun = tag and any(name.startswith(tag[1].lower()) for name in (*_BREAKS, *_MARKS))
    return start if begun or _PAIR_BEGUN.match(line, start) else None


def _broken(line: str, end: int, shown: str, *, whole: bool) -> tuple[int, str] | None:
    """The end of a break, with the blanks behind it, and what stands in its place; None if more text may tell."""
    if not shown:
        return end, shown
    blanks = _BLANKS.match(line, end)
    behind = blanks.end() if blanks else end
    if not whole and _FENCE_BEGUN.match(line, behind):
        return None
    return (end, f" {JOINER}") if _FENCE.match(line, behind) else (behind, shown)


def plain_entity(entity: str) -> str:
    """The character of an entity; the entity itself where the character might be markup, or is unknown."""
    char = html.unescape(entity) if entity.startswith("&#") else html5.get(entity[1:], entity)
    return char if char not in _PUNCTUATION and (char.isprintable() or char == "\u00a0") else entity


def _marked(mark: str, text: str) -> str:
    """The text between two marks, which touch no blank and are not in the text itself."""
    inner = text.strip()
    if not inner or not mark or mark in inner:
        return text
    return text.replace(inner, f"{mark}{inner}{mark}", 1)
