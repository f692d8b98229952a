"""Which block each line of a text belongs to, as markdown-it-py tells.

Private parts of the parser that this module rests on are held by tests/markdown_source/test_blocks.py.
"""

import re
from collections.abc import Sequence
from typing import Literal, NamedTuple

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock
from markdown_it.rules_block import blockquote as quote_rule
from markdown_it.rules_block import fence as fence_rule
from markdown_it.rules_block import heading as heading_rule
from markdown_it.rules_block import hr as hr_rule
from markdown_it.rules_block import list_block as list_rule
from markdown_it.rules_block import reference as reference_rule
from markdown_it.rules_block import table as table_rule
from markdown_it.token import Token

from markdown_source.links import begins_definition, can_be_opened

HEAD_CELL = 20  # characters before the first pipe of a row that begins with no pipe, but begins a table
LONGEST_FENCE = 20  # ticks or tildes that open a code block; a longer run is text, which some models repeat

# Bullets, numbers and quote marks that a line begins with
CONTAINERS = r"(?:[ \t]*+(?:>|[-+*](?=[ \t]|\Z)|\d{1,9}[.)](?=[ \t]|\Z)))*+[ \t]*+"
_CONTAINER = re.compile(CONTAINERS)
_HEAD = re.compile(rf"[^|\n]{{1,{HEAD_CELL}}}\|")
_HEAD_BEGUN = re.compile(rf"[^|\n]{{0,{HEAD_CELL}}}\Z")
_CODE = 4  # columns of indent
_INDENTED = 5  # blanks behind a bullet: the item begins with indented code


def marks_end(text: str) -> int:
    """Where the text of a line begins, behind bullets, numbers and quote marks."""
    found = _CONTAINER.match(text)
    return found.end() if found else 0


def item(text: str) -> str:
    """A line that opens the same list item as this one, with nothing that a later line could continue."""
    marks = text[: marks_end(text)]
    blanks = len(marks) - len(marks.rstrip(" \t"))
    is_wide = 0 < blanks < _INDENTED and len(marks) < len(text)  # the blanks of an empty item do not count
    return f"{marks if is_wide else f'{marks.rstrip()} '}#"


class Block(NamedTuple):
    """A block that contains no block: from the line `first` to the line before `last`.

    `around` are the first lines of the list items and quotes around the block, `listed` of them are list items.
    `fence` are the ticks or tildes of a code block.
    A definition gives links the address `url` by the name `label`, which is normalized.
    """

    kind: Literal["text", "fence", "code", "table", "definition"]
    first: int
    last: int
    around: tuple[int, ...] = ()
    fence: str = ""
    info: str = ""
    closed: bool = False
    listed: int = 0
    label: str = ""
    url: str = ""


def may_be_head(text: str, *, whole: bool) -> bool:
    """Whether a line may be the head of a table. The line begins a paragraph, and does not begin with a pipe."""
    return bool(_HEAD.match(text) or (not whole and _HEAD_BEGUN.match(text)))


def blocks(texts: Sequence[str], *, tables: bool, heads_from: int = 0) -> list[Block]:
    """The blocks of a text with these lines. Without `tables`, a table is text, and so is the definition of a link.

    The lines before the number `heads_from` are no head of a table, unless they begin with a pipe.
    """
    parser = _WITH_TABLES if tables else _BLOCKS
    found: list[Block] = []
    # The items and quotes that are open: the line behind, the first lines of all so far, the number of items among them
    containers: list[tuple[int, tuple[int, ...], int]] = [(len(texts) + 1, (), 0)]
    behind = 0  # the line behind the last table
    state = _State("\n".join((*texts, "")), parser, {_HEADS_FROM: heads_from}, [])
    parser.block.tokenize(state, 0, state.lineMax)
    for token in state.tokens:
        first, last = token.map or (0, 0)
        while containers[-1][0] <= first:
            containers.pop()
        _, around, listed = containers[-1]
        kind = _KINDS.get(token.type)
        if kind is None:
            begins = around if first in around else (*around, first)
            containers.append((last, begins, listed + (token.type == _ITEM)))
        elif kind != "text" or first >= behind:
            behind = last if kind == "table" else behind
            closed = kind == "fence" and last - first - 1 > token.content.count("\n")
            label, url = token.meta.get("id", ""), token.meta.get("url", "")
            info = token.info.strip()
            found.append(Block(kind, first, last, around, token.markup, info, closed, listed, label, url))
    return found


def is_prose(text: str) -> bool:
    """Whether all blocks of the text are paragraphs, outside of lists and quotes."""
    tokens = _PROSE.block.parse(f"{text}\n", _PROSE, {}, []) or ()
    return all(token.type in _PARAGRAPH for token in tokens)


def is_code_open(line: str) -> bool:
    """Whether a code span begins in this line and does not end in the line."""
    runs = set(map(len, _TICKS.findall(line)))
    ends = (_SPANS.parseInline(f"{line}x{'`' * run}")[0].children or [] for run in runs)
    return any(children[-1].type == "code_inline" for children in ends)


def _text(state: StateBlock, first: int, last: int) -> bool:
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
        if under or (indent >= 0 and _begins(state, mark, line, state.lineMax, True)):
            break
        line += 1
    state.push("inline", "", 0).map = [first, line]
    state.line = line + under
    return True


def _by_mark(state: StateBlock, first: int, last: int, silent: bool) -> bool:
    """The rule before all others: only those are asked that can begin with the line's mark. Else the line is text."""
    begin = state.bMarks[first] + state.tShift[first]
    if state.sCount[first] - state.blkIndent >= _CODE:
        return False
    begun = _begins(state, state.src[begin], first, last, silent) or _loose_table(state, first, last, silent)
    return begun or _text(state, first, last)


def _is_underline(state: StateBlock, line: int, begin: int) -> bool:
    return state.skipSpaces(state.skipCharsStr(begin, state.src[begin])) >= state.eMarks[line]


def _begins(state: StateBlock, mark: str, line: int, last: int, silent: bool) -> bool:
    """Whether the line begins a block with its mark."""
    if mark not in _BEGINS or (mark == "|" and state.md is not _WITH_TABLES):
        return False
    return any(rule(state, line, last, silent) for rule in _BEGINS[mark])


def _fence(state: StateBlock, first: int, last: int, silent: bool) -> bool:
    """The parser's rule; but a longer run is text, which some models repeat."""
    begin = state.bMarks[first] + state.tShift[first]
    run = state.skipCharsStr(begin, state.src[begin : begin + 1])
    return run - begin <= LONGEST_FENCE and fence_rule(state, first, last, silent)


def _heading(state: StateBlock, first: int, last: int, silent: bool) -> bool:
    """The parser's rule, with one token in place of three."""
    found = heading_rule(state, first, last, True)
    if found and not silent:
        state.push("inline", "", 0).map = [first, first + 1]
        state.line = first + 1
    return found


def _table(state: StateBlock, first: int, last: int, silent: bool) -> bool:
    """The parser's rule; but below two rows that begin with a pipe, a line that begins without one is text."""
    if not table_rule(state, first, min(first + 2, last), True):
        return False
    end = first
    while end < last and state.src.startswith("|", state.bMarks[end] + state.tShift[end]):
        end += 1
    return table_rule(state, first, end if end > first + 1 else last, silent)


def _loose_table(state: StateBlock, first: int, last: int, silent: bool) -> bool:
    """The parser's rule for a table whose head begins with no pipe, outside of lists and quotes.

    The head begins a paragraph, and has a pipe soon: text that was shown can't be taken back, and no line waits long.
    """
    if state.level or state.md is not _WITH_TABLES or first < state.env[_HEADS_FROM]:
        return False
    return bool(_HEAD.match(state.src, state.bMarks[first])) and table_rule(state, first, last, silent)


def _definition(state: StateBlock, first: int, _last: int, silent: bool) -> bool:
    """The parser's rule; but a definition is one line, since a line that was shown as text can't be taken back.

    Behind a bullet it is text, since the item would be empty.
    """
    begin = state.bMarks[first] + state.tShift[first]
    if state.src[begin] != "[":
        return False
    line = state.src[state.src.rfind("\n", 0, begin) + 1 : state.eMarks[first]]
    end, state.lineMax = state.lineMax, first + 1
    try:
        return begins_definition(line) and reference_rule(state, first, first + 1, silent)
    finally:
        state.lineMax = end


class _State(StateBlock):
    """The parser's state, which keeps the tokens of blocks, list items and quotes alone."""

    def push(self, ttype: str, tag: str, nesting: Literal[-1, 0, 1]) -> Token:
        """As the parser does; but what tells nothing of the lines is one token for all."""
        if ttype in _KINDS or ttype in _AROUND:
            return super().push(ttype, tag, nesting)
        self.level += nesting
        return _UNUSED


class _Parser(MarkdownIt):
    """Takes only what people can open for the address of a definition, and leaves it as it is written."""

    def normalizeLink(self, url: str) -> str:  # noqa: N802 - the parser's name
        return url

    def validateLink(self, url: str) -> bool:  # noqa: N802 - the parser's name
        return can_be_opened(url)


_TICKS = re.compile("`+")
_HEADS_FROM = "heads from"  # what the parser's rules know beside the text
_UNUSED = Token("", "", 0)
# The parser's rules that can begin a block or end a paragraph, by the mark that the line begins with.
_BEGINS = {
    **dict.fromkeys("`~", (_fence,)),
    **dict.fromkeys("*-", (hr_rule, list_rule)),
    **dict.fromkeys("+0123456789", (list_rule,)),
    ">": (quote_rule,),
    "_": (hr_rule,),
    "#": (_heading,),
    "|": (_table,),
}
_PARAGRAPH = {"paragraph_open", "inline", "paragraph_close"}
_ITEM = "list_item_open"
_AROUND = {_ITEM, "blockquote_open"}
_KINDS: dict[str, Literal["text", "fence", "code", "table", "definition"]] = {
    "inline": "text",
    "hr": "text",
    "fence": "fence",
    "code_block": "code",
    "table_open": "table",
    "definition": "definition",
}
# HTML would be hidden: here it is text.
_RULES = ["code", "fence", "blockquote", "hr", "list", "heading", "lheading"]
_BLOCKS = _Parser("zero").enable(_RULES)
_WITH_TABLES = _Parser("zero", {"inline_definitions": True}).enable(_RULES)
# `mark` or `code` reads each line; the rules behind them only say what ends a quote or a list.
for _parser in (_BLOCKS, _WITH_TABLES):
    _parser.block.ruler.before("code", "mark", _by_mark)
    # A list ends by itself where no further item begins; only a rule can look like an item.
    _parser.block.ruler.at("fence", _fence, {"alt": ["blockquote"]})
    _parser.block.ruler.at("blockquote", quote_rule, {"alt": ["blockquote"]})
_WITH_TABLES.block.ruler.before("mark", "definition", _definition)
_PROSE = MarkdownIt("zero").enable([*_RULES, "table"])
_SPANS = MarkdownIt("zero").enable(["escape", "backticks"])
