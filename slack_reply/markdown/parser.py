"""The one Markdown parser: markdown-it-py, told where our rules end and where later text may change the result.

The parser keeps no offsets inside a line, so each rule notes what it read. Private parts of the parser that this module
rests on are held by tests/slack_reply/markdown/test_parser.py; `pyproject.toml` pins the parser's minor version.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Literal, NamedTuple, cast

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock
from markdown_it.rules_block import fence as fence_rule
from markdown_it.rules_block import table as table_rule
from markdown_it.rules_inline import StateInline
from markdown_it.rules_inline import emphasis as emphasis_rule
from markdown_it.rules_inline import strikethrough as strikethrough_rule
from markdown_it.rules_inline.balance_pairs import processDelimiters
from markdown_it.rules_inline.state_inline import Scanned
from markdown_it.token import Token

from clock import in_turns
from dify_app import LONGEST_FENCE

SLICE = 2_000  # characters of a line that are read before other greenlets may run
EMPHASIS_LIMIT = 250  # characters: a marker that is not closed within them counts as plain text

# Han, kana and hangul
WIDE = re.compile(
    "[\u1100-\u11ff\u3041-\u30ff\u3105-\u318f\u3400-\u4dbf\u4e00-\u9fff\ua960-\ua97f\uac00-\ud7ff\uf900-\ufaff]"
)

_BESIDE_MARKER = re.compile(r".?[*_~]", re.DOTALL)

type Span = tuple[int, int]


class Atom(NamedTuple):
    """A stretch of a line and the text that shows it; None: not known before more text comes."""

    start: int
    end: int
    text: str | None
    solid: bool


type Reader = Callable[[str, int, bool], Atom]
"""Reads the atom of a line that begins at an offset; the last argument says whether the line is whole."""


class Marks(NamedTuple):
    """What the parser found in one line.

    `pairs` holds the spans of the markers that open and close emphasis. The line was read up to `end`; from
    `undecided` on, later text may change the result.
    """

    atoms: list[Atom]
    pairs: list[tuple[Span, Span]]
    end: int
    undecided: int


class _Line(StateInline):
    """The parser's state for one line, with what our rules note in it."""

    def __init__(self, line: str, start: int, readers: Mapping[str, Reader], *, whole: bool) -> None:
        super().__init__(line, _INLINE, {}, [])
        self.pos = start
        self.readers = readers
        self.whole = whole
        self.atoms: list[Atom] = []
        self.starts: list[Span] = []  # of each delimiter
        self.end = len(line)  # up to here the line was read

    def scanDelims(self, start: int, canSplitWord: bool) -> Scanned:  # noqa: N802, N803
        """As in CommonMark; but beside a letter of a script without spaces, `*` and `~` next to punctuation count."""
        found = super().scanDelims(start, canSplitWord)
        end = start + found.length
        before, behind = self.src[max(0, start - 1) : start], self.src[end : end + 1]
        if self.src[start] == "_":
            return found
        opens, closes = is_joint(before, behind), is_joint(behind, before)
        return Scanned(found.can_open or opens, found.can_close or closes, found.length)


def read(line: str, start: int, readers: Mapping[str, Reader], *, whole: bool) -> Marks:
    """The atoms and the emphasis of the line from `start` on. `readers` has one for each character that is special."""
    state = _Line(line, start, readers, whole=whole)
    for state.posMax in in_turns(_ends(line, start)):
        _INLINE.inline.tokenize(state)
        if state.end < len(line):
            break
    processDelimiters(state, state.delimiters)
    undecided = state.end
    pairs: list[tuple[Span, Span]] = []
    for delimiter, opening in zip(state.delimiters, state.starts, strict=True):
        if delimiter.end >= 0:
            closing = state.starts[delimiter.end]
            if closing[1] - opening[0] <= EMPHASIS_LIMIT:
                pairs.append((opening, closing))
        elif delimiter.open and not whole and len(line) - opening[0] <= EMPHASIS_LIMIT:
            undecided = min(undecided, opening[0])
    return Marks(state.atoms, pairs, state.end, undecided)


def _ends(line: str, start: int) -> Iterator[int]:
    """The line in slices, so that other greenlets may run in between; no slice ends beside a marker."""
    end = start + SLICE
    while end < len(line):
        if _BESIDE_MARKER.match(line, end - 1):
            end += 1
        else:
            yield end
            end += SLICE
    yield len(line)


def is_joint(outer: str, inner: str) -> bool:
    """Whether a marker between these characters needs an invisible one inside, for parsers that know words alone.

    So where one of the two is of a script without spaces: a letter outside, or a bracket or full stop inside.
    """
    if not inner or unicodedata.category(inner)[0] not in "PS":
        return False
    wide_sign = unicodedata.east_asian_width(inner) in "WF" and outer.isalnum()
    return wide_sign or WIDE.fullmatch(outer) is not None


def _atom(found: StateInline, _silent: bool) -> bool:
    """The rule for all that our own readers read."""
    state = cast("_Line", found)
    reader = state.readers.get(state.src[state.pos])
    if reader is None:
        return False
    atom = reader(state.src, state.pos, state.whole)
    if atom.text is None:
        state.end, state.pos = atom.start, state.posMax
        return True
    state.atoms.append(atom)
    state.tokens.append(_ATOM)  # keeps apart the markers before and behind
    state.pos = atom.end
    return True


def _marker(found: StateInline, silent: bool) -> bool:
    """The parser's own rules for emphasis; they keep no offsets of the markers, so this rule does."""
    state = cast("_Line", found)
    start, known = state.pos, len(state.delimiters)
    strike = state.src[start] == "~"
    rule = strikethrough_rule.tokenize if strike else emphasis_rule.tokenize
    if not rule(state, silent):
        return False
    if state.pos == len(state.src) and not state.whole:
        del state.delimiters[known:]
        state.end = start
    width = 2 if strike else 1
    first = start + (state.pos - start) % width
    state.starts += [(at, at + width) for at in range(first, state.pos, width)][
        : len(state.delimiters) - known
    ]
    return True


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
    for token in parser.block.parse("\n".join(texts), parser, {}, []) or ():
        first, last = token.map or (0, 0)
        if token.type == "list_item_open":
            items.append(first)
        elif token.type == "list_item_close":
            items.pop()
        elif token.type in {"table_open", "table_close"}:
            rows = token.type == "table_open"
        kind = _KINDS.get(token.type)
        if kind and not (rows and kind == "text"):
            inner = token.content.count("\n") + (token.content[-1:] not in {"", "\n"})
            closed = kind == "fence" and last - first - 1 > inner
            found.append(Block(kind, first, last, tuple(items), token.markup, token.info.strip(), closed))
    return found


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
_RULES = ["code", "fence", "blockquote", "hr", "list", "heading", "lheading"]
_BLOCKS = MarkdownIt("zero").enable(_RULES)
_BLOCKS.block.ruler.at("fence", _fence, {"alt": ["paragraph", "reference", "blockquote", "list"]})
_WITH_TABLES = MarkdownIt("zero").enable(["table", *_RULES])
_WITH_TABLES.block.ruler.at("fence", _fence, {"alt": ["paragraph", "reference", "blockquote", "list"]})
_WITH_TABLES.block.ruler.at("table", _table, {"alt": ["paragraph", "reference"]})
_ATOM = Token("atom", "", 0)
_INLINE = MarkdownIt("zero")
_INLINE.inline.terminator_re = re.compile(r"[\\`<>&\[!*_~]|(?<![A-Za-z0-9])[Hh][Tt][Tt][Pp][Ss]?://")
_INLINE.inline.ruler.push("atom", _atom)
_INLINE.inline.ruler.push("marker", _marker)
