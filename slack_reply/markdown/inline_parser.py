"""The markup inside a line: markdown-it-py matches emphasis, and our own readers read the rest as rules of the parser.

The parser keeps no offsets inside a line, so each rule notes what the rule read. Private parts of the parser that this
module rests on are held by tests/slack_reply/markdown/test_inline_parser.py; `pyproject.toml` pins the minor version.
"""

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import NamedTuple, cast

from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline
from markdown_it.rules_inline import emphasis as emphasis_rule
from markdown_it.rules_inline import strikethrough as strikethrough_rule
from markdown_it.rules_inline.balance_pairs import processDelimiters
from markdown_it.rules_inline.state_inline import Scanned
from markdown_it.token import Token

from clock import in_turns

SLICE = 2_000  # characters of a line that are read before other greenlets may run
EMPHASIS_LIMIT = 250  # characters: a marker that is not closed within them counts as plain text

JOINER = "\u200b"  # stands beside a marker that other parsers would not see there
# Han, kana and hangul
WIDE = re.compile(
    "[\u1100-\u11ff\u3041-\u30ff\u3105-\u318f\u3400-\u4dbf\u4e00-\u9fff\ua960-\ua97f\uac00-\ud7ff\uf900-\ufaff]"
)

# The end of a text that may begin an address
_SCHEME = len("https:/")
_SCHEME_BEGUN = re.compile(r"(?<![A-Za-z0-9])h(?:t(?:t(?:ps?(?::/?)?)?)?)?\Z", re.IGNORECASE)
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
    is_end = state.end == len(line) and not whole
    begun = _SCHEME_BEGUN.search(line, max(start, len(line) - _SCHEME)) if is_end else None
    undecided = begun.start() if begun else state.end
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


class Emphasis(NamedTuple):
    """The emphasised `spans` in order, without overlaps.

    `joints` are the markers that touch punctuation on their inner side and a letter of a script without spaces on the
    outer side, by their start: other Markdown parsers see no marker there, unless an invisible character stands on the
    inner side.
    """

    spans: list[Span]
    joints: dict[int, str]

    def covers(self, position: int) -> bool:
        """Whether `position` is within a span, so that a cut there would split the emphasis."""
        index = bisect_right(self.spans, (position, -1)) - 1
        return index >= 0 and self.spans[index][0] < position < self.spans[index][1]


def emphasis(line: str, pairs: Iterable[tuple[Span, Span]]) -> Emphasis:
    """The emphasis that these pairs of markers make."""
    pairs = list(pairs)
    joints: dict[int, str] = {}
    for opening, closing in pairs:
        mark = line[opening[0]]
        if mark == "_":
            continue
        start, end = opening[1], closing[0]
        if line[start] != mark and is_joint(_before(line, start, mark), line[start]):
            joints[opening[0]] = line[slice(*opening)] + JOINER
        if line[end - 1] != mark and is_joint(_behind(line, end, mark), line[end - 1]):
            joints[end] = JOINER + line[slice(*closing)]
    return Emphasis(_merged([(opening[0], closing[1]) for opening, closing in pairs]), joints)


def _before(line: str, end: int, mark: str) -> str:
    """The character before the run of markers that ends here."""
    while end and line[end - 1] == mark:
        end -= 1
    return line[max(0, end - 1) : end]


def _behind(line: str, start: int, mark: str) -> str:
    """The character behind the run of markers that begins here."""
    while line.startswith(mark, start):
        start += 1
    return line[start : start + 1]


def _merged(spans: list[Span]) -> list[Span]:
    merged: list[Span] = []
    for begin, end in sorted(spans):
        if merged and begin < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((begin, end))
    return merged


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


_ATOM = Token("atom", "", 0)
_INLINE = MarkdownIt("zero")
_INLINE.inline.terminator_re = re.compile(r"[\\`<>&\[!*_~]|(?<![A-Za-z0-9])[Hh][Tt][Tt][Pp][Ss]?://")
_INLINE.inline.ruler.push("atom", _atom)
_INLINE.inline.ruler.push("marker", _marker)
