"""The lines of a text: which block each line belongs to, as markdown-it-py tells, and what its beginning says.

Private parts of the parser that this module rests on are held by tests/slack_reply/markdown/test_lines.py.
"""

import re
from collections.abc import Sequence
from typing import Literal, NamedTuple

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock
from markdown_it.rules_block import fence as fence_rule
from markdown_it.rules_block import table as table_rule

from clock import in_turns
from dify_app import LONGEST_FENCE

# What begins a line that is no paragraph.
HEADING = re.compile(r" {0,3}#{1,6}(?:[ \t]|\Z)")
RULE = re.compile(r" {0,3}(?:(?:-[ \t]*){3,}|(?:\*[ \t]*){3,}|(?:_[ \t]*){3,}|=+[ \t]*|-{1,2}[ \t]*)\Z")
LIST = re.compile(r"[ \t]*(?:[-+*]|\d{1,9}[.)])(?:[ \t]|\Z)")
UNDERLINE = re.compile(r"[ \t]*(?:=+|-+)[ \t]*\Z")
# A line that may still become a bullet, a number, a box, a rule, a fence or the line under a heading.
MARKERS = re.compile(r"[-+*_=#~`|:.)> \t\[\]xX0-9]{0,40}\Z")
# An unfinished line that may turn out to end a code block
MAYBE_CLOSING = re.compile(r"[ \t>]*(?:`*|~*)[ \t]*\Z")

# Bullets, numbers and quote marks that a line begins with, and the box of a task.
_CONTAINERS = r"(?:[ \t]*+(?:>|[-+*](?=[ \t]|\Z)|\d{1,9}[.)](?=[ \t]|\Z)))*+[ \t]*+"
_CONTAINER = re.compile(_CONTAINERS)
_PREFIX = re.compile(rf"{_CONTAINERS}(?:\[[ xX]\](?=[ \t])[ \t]*)?")
_MAY_BEGIN_PREFIX = frozenset(" \t>-+*[0123456789")
_MAY_BEGIN_BLOCK = frozenset("`~>*-_+#|0123456789")
_INDENTED = 5  # blanks behind a bullet: the item begins with indented code


class Line(NamedTuple):
    """A line of the source; `text` does not include the line end."""

    start: int
    text: str
    end: int


def split(source: str, start: int = 0, end: int | None = None) -> list[Line]:
    """The lines of `source[start:end]`, with their offsets in the source."""
    found: list[Line] = []
    for raw in in_turns(source[start:end].split("\n")):
        behind = min(start + len(raw) + 1, len(source))
        found.append(Line(start, raw.removesuffix("\r"), behind))
        start = behind
    return found


def prefix(text: str) -> str:
    """The bullets, numbers, quote marks and box that the line begins with."""
    found = _PREFIX.match(text) if text[:1] in _MAY_BEGIN_PREFIX else None
    return found.group() if found else ""


def item(text: str) -> str:
    """A line that opens the same list item as this one, with nothing that a later line could continue."""
    found = _CONTAINER.match(text)
    marks = found.group() if found else ""
    blanks = len(marks) - len(marks.rstrip(" \t"))
    return f"{marks if 0 < blanks < _INDENTED else f'{marks.rstrip()} '}#"


class Block(NamedTuple):
    """A block that contains no block: from the line `first` to the line before `last`.

    `items` are the first lines of the list items around the block. `fence` are the ticks or tildes of a code block.
    """

    kind: Literal["text", "fence", "code", "table"]
    first: int
    last: int
    items: tuple[int, ...] = ()
    fence: str = ""
    info: str = ""
    closed: bool = False


def blocks(texts: Sequence[str], *, tables: bool) -> list[Block]:
    """The blocks of a text with these lines. Without `tables`, a table is text."""
    parser = _WITH_TABLES if tables else _BLOCKS
    found: list[Block] = []
    items: list[int] = []
    rows = False
    for token in parser.block.parse("\n".join((*texts, "")), parser, {}, []) or ():
        first, last = token.map or (0, 0)
        if token.type == "list_item_open":
            items.append(first)
        elif token.type == "list_item_close":
            items.pop()
        elif token.type in {"table_open", "table_close"}:
            rows = token.type == "table_open"
        kind = _KINDS.get(token.type)
        if kind and not (rows and kind == "text"):
            closed = kind == "fence" and last - first - 1 > _height(token.content)
            found.append(Block(kind, first, last, tuple(items), token.markup, token.info.strip(), closed))
    return found


def _height(content: str) -> int:
    return content.count("\n") + (content[-1:] not in {"", "\n"})


def _text(state: StateBlock, first: int, last: int, _silent: bool) -> bool:
    """A paragraph, or a heading with a line beneath, as the parser's two rules for these, but each line is read once.

    A line that begins with no mark ends neither; so the rules that could end a paragraph do not see the line.
    """
    state.parentType = "paragraph"
    line, under = first + 1, False
    while line < state.lineMax and not state.isEmpty(line):
        indent = state.sCount[line]
        begin = state.bMarks[line] + state.tShift[line]
        mark = state.src[begin]
        if indent - state.blkIndent >= _CODE:  # a paragraph goes on in a line that would be code otherwise
            line += 1
            continue
        under = (
            line < last and indent >= state.blkIndent and mark in "-=" and _is_underline(state, line, begin)
        )
        # The rule for quotes has read a line of a negative indent, which has no quote mark
        if under or (indent >= 0 and mark in _MAY_BEGIN_BLOCK and _ends_paragraph(state, line)):
            break
        line += 1
    state.push("inline", "", 0).map = [first, line]
    state.line = line + under
    return True


def _plain(state: StateBlock, first: int, last: int, silent: bool) -> bool:
    """The rule for text, before all others: they all need a mark or an indent."""
    begin = state.bMarks[first] + state.tShift[first]
    is_plain = state.src[begin] not in _MAY_BEGIN_BLOCK and state.sCount[first] - state.blkIndent < _CODE
    return is_plain and _text(state, first, last, silent)


def _is_underline(state: StateBlock, line: int, begin: int) -> bool:
    return state.skipSpaces(state.skipCharsStr(begin, state.src[begin])) >= state.eMarks[line]


def _ends_paragraph(state: StateBlock, line: int) -> bool:
    return any(rule(state, line, state.lineMax, True) for rule in state.md.block.ruler.getRules("paragraph"))


def _fence(state: StateBlock, first: int, last: int, silent: bool) -> bool:
    """The parser's rule; but a longer run is text, which some models repeat."""
    begin = state.bMarks[first] + state.tShift[first]
    run = state.skipCharsStr(begin, state.src[begin : begin + 1])
    return run - begin <= LONGEST_FENCE and fence_rule(state, first, last, silent)


def _table(state: StateBlock, first: int, last: int, silent: bool) -> bool:
    """The parser's rule; but each row begins with a pipe, since a head that was shown as text can't be taken back."""
    if not table_rule(state, first, min(first + 2, last), True):
        return False
    end = first
    while end < last and state.src.startswith("|", state.bMarks[end] + state.tShift[end]):
        end += 1
    return end > first and table_rule(state, first, end, silent)


_KINDS: dict[str, Literal["text", "fence", "code", "table"]] = {
    "inline": "text",
    "hr": "text",
    "fence": "fence",
    "code_block": "code",
    "table_open": "table",
}
# Definitions of links and HTML would be hidden: here both are text.
_CODE = 4  # columns of indent
_RULES = ["code", "fence", "blockquote", "hr", "list", "heading", "lheading"]
_BLOCKS, _WITH_TABLES = (MarkdownIt("zero").enable([*_RULES, *more]) for more in ([], ["table"]))
for _parser in (_BLOCKS, _WITH_TABLES):
    _parser.block.ruler.at("lheading", _text)
    _parser.block.ruler.before("table", "plain", _plain)
    _parser.block.ruler.at("fence", _fence, {"alt": ["paragraph", "reference", "blockquote", "list"]})
_WITH_TABLES.block.ruler.at("table", _table, {"alt": ["paragraph", "reference"]})
