"""Makes one line of text outside of code safe: the whole line, or the pieces in which it is shown and cut."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from functools import lru_cache

from clock import in_turns
from markdown_source import NONE, Known
from slack_reply.markdown import atoms, lines, words
from slack_reply.markdown.inline_parser import JOINER, Atom, Marks, Span
from slack_reply.markdown.words import Piece, Rank

REMEMBERED = 20_000  # characters: a longer line is read anew, since its reading takes much memory
HARD_BLANK = "\u00a0"
FEW = 100  # atoms that are read before other greenlets get their turn
# Begins with one set of characters, so that a search need not try each character of a long line.
_SPECIAL = re.compile(r"[\\`<>&\[!*_~:](?:(?<!:)|//)")
# At the end of a text, the marker could close emphasis
_MARKER_BEFORE_WORD = re.compile(r"[*_~][^\s*_~]")
_OPENS = re.compile(r"[*_~`$\\\[]")


class Emphasis:
    """What pairs of markers emphasise: `spans` in order, without overlaps."""

    def __init__(self, pairs: Iterable[tuple[Span, Span]]) -> None:
        self.spans: list[Span] = []
        for begin, end in sorted((opening[0], closing[1]) for opening, closing in pairs):
            if self.spans and begin < self.spans[-1][1]:
                self.spans[-1] = (self.spans[-1][0], max(end, self.spans[-1][1]))
            else:
                self.spans.append((begin, end))

    def covers(self, position: int) -> bool:
        """Whether `position` is within a span, so that a cut there would split the emphasis."""
        index = bisect_right(self.spans, (position, -1)) - 1
        return index >= 0 and self.spans[index][0] < position < self.spans[index][1]


class Reading:
    """The text of a line, or of the lines of a paragraph, from `start` on; if it is not `whole`, more text may come.

    From `undecided` on, later text may change the result. `ends_piece`: a piece ends where the reading ends, since an
    atom ends or begins there.
    """

    def __init__(self, line: str, start: int, known: Known, *, whole: bool) -> None:
        plain = whole and is_plain(line, start)
        marks = (
            Marks([], [], {}, len(line), len(line)) if plain else atoms.read(line, start, known, whole=whole)
        )
        self.emphasis = Emphasis(marks.pairs)
        self.undecided = marks.undecided
        ends_solid = bool(marks.atoms) and marks.atoms[-1].solid and marks.atoms[-1].end == marks.end
        self.ends_piece = ends_solid or _waits_for_atom(line, marks)
        self._line, self._start, self._end = line, start, marks.end
        row = _with_joints(marks)
        safe = _with_beginnings(row, line, start)
        self._atoms = list(in_turns(safe) if len(row) > FEW else safe)
        solid = [atom for atom in self._atoms if atom.solid]
        self._starts = [atom.start for atom in solid]
        self._ends = [atom.end for atom in solid]
        self._shown, self._moved = _made_safe(line, start, solid, marks.end)

    @property
    def pieces(self) -> Iterator[Piece]:
        """The atoms that are solid, and the words of the text between them."""
        line, at = self._line, self._start
        for start, end, text, solid in self._atoms:
            if at < start:
                yield from words.split(line, at, start)
            if solid:
                breaks = end == len(line) and text == "\\"
                yield Piece(start, end, text or "", Rank.GLUE if breaks else Rank.HARD)
            else:
                yield from words.split(line, start, end)
            at = end
        if at < self._end:
            yield from words.split(line, at, self._end)

    def is_free(self, position: int) -> bool:
        """Whether a line can end here: no markup goes on, whatever text follows."""
        outside = bisect_right(self._starts, position) == bisect_right(self._ends, position)
        return position < self.undecided and outside and not self.emphasis.covers(position)

    def text(self, start: int, end: int) -> str:
        """The text between two places outside of markup, made safe."""
        begin = start + self._moved[bisect_right(self._ends, start)]
        return self._shown[begin : end + self._moved[bisect_left(self._starts, end)]]


def _made_safe(line: str, start: int, row: Iterable[Atom], end: int) -> tuple[str, list[int]]:
    """The text that shows the line between two places, with these atoms; and how far places of the line move in it.

    The first distance is that of places before all atoms, the second one that of places behind the first atom.
    """
    shown: list[str] = []
    at, moved = start, [-start]
    for begin, behind, text, _ in row:
        shown.append(line[at:begin])
        shown.append(text or "")
        moved.append(moved[-1] + len(text or "") - (behind - begin))
        at = behind
    shown.append(line[at:end])
    return "".join(shown), moved


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
    for piece in in_turns(_joined(found.pieces, whole=whole, ends=found.ends_piece)):
        if piece.end > found.undecided or (piece.end == len(line) and not whole):
            return
        glued = found.emphasis.covers(piece.end) or _MARKER_BEFORE_WORD.match(line, piece.end - 1)
        yield piece._replace(rank=Rank.GLUE) if glued else piece


def is_open(text: str) -> bool:
    """Whether later text may close some markup that is open in this text."""
    return bool(_OPENS.search(text)) and atoms.read(f"{text} ", 0, whole=False).undecided < len(text) + 1


def is_begun(text: str) -> bool:
    """Whether the last characters of the text may begin a link, an entity, code or emphasis."""
    marks = atoms.read(text, 0, whole=False)
    if _waits_for_atom(text, marks):
        return True
    if not text.endswith(("*", "_", "~")):
        return False
    return all(closing[1] != len(text) for _, closing in atoms.read(text, 0, whole=True).pairs)


def _waits_for_atom(line: str, marks: Marks) -> bool:
    """Whether the reading ends before an atom that more text may complete; before a marker, a word may go on."""
    return marks.end < len(line) and line[marks.end] not in "*_~"


def _joined(pieces: Iterable[Piece], *, whole: bool, ends: bool) -> Iterator[Piece]:
    """Fewer pieces: neighbours of rank HARD are joined, up to WORD characters, and the blanks behind them.

    A marker is joined with what stands behind, for at the beginning of a message it would be escaped if it were alone.
    `ends`: the last piece is whole.
    """
    held: Piece | None = None
    for piece in pieces:
        is_blank = piece.rank is Rank.SPACE and piece.text.isspace()
        if held and (is_blank or (piece.rank is not Rank.HARD and _is_marker(held.text))):
            yield Piece(held.start, piece.end, held.text + piece.text, piece.rank)
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


def _is_marker(text: str) -> bool:
    return lines.marker(text)[0] == len(text)


def _with_joints(marks: Marks) -> list[Atom]:
    """The atoms, with the markers in `joints` as atoms of their own."""
    joints = (Atom(start, start + len(shown) - len(JOINER), shown) for start, shown in marks.joints.items())
    return sorted([*marks.atoms, *joints]) if marks.joints else marks.atoms


def _with_beginnings(row: list[Atom], line: str, start: int) -> Iterator[Atom]:
    """The atoms; one with which a block would begin shows a hard blank first, which is text for Markdown.

    So does one with which the text of an item would begin with a blank line: below a paragraph, `-` alone is no item.
    """
    # What is shown of the last line before the offset `at`, where the atom with the number `seen` begins
    said, at, seen = line[:start], start, 0
    for index, atom in enumerate(row):
        text = atom.text or ""
        if atom.solid and text.lstrip(" \t")[:1] in {"", "\n"}:
            more, _ = _made_safe(line, at, row[seen:index], atom.start)
            said = f"{said}{more}".rpartition("\n")[2][-lines.LONGEST_MARKERS - 1 :]
            at, seen = atom.start, index
            blanks, line_end, _ = text.partition("\n")
            empty = said.strip(" \t>") and (line_end or not line[atom.end : atom.end + 1].strip())
            if (blanks or empty) and lines.MARKERS.match(said):
                yield atom._replace(text=f"{HARD_BLANK}{text[bool(blanks) :]}")
                continue
        yield atom
