"""The markup inside a line: markdown-it-py matches emphasis, and our own readers read the rest.

The parser keeps no offsets inside a line, so `_Line` goes from one special character to the next and notes what is
read there. Private parts of the parser that this module rests on are held by
tests/slack_reply/markdown/test_inline_parser.py; `pyproject.toml` pins the minor version.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import lru_cache
from typing import NamedTuple

from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline
from markdown_it.rules_inline import emphasis as emphasis_rule
from markdown_it.rules_inline import strikethrough as strikethrough_rule
from markdown_it.rules_inline.balance_pairs import processDelimiters
from markdown_it.rules_inline.state_inline import Delimiter, Scanned
from markdown_it.token import Token

from clock import in_turns

SLICE = 2_000  # characters of a line that are read before other greenlets may run
LONG_RUN = 4  # markers: what a shorter run can do is remembered with its length, that of longer runs without
EMPHASIS_LIMIT = 250  # characters: a marker that is not closed within them counts as plain text

JOINER = "\u200b"  # stands beside a marker that other parsers would not see there, or keeps two signs apart
# Han, kana and hangul
WIDE = re.compile(
    "[\u1100-\u11ff\u3041-\u30ff\u3105-\u318f\u3400-\u4dbf\u4e00-\u9fff\ua960-\ua97f\uac00-\ud7ff\uf900-\ufaff]"
)

UNDERSCORE = r"(?<![^\W_])_|_(?![^\W_])"  # one that may mark emphasis: not within a word

# The end of a text that may begin an address
_SCHEME = len("https:/")
_SCHEME_BEGUN = re.compile(r"(?<![A-Za-z0-9])h(?:t(?:t(?:ps?(?::/?)?)?)?)?\Z", re.IGNORECASE)
_BETWEEN_BLANKS = re.compile(r"(?<=\s)(?:\*+|_+|~+)(?=\s)")
# A star within a product, or within a German word for all genders: `2*3*4`, `a*b`, `Kolleg*innen`
_WITHIN_WORD = re.compile(
    r"(?<=\d)\*(?=\d)|(?<=[^\W\d_])\*(?=in(?:nen)?\b)|(?<![\w\\][A-Za-z])(?<=[A-Za-z])\*(?=[A-Za-z]\b)"
)
_WITHIN_WORD_BEGUN = re.compile(r"(?<=[^\W\d_])\*(?:i(?:n(?:n(?:en?)?)?)?|[A-Za-z])?\Z")
_BESIDE_MARKER = re.compile(r".?[*_~]", re.DOTALL)

type Span = tuple[int, int]


class Atom(NamedTuple):
    """A stretch of a line and the text that shows it; None: not known before more text comes.

    What is not `solid` is shown as it is, and can be cut.
    """

    start: int
    end: int
    text: str | None
    solid: bool = True


def held(start: int) -> Atom:
    """What begins at `start`, where more text may complete an atom."""
    return Atom(start, start, None)


type Reader = Callable[[str, int, bool], Atom]
"""Reads the atom of a line that begins at an offset; the last argument says whether the line is whole."""


class Marks(NamedTuple):
    """What the parser found in one line.

    `pairs` holds the spans of the markers that open and close emphasis. `joints` are those that touch punctuation on
    their inner side and a letter of a script without spaces on the outer side, by their start: other Markdown parsers
    see no marker there, unless an invisible character stands on the inner side. The line was read up to `end`; from
    `undecided` on, later text may change the result.
    """

    atoms: list[Atom]
    pairs: list[tuple[Span, Span]]
    joints: dict[int, str]
    end: int
    undecided: int


class _Line(StateInline):
    """The parser's state for one line, with what our rules note in it."""

    def __init__(self, line: str, start: int, readers: Mapping[str, Reader], *, whole: bool) -> None:
        super().__init__(line, _INLINE, {}, [])
        self.pos = self.start = start
        self.readers = readers
        self.whole = whole
        self.atoms: list[Atom] = []
        self.starts: list[Span] = []  # of each delimiter
        self.runs: list[tuple[Span, Span]] = []  # of each delimiter, the first and the last marker of the run
        self.pairs: list[tuple[Span, Span]] = []
        self.joints: dict[int, str] = {}
        self.opened: set[int] = set()  # the ends of the runs that open emphasis by a joint
        self.closed: set[int] = set()  # the first markers of the runs that close emphasis by a joint
        self.end = len(line)  # up to here the line was read

    def scanDelims(self, start: int, canSplitWord: bool) -> Scanned:  # noqa: N802, N803
        """As in CommonMark; but beside a letter of a script without spaces, `*` and `~` next to punctuation count.

        What stands beside the run counts as it is shown. While that is not known, the line ends at the run.
        """
        rest = self.src[start : self.posMax]
        run = rest[: len(rest) - len(rest.lstrip(rest[0]))]
        before, behind = self.shown_before(start, run[0]), self._shown_behind(start + len(run), run[0])
        if behind is None:
            self.end = start
            return Scanned(can_open=False, can_close=False, length=len(run))
        found, opens, closes = _flanks(before, run[:LONG_RUN], behind, canSplitWord)
        if opens:
            self.opened.add(start + len(run))
        if closes:
            is_odd = run[0] == "~" and len(run) % 2  # then the first `~` is text
            self.closed.add(start + bool(is_odd))
        return found._replace(length=len(run))

    def push(self, ttype: str, tag: str, nesting: int) -> Token:  # noqa: ARG002
        """Nobody reads the tokens; their number tells whether two markers stand side by side."""
        self.tokens.append(_TOKEN)
        return _TOKEN

    def read(self) -> None:
        """Read on to `posMax`, or to the first place that more text may change."""
        while self.pos < self.posMax and self.end == len(self.src):
            special = _SPECIAL.search(self.src, self.pos)
            at = special.start() if special else len(self.src)
            if at > self.pos:
                self._text(at)
            if at >= self.posMax:
                return
            if reader := self.readers.get(self.src[at]):
                self._atom(reader)
            elif not self._skips_marker() and not self._marker():
                self._text(at + 1)

    def _text(self, end: int) -> None:
        self.pos = end
        self.tokens.append(_TOKEN)  # keeps apart the markers before and behind

    def _atom(self, reader: Reader) -> None:
        """What our own readers read."""
        atom = reader(self.src, self.pos, self.whole)
        if atom.text is None:
            self.end = atom.start
            return
        text = atom.text
        if len(text) > 1 and text[0] == "[" and self.shown_before(atom.start) == "!":
            atom = atom._replace(text=JOINER + text)  # `![` would begin an image
        self.atoms.append(atom)
        self._text(atom.end)
        if "\n\n" in text:
            self.end_paragraph()

    def _skips_marker(self) -> bool:
        """Read a run of markers between two blanks, or a star within a word, as text, and say so."""
        if not self.whole and _WITHIN_WORD_BEGUN.match(self.src, self.pos):
            self.end = self.pos
            return True
        is_text = bool(self.atoms) and self.atoms[-1].start == self.pos - 2  # the sign before the one before
        opened = not is_text and self.src.startswith("*", max(self.start, self.pos - 2))
        if _WITHIN_WORD.match(self.src, self.pos) and not opened:
            self.atoms.append(Atom(self.pos, self.pos + 1, "\\*"))
            self._text(self.pos + 1)
            return True
        run = _BETWEEN_BLANKS.match(self.src, self.pos)
        if run is None or self.pos == self.start or (self.atoms and self.atoms[-1].end == self.pos):
            return False
        self._text(run.end())
        return True

    def _marker(self) -> bool:
        """Read a run of markers, if it is one, by the parser's own rules for emphasis, which keep no offsets."""
        start, known = self.pos, len(self.delimiters)
        strike = self.src[start] == "~"
        rule = strikethrough_rule.tokenize if strike else emphasis_rule.tokenize
        found: bool = rule(self, False)
        if self.end == start:
            del self.delimiters[known:]
        elif found:
            width = 2 if strike else 1
            first = start + (self.pos - start) % width
            markers = [(at, at + width) for at in range(first, self.pos, width)]
            del markers[len(self.delimiters) - known :]
            self.starts += markers
            self.runs += [(markers[0], markers[-1]) for _ in markers]
        return found

    def shown_before(self, start: int, marker: str = "") -> str:
        """The character that is shown before the offset; none before the text, where bullets or quote marks stand.

        Where the text of an atom ends with the `marker`, what stands before it counts: both are one run of markers.
        """
        for atom in reversed(self.atoms):
            if atom.end != start:
                break
            if atom.text:
                return (atom.text.rstrip(marker) or atom.text)[-1]
            start = atom.start
        return self.src[max(self.start, start - 1) : start]

    def _shown_behind(self, end: int, marker: str) -> str | None:
        """The character that is shown from the offset on; None if more text may tell."""
        while found := _SPECIAL.match(self.src, end):
            reader = self.readers.get(found.group()[0])
            if reader is None:
                break
            atom = reader(self.src, end, self.whole)
            if atom.text is None:
                return None
            if atom.text:
                return (atom.text.lstrip(marker) or atom.text)[0]
            end = atom.end
        is_begun = not self.whole and (end == len(self.src) or _SCHEME_BEGUN.match(self.src, end))
        return None if is_begun else self.src[end : end + 1]

    def end_paragraph(self) -> int:
        """Match the markers so far; no marker behind closes emphasis. The first one that may still be closed."""
        as_seen = [replace(delimiter) for delimiter in self.delimiters] if self.opened or self.closed else []
        undecided, pairs = self._matched(self.delimiters)
        for opening, closing in pairs:
            self._join(opening, closing)
        if as_seen:
            self._forget_joints(as_seen)
            first, seen = self._matched(as_seen)
            known = set(pairs)
            more = [pair for pair in seen if pair not in known]
            # Later text may give the closing marker a joint, and then the pair is none.
            loose = [start for (start, _), (end, _) in more if self._may_match(end)]
            undecided = min(undecided, first, *loose)
            pairs += more
        self.pairs += pairs
        self.delimiters, self.starts, self.runs = [], [], []
        return undecided

    def _matched(self, delimiters: list[Delimiter]) -> tuple[int, list[tuple[Span, Span]]]:
        """The first marker that may still be closed, and the pairs of markers."""
        processDelimiters(self, delimiters)
        undecided = self.end
        pairs: list[tuple[Span, Span]] = []
        for delimiter, opening in zip(delimiters, self.starts, strict=True):
            if delimiter.end >= 0:
                closing = self.starts[delimiter.end]
                if closing[1] - opening[0] <= EMPHASIS_LIMIT:
                    pairs.append((opening, closing))
            elif delimiter.open and self._may_match(opening[0]):
                undecided = min(undecided, opening[0])
        return undecided, pairs

    def _may_match(self, start: int) -> bool:
        """Whether later text may close emphasis that begins here."""
        return not self.whole and len(self.src) - start <= EMPHASIS_LIMIT

    def _forget_joints(self, delimiters: list[Delimiter]) -> None:
        """Let the markers do what they do for other parsers: a run without a joint does less, so others may match.

        The rule of three forbids a match with a run that both opens and closes.
        """
        for delimiter, (first, last) in zip(delimiters, self.runs, strict=True):
            if last[1] in self.opened and not self.joints.get(last[0], "").endswith(JOINER):
                delimiter.open = False
            if first[0] in self.closed and not self.joints.get(first[0], "").startswith(JOINER):
                delimiter.close = False

    def _join(self, opening: Span, closing: Span) -> None:
        if opening[1] in self.opened:
            self.joints[opening[0]] = self.src[slice(*opening)] + JOINER
        if closing[0] in self.closed:
            self.joints[closing[0]] = JOINER + self.src[slice(*closing)]


@lru_cache(maxsize=1_000)
def _flanks(before: str, run: str, behind: str, splits: bool) -> tuple[Scanned, bool, bool]:
    """What a run of markers between these characters can do, and whether the run opens or closes by a joint."""
    found = StateInline(f"{before or ' '}{run}{behind}", _INLINE, {}, []).scanDelims(1, splits)
    if run[0] == "_":
        return found, False, False
    opens, closes = is_joint(before, behind), is_joint(behind, before)
    return (
        found._replace(can_open=found.can_open or opens, can_close=found.can_close or closes),
        opens,
        closes,
    )


def read(line: str, start: int, readers: Mapping[str, Reader], *, whole: bool) -> Marks:
    """The atoms and the emphasis of the line from `start` on. `readers` has one for each character that is special."""
    state = _Line(line, start, readers, whole=whole)
    ends = _ends(line, start)
    for state.posMax in in_turns(ends) if len(line) - start > SLICE else ends:
        state.read()
        if state.end < len(line):
            break
    is_end = state.end == len(line) and not whole
    begun = _SCHEME_BEGUN.search(line, max(start, len(line) - _SCHEME)) if is_end else None
    undecided = min(state.end_paragraph(), begun.start() if begun else state.end)
    return Marks(state.atoms, state.pairs, state.joints, state.end, undecided)


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
    """Whether a marker between these characters needs an invisible one on its inner side, or CommonMark sees no marker.

    That is so where one of the two is of a script without spaces: a letter outside, or a bracket or full stop inside.
    """
    kind = unicodedata.category(inner)[0] if inner else ""
    wide_sign = kind == "P" and unicodedata.east_asian_width(inner) in "WF" and outer.isalnum()
    return wide_sign or (kind in {"P", "S"} and WIDE.fullmatch(outer) is not None)


_TOKEN = Token("text", "", 0)
_SPECIAL = re.compile(r"[\\`$<>&\[!*_~]|(?<![A-Za-z0-9])[Hh][Tt][Tt][Pp][Ss]?://")
_INLINE = MarkdownIt("zero")
