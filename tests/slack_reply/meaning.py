"""What a reader sees of an answer, and of what was sent for it; and the list of the changes that are meant.

The reader is a parser of CommonMark with tables and strikethrough that is not ours. It takes HTML for text, since
Slack knows none, and the definition of a link whose address nobody can open, with what refers to it. CHANGES lists in
which points the sent answer may look other than the app's: each as what is made alike on both sides before they are
compared. ADDITIONS lists where more may be seen than the app wrote.
"""

import html
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock, reference
from markdown_it.token import Token

from slack_reply.markdown import Page, page_arguments
from tests.support.disguised import disguised


class _Reader(MarkdownIt):
    """Takes any address, and shows it as written: the parser leaves out an `@` without a name before it."""

    def normalizeLinkText(self, link: str) -> str:  # noqa: N802 - the parser's name
        return link

    def validateLink(self, url: str) -> bool:  # noqa: N802 - the parser's name
        return True


def _definition(state: StateBlock, first: int, last: int, silent: bool) -> bool:
    begin = state.bMarks[first] + state.tShift[first]
    if not OPENED.match(state.src, begin):
        return False
    return reference(state, first, last, silent) or _definition_of_one_line(state, first, silent)


def _definition_of_one_line(state: StateBlock, first: int, silent: bool) -> bool:
    """The parser finds no definition where the line below begins with an empty title that is none."""
    end, state.lineMax = state.lineMax, first + 1
    try:
        return reference(state, first, first + 1, silent)
    finally:
        state.lineMax = end


OPENED = re.compile(r"\[(?:[^\[\]\\]|\\.)+\]:\s*<?(?:https?://|mailto:)", re.IGNORECASE | re.DOTALL)
"""The definition of a link whose address people can open."""
DEFINITION = re.compile(r"^[ >\t]*(?:(?:[-+*]|\d+[.)])[ \t]+[ >\t]*)*\[[^\]]+\]:", re.MULTILINE)
DEFINITION_IN_ITEM = re.compile(r"^[ >\t]*(?:[-+*]|\d+[.)])[^\n]*\[[^\]]+\]:", re.MULTILINE)
INDENTED_BELOW_DEFINITION = re.compile(rf"{DEFINITION.pattern}[^\n]*\n(?:[ \t]*\n)*[ \t]", re.MULTILINE)
MARKED_ADDRESS = re.compile(r"[*_~]https?://", re.IGNORECASE)
READER = _Reader("commonmark", {"html": False}).enable(["strikethrough", "table"])
READER.block.ruler.at("reference", _definition)
CODE_LESS = "\ue000"
"""A `<` in code, so that no change takes the code for a tag or a link."""

HTML = (
    "a|b|blockquote|br|center|code|dd|del|details|div|dl|dt|em|font|h[1-6]|hr|i|img|ins|kbd|li|mark|ol|p|pre|q|rp|rt|ruby"
    "|s|samp|script|section|small|span|strike|strong|style|sub|summary|sup|table|tbody|td|tfoot|th|thead|tr|tt|u|ul|var|wbr"
)
TAG = re.compile(rf"</?(?:{HTML})(?:\s+(?:open|[\w:-]+\s*=[^<>]*))?\s*/?>", re.IGNORECASE)
OFF_LINE = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁿⁱ₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎ₙᵢ", "0123456789+-=()ni" * 2, "•")
"""What HTML marks as above or below the line, and the bullets of its lists."""
TOLD_TAG = re.compile(r"<br\s*/?>|<p>|<(b|i|em|strong|details|summary|sup|kbd|li)>[^<>]*</\1>", re.IGNORECASE)
"""What never reaches a reader: Markdown or a blank stands in the place of these tags."""
LABELLED = re.compile(r"<(?:https?://|mailto:|tel:)[^<>|\s]*\|([^<>]*)>", re.IGNORECASE)
AUTOLINK = re.compile(r"<((?:https?://|mailto:|[^<>\s@]+@)[^<>|\s]*)>", re.IGNORECASE)
OTHER_AUTOLINK = re.compile(
    r"<(?!https?://|mailto:)[A-Za-z][A-Za-z0-9+.-]{1,31}:[^<>\s]*&[^<>\s]*>", re.IGNORECASE
)
BRACKET_IN_ADDRESS = re.compile(r"\[[^\[\]\n]*<https?://[^<>\s]*\]\([^<>\s]*>")
SLACK_LINK = re.compile(r"<(https?://[^<>|\s]*)\|([^<>]*)>", re.IGNORECASE)
A_TAG = re.compile(r"<a\s[^<>]*href=[\"']([^\"']*)[\"'][^<>]*>(.*?)</a>", re.IGNORECASE | re.DOTALL)
IMG_TAG = re.compile(r"<img\s[^<>]*>", re.IGNORECASE)
IN_IMG_TAG = re.compile(r"\b(alt|src)\s*=\s*[\"']([^\"']*)[\"']", re.IGNORECASE)
IMAGE = re.compile(r"!\[([^\]]*)\]\([^)]*\)")
CJK = re.compile("[\u0e00-\u0eff\u1100-\u11ff\u3000-\u30ff\u3400-\u9fff\uac00-\ud7af\uff00-\uffef]")
STARS = re.compile(r"\*\*[^\s*]*[\u3000-\u9fff\uac00-\ud7af]|[\u3000-\u9fff\uac00-\ud7af][^\s*]*\*\*")
"""Two stars beside Chinese, Japanese or Korean: bold text that did not become bold."""
TABLE_MARKS = str.maketrans("", "", "|-:+─│┼")


class Change(NamedTuple):
    """`concerns` tells from an answer whether it can be changed so; `alike` takes the point out of a visible text."""

    why: str
    concerns: Callable[[str], object]
    alike: Callable[[str], str]


def _without_markers(text: str) -> str:
    return re.sub(r"[*_~]", "", text)


def _without_html_links(text: str) -> str:
    return _without_markers(A_TAG.sub(r"\2", IMG_TAG.sub(_image_name, text)))


def _image_name(tag: re.Match[str]) -> str:
    found = {name.lower(): value for name, value in IN_IMG_TAG.findall(tag[0])}
    src = found.get("src", "")
    return found.get("alt") or (_name(src) if "://" in src else src)


CHANGES: dict[str, Change] = {
    "links in HTML": Change(
        "a link or a picture in HTML becomes a link with the same words, in which a marker is itself",
        re.compile(r"<(a|img)\s", re.IGNORECASE).search,
        _without_html_links,
    ),
    "tags": Change(
        "Slack shows no HTML: a tag becomes its Markdown, a blank, a bullet or nothing, or changes the digits",
        TAG.search,
        # twice, as a tag may be in another's attribute
        lambda text: TAG.sub("", TAG.sub("", text)).translate(OFF_LINE),
    ),
    "code in tags": Change(
        "what HTML marks as code is code, in which a marker is itself",
        re.compile(r"<(code|kbd|samp|tt)\b", re.IGNORECASE).search,
        _without_markers,
    ),
    "Slack's links": Change(
        "a model that writes <address|label> means a link with that label",
        LABELLED.search,
        lambda text: LABELLED.sub(r"\1", text),
    ),
    "autolinks": Change(
        "an address in angle brackets is the same link without them",
        AUTOLINK.search,
        lambda text: AUTOLINK.sub(r"\1", text),
    ),
    "entities in other autolinks": Change(
        "<ps:&lt;> is text in Slack, since nobody can open it, and so are the characters that its entities name",
        OTHER_AUTOLINK.search,
        html.unescape,
    ),
    "entities beside markers": Change(
        "beside a marker, an entity counts as the character that it names",
        re.compile(r"&#?\w+;[*_~]|[*_~]&#?\w+;").search,
        _without_markers,
    ),
    "brackets in addresses": Change(
        "the label of [a <https://b](c)> ends within the address, since a bracket is no character of addresses",
        BRACKET_IN_ADDRESS.search,
        lambda text: re.sub(r"[\[\]()<>→]", "", text),
    ),
    "emphasis beside CJK": Change(
        "CommonMark takes **重要：**この for text, and its writer meant it to be bold",
        lambda text: CJK.search(text) and re.search(r"[*_~]", text),
        _without_markers,
    ),
    "stars within words": Change(
        "nobody means emphasis by 2*3*4, a*b*c, or by the star of German words for all genders (Kolleg*innen)",
        re.compile(r"[^\W_]\*[^\W_]").search,
        _without_markers,
    ),
    "tables": Change(
        "a table that Slack's block cannot hold becomes aligned code, drawn with lines",
        lambda text: re.search(r"^[ >\t]*:?-+:?[ \t]*\||\|[ \t]*:?-+", text, re.MULTILINE),
        lambda text: text.translate(TABLE_MARKS),
    ),
    "definitions behind bullets": Change(
        "the item would be empty: the definition is its text, and the lines below go on in it",
        DEFINITION_IN_ITEM.search,
        lambda text: re.sub(r"\d+[.)]|[-+*]", "", text),
    ),
    "indents below definitions": Change(
        "below a list and a definition that is hidden, what is indented belongs to the last item",
        INDENTED_BELOW_DEFINITION.search,
        lambda text: re.sub(r"\d+[.)]|[-+*>#]", "", text),
    ),
    "markers beside addresses": Change(
        "an address that ends beside a letter of another script becomes a link, and its bracket may unmake a marker",
        MARKED_ADDRESS.search,
        _without_markers,
    ),
    "LaTeX and escapes": Change(
        "CommonMark takes the backslash from \\( and \\[, which keep it where they are read as mathematics",
        lambda text: "\\" in text,
        lambda text: text.replace("\\", ""),
    ),
    "formulas": Change(
        "the signs of a formula are no markers of emphasis",
        lambda text: re.search(r"\$[^$]+\$|\\[(\[]", text),
        _without_markers,
    ),
    "footnotes": Change(
        "Slack has no footnotes: the mark and its note become text, with or without the caret",
        lambda text: re.search(r"\[\^[^\]]+\]", text),
        lambda text: re.sub(r"\[\^([^\]]+)\]:?", r"\1", text),
    ),
}


def lines(markdown: str, *, code: bool) -> str:
    """What the reader reads of Markdown, with or without its code, each block on lines of its own."""
    return "\n".join("".join(_read([token], code=code)) for token in READER.parse(markdown))


def code_lines(markdown: str) -> list[str]:
    """The lines of all code, as they are seen; those with most characters first."""
    found = _codes(READER.parse(markdown))
    return sorted(
        {line for code in found for line in code.split("\n") if line.strip()}, key=len, reverse=True
    )


def concerning(answer: str) -> list[str]:
    """The names of the changes that the answer may see."""
    return [name for name, change in CHANGES.items() if change.concerns(answer)]


def sendable(answer: str) -> str:
    """Halves of surrogate pairs cannot be sent; each becomes the character for what is unknown."""
    return re.sub("[\ud800-\udfff]", "\ufffd", answer)


def letters(visible: str, changes: Iterable[str]) -> str:
    """The visible text without blanks and unseen characters, with these points made alike."""
    text = visible
    for name in changes:
        text = CHANGES[name].alike(text)
    return "".join(char for char in text if not char.isspace() and not _is_unseen(char))


def _is_unseen(char: str) -> bool:
    return unicodedata.category(char) in {"Cf", "Cc"} or "\ufe00" <= char <= "\ufe0f"


@lru_cache(4_000)
def visible(markdown: str) -> str:
    """What the reader reads of Markdown; `&lt;` in code counts as the `<` for which it is written."""
    return "".join(_read(READER.parse(markdown)))


def visible_pages(pages: Iterable[Page]) -> str:
    """What the reader reads of the messages, in the form in which they are posted."""
    return "".join(_block(block) for page in pages for block in page_arguments(page)["blocks"])


def shows_other(answer: str) -> bool:
    """Whether a link of the answer, in whatever form, shows an address that is not its own."""
    linked = A_TAG.sub(_as_link, answer)
    linked = SLACK_LINK.sub(_as_link, linked)
    forms = (linked, linked.replace("![", "["), IMAGE.sub(r"\1", linked))
    return any(map(disguised, forms))


def _as_link(found: re.Match[str]) -> str:
    label = re.sub(r"([\[\]])", r"\\\1", found[2])
    return f"[{label}]({found[1]})"


def surplus_cells(answer: str) -> bool:
    """Whether a row of a table has more cells than its head."""
    most = 0
    for line in re.sub(r"\n[ >\t]*:?-+:?[ \t]*(?=\n)", "", answer).split("\n"):
        cells = len(re.findall(r"(?<!\\)\|", line.strip().strip("|"))) + 1 if "|" in line else 0
        if cells and most and cells > most:
            return True
        most = (most or cells) if cells else 0
    return False


ADDITIONS: dict[str, tuple[str, Callable[[str], object]]] = {
    "addresses": ("a link that shows another address than its own shows its own as well", shows_other),
    "surplus cells": (
        "cells beyond the head of a table are shown, where CommonMark's tables drop them",
        surplus_cells,
    ),
    "definitions": (
        "in a growing message, a definition below its link shows, and so does the name by which the link refers to it",
        DEFINITION.search,
    ),
    "two sources": ("`[1][2]` are two links where both are defined", re.compile(r"\[\d+\]\[\d+\]").search),
    "links without words": ("a link without words is named by its address", re.compile(r"\[\s*\]\(").search),
}


def is_like(answer: str, sent: str, *, grew: bool = True) -> bool:
    """Whether the visible text `sent` says what the answer says, but for the changes that are meant.

    A message that did not grow shows no definition of a link. In one that grew, the markers of a definition may pair
    with those of the line below.
    """
    answer = sendable(answer)
    changes = concerning(answer)
    wanted, got = letters(visible(answer), changes), letters(sent, changes)
    if grew and DEFINITION.search(answer):
        wanted, got = _without_markers(wanted), _without_markers(got)
    if any(concerns(answer) for name, (_, concerns) in ADDITIONS.items() if grew or name != "definitions"):
        rest = iter(got)
        return all(char in rest for char in wanted)  # in this order, with what was added between
    return wanted == got


def _read(tokens: Iterable[Token], *, code: bool = True) -> Iterator[str]:
    for token in tokens:
        if token.type in {"fence", "code_block"}:
            yield _code(token.content) if code else " "
        elif token.type == "hr":
            yield "---"
        elif token.type == "inline":
            yield from _inline(token.children or (), code=code)


def _inline(tokens: Iterable[Token], *, code: bool = True) -> Iterator[str]:
    for token in tokens:
        if token.type == "image":
            yield "".join(_inline(token.children or ())) or _name(str(token.attrGet("src")))
        elif token.type in {"link_open", "link_close"} and token.info == "auto":
            yield "<" if token.nesting > 0 else ">"
        elif token.type == "code_inline":
            yield _code(token.content) if code else " "
        elif not token.nesting:
            yield token.content


def _name(src: str) -> str:
    """An image without words is named by its file, or by its kind if the address is the image itself."""
    content = src.removeprefix("data:")
    return content.partition(";")[0] if content != src else src.rpartition("/")[2]


def _codes(tokens: Iterable[Token]) -> Iterator[str]:
    for token in tokens:
        if token.type in {"fence", "code_block", "code_inline"}:
            yield _code(token.content)
        yield from _codes(token.children or ())


def _code(content: str) -> str:
    return html.unescape(content).replace("<", CODE_LESS)


def _block(block: Mapping[str, Any]) -> str:
    if block["type"] == "markdown":
        return visible(block["text"])
    return "".join(_cell(cell) for row in block.get("rows", ()) for cell in row)


def _cell(cell: Mapping[str, Any]) -> str:
    """A cell's words; Slack parses no entities here that we did not write for it."""
    if "elements" in cell:
        return "".join(map(_cell, cell["elements"]))
    text = html.unescape(str(cell.get("text", "")))
    return text.replace("<", CODE_LESS) if "code" in cell.get("style", {}) else text
