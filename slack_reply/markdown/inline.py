"""Makes one line of text outside of code safe: the whole line, or the pieces in which it is shown and cut."""

import re
from bisect import bisect_left, bisect_right
from collections import deque
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import NamedTuple

from clock import in_turns
from markdown_source import NONE, Known
from slack_reply.markdown import atoms, lines, words
from slack_reply.markdown.inline_parser import JOINER, Atom, Marks, Span
from slack_reply.markdown.words import Piece, Rank

REMEMBERED = 20_000  # characters: a longer line is read anew, since its reading takes much memory
HARD_BLANK = "\u00a0"
FEW = 100  # atoms that are shown, or looked back at, at a stretch
# Begins with one set of characters, so that a search need not try each character of a long line.
_SPECIAL = re.compile(r"[\\`<>&\[!*_~:](?:(?<!:)|//)")
# At the end of a text, the marker could close emphasis
_MARKER_BEFORE_WORD = re.compile(r"[*_~][^\s*_~]")
_OPENS = re.compile(r"[*_~`\[]")


class Emphasis(NamedTuple):
    """The emphasised `spans` in order, without overlaps."""

    spans: list[Span]

    def covers(self, position: int) -> bool:
        """Whether `position` is within a span, so that a cut there would split the emphasis."""
        index = bisect_right(self.spans, (position, -1)) - 1
        return index >= 0 and self.spans[index][0] < position < self.spans[index][1]


def emphasis(pairs: Iterable[tuple[Span, Span]]) -> Emphasis:
    """The emphasis that these pairs of markers make."""
    return Emphasis(_merged([(opening[0], closing[1]) for opening, closing in pairs]))


def _merged(spans: list[Span]) -> list[Span]:
    merged: list[Span] = []
    for begin, end in sorted(spans):
        if merged and begin < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((begin, end))
    return merged


class Reading:
    """The text of a line, or of the lines of a paragraph, from `start` on; if it is not `whole`, more text may come."""

    def __init__(self, line: str, start: int, known: Known, *, whole: bool) -> None:
        plain = whole and is_plain(line, start)
        marks = (
            Marks([], [], {}, len(line), len(line)) if plain else atoms.read(line, start, known, whole=whole)
        )
        self.emphasis = emphasis(marks.pairs)
        row = in_turns(atoms.row(line, start, marks.atoms, marks.end))
        self.row = list(_with_beginnings([*_with_joints(row, marks.joints)], line, start))
        self.undecided = marks.undecided
        self._starts = [atom.start for atom in self.row]

    def is_free(self, position: int) -> bool:
        """Whether a line can end here: no markup goes on, whatever text follows."""
        index = bisect_right(self._starts, position) - 1
        inside = index >= 0 and self.row[index].solid and self.row[index].end > position
        return position < self.undecided and not inside and not self.emphasis.covers(position)

    def text(self, start: int, end: int) -> str:
        """The text between two places outside of markup, made safe."""
        shown: list[str] = []
        first = max(0, bisect_right(self._starts, start) - 1)
        behind = bisect_left(self._starts, end)
        for atom in in_turns(self.row[first:behind]) if behind - first > FEW else self.row[first:behind]:
            if atom.end > start:
                inner = slice(max(start - atom.start, 0), end - atom.start)
                shown.append((atom.text or "") if atom.solid else (atom.text or "")[inner])
        return "".join(shown)


def is_plain(line: str, start: int = 0) -> bool:
    """Whether the line from `start` on is shown as it is."""
    return not _SPECIAL.search(line, start)


def reading(line: str, start: int, known: Known = NONE, *, whole: bool) -> Reading:
    """The reading of the line. A line is read again when it is cut, so the last lines are remembered."""
    read = _remembered if len(line) <= REMEMBERED else Reading
    return read(line, start, known, whole=whole)


@lru_cache(maxsize=8)
def _remembered(line: str, start: int, known: Known, *, whole: bool) -> Reading:
    return Reading(line, start, known, whole=whole)


def render(line: str, start: int = 0, known: Known = NONE) -> str:
    """A whole line from `start` on, made safe."""
    if is_plain(line, start):
        return line[start:]
    return reading(line, start, known, whole=True).text(start, len(line))


def pieces(line: str, start: int = 0, known: Known = NONE, *, whole: bool) -> Iterator[Piece]:
    """The line from `start` on in pieces; for an unfinished line only the pieces that later text cannot change.

    A line may have 100,000 pieces, of which the messages take only the first.
    """
    found = reading(line, start, known, whole=whole)
    limit = min(len(line) + 1 if whole else len(line), found.undecided + 1)
    ends = bool(found.row) and found.row[-1].solid
    for piece in in_turns(_joined(_cut(line, found.row), whole=whole, ends=ends)):
        if piece.end >= limit:
            return
        glued = found.emphasis.covers(piece.end) or _MARKER_BEFORE_WORD.match(line, piece.end - 1)
        yield piece._replace(rank=Rank.GLUE) if glued else piece


def is_open(text: str) -> bool:
    """Whether later text may close some markup that is open in this text."""
    return bool(_OPENS.search(text)) and atoms.read(f"{text} ", 0, whole=False).undecided < len(text) + 1


def is_begun(text: str) -> bool:
    """Whether the last characters of the text may begin a link, an entity, code or emphasis."""
    marks = atoms.read(text, 0, whole=False)
    if marks.end < len(text) and text[marks.end] not in "*_~":
        return True
    if not text.endswith(("*", "_", "~")):
        return False
    return all(closing[1] != len(text) for _, closing in atoms.read(text, 0, whole=True).pairs)


def _joined(pieces: Iterable[Piece], *, whole: bool, ends: bool) -> Iterator[Piece]:
    """Fewer pieces: neighbours of rank HARD are joined, up to WORD characters, and the blanks behind them.

    `ends`: the last one is whole.
    """
    held: Piece | None = None
    for piece in pieces:
        if held and piece.rank is Rank.SPACE and piece.text.isspace():
            yield Piece(held.start, piece.end, held.text + piece.text, Rank.SPACE)
            held = None
            continue
        if held and (piece.rank is not Rank.HARD or held.end - held.start >= words.WORD):
            yield held
            held = None
        if piece.rank is not Rank.HARD:
            yield piece
        else:
            held = Piece(held.start, piece.end, held.text + piece.text, Rank.HARD) if held else piece
    if held and (whole or (ends and held.end - held.start >= words.WORD)):
        yield held


def _with_joints(row: Iterable[Atom], joints: dict[int, str]) -> Iterator[Atom]:
    """The atoms, with the markers in `joints` as atoms of their own."""
    starts = deque(sorted(joints))
    for atom in row:
        rest = atom
        while not rest.solid and starts and starts[0] < rest.end:
            start = starts.popleft()
            end, text = start + len(joints[start]) - len(JOINER), rest.text or ""
            yield rest._replace(end=start, text=text[: start - rest.start])
            yield Atom(start, end, joints[start], solid=True)
            rest = rest._replace(start=end, text=text[end - rest.start :])
        yield rest


def _with_beginnings(row: list[Atom], line: str, start: int) -> Iterator[Atom]:
    """The atoms; where a block may begin, an atom shows a blank that is none for Markdown, so that no block begins.

    The text of an item gets one where it would begin with a blank line, since below a paragraph an empty item is none.
    """
    for index, atom in enumerate(row):
        text = atom.text or ""
        shown, line_end, _ = text.partition("\n")
        if atom.solid and not shown.strip(" \t"):
            before = "".join(one.text or "" for one in row[max(0, index - FEW) : index])
            said = f"{line[:start]}{before}".rpartition("\n")[2]
            empty = said.strip(" \t>") and (line_end or not line[atom.end : atom.end + 1].strip())
            if (shown or empty) and lines.MARKERS.match(said):
                yield atom._replace(text=f"{HARD_BLANK}{text[bool(shown) :]}")
                continue
        yield atom


def _cut(line: str, row: list[Atom]) -> Iterator[Piece]:
    for atom in row:
        if atom.solid:
            breaks = atom.end == len(line) and atom.text == "\\"
            yield Piece(atom.start, atom.end, atom.text or "", Rank.GLUE if breaks else Rank.HARD)
        else:
            yield from words.split(line, atom.start, atom.end)
