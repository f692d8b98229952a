"""Makes one line of text outside of code safe: the whole line, or the pieces in which it is shown and cut."""

import re
from collections import deque
from collections.abc import Iterable, Iterator

from clock import in_turns
from slack_reply.markdown import atoms, emphasis, words
from slack_reply.markdown.atoms import Atom
from slack_reply.markdown.words import Piece, Rank

_MARKED = re.compile(r"[*~]")
_OPENS = re.compile(r"[*_~`\[]")


def render(line: str, start: int = 0) -> str:
    """A whole line from `start` on, made safe."""
    joined = bool(_MARKED.search(line, start) and emphasis.WIDE.search(line, start))
    if not joined and not atoms.SPECIAL.search(line, start):
        return line[start:]
    row = list(in_turns(atoms.scan(line, start, whole=True)))
    if joined:
        marks = emphasis.scan(line, start, len(line), row, whole=True)
        row = list(_with_joints(row, marks.joints))
    return "".join(atom.text or "" for atom in row)


def pieces(line: str, start: int = 0, *, whole: bool) -> Iterator[Piece]:
    """The line from `start` on in pieces; for an unfinished line only the pieces that later text cannot change.

    A line may have 100,000 pieces, of which the messages take only the first.
    """
    row = list(in_turns(atoms.scan(line, start, whole=whole)))
    read = row.pop().start if row and row[-1].text is None else len(line)
    marks = emphasis.scan(line, start, read, row, whole=whole)
    limit = min(len(line) + 1 if whole else len(line), marks.undecided + 1)
    row = list(_with_joints(row, marks.joints))
    for piece in in_turns(_joined(_cut(line, row), whole=whole)):
        if piece.end >= limit:
            return
        inside = marks.spans and marks.covers(piece.end)
        yield piece._replace(rank=Rank.GLUE) if inside else piece


def is_open(text: str) -> bool:
    """Whether later text may close some markup that is open in this text."""
    if not _OPENS.search(text):
        return False
    text += " "
    row = list(atoms.scan(text, 0, whole=False))
    if row and row[-1].text is None:
        return True
    return emphasis.scan(text, 0, len(text), row, whole=False).undecided < len(text)


def is_begun(text: str) -> bool:
    """Whether the last characters of the text may begin a link, an entity, code or emphasis."""
    row = list(atoms.scan(text, 0, whole=False))
    if row and row[-1].text is None:
        return True
    if not text.endswith(("*", "_", "~")):
        return False
    marks = emphasis.scan(text, 0, len(text), row, whole=True).marks
    return all(end != len(text) for _, end in marks)


def _joined(pieces: Iterable[Piece], *, whole: bool) -> Iterator[Piece]:
    """Fewer pieces: neighbours of rank HARD are joined, up to WORD characters."""
    held: Piece | None = None
    for piece in pieces:
        if piece.rank is not Rank.HARD:
            if held:
                yield held
            yield piece
            held = None
            continue
        held = Piece(held.start, piece.end, held.text + piece.text, Rank.HARD) if held else piece
        if held.end - held.start >= words.WORD:
            yield held
            held = None
    if held and whole:
        yield held


def _with_joints(row: list[Atom], joints: dict[int, str]) -> Iterator[Atom]:
    """The atoms, with the markers in `joints` as atoms of their own."""
    starts = deque(sorted(joints))
    for atom in row:
        rest = atom
        while not rest.solid and starts and starts[0] < rest.end:
            start = starts.popleft()
            end, text = start + len(joints[start]) - len(emphasis.JOINER), rest.text or ""
            yield rest._replace(end=start, text=text[: start - rest.start])
            yield Atom(start, end, joints[start], solid=True)
            rest = rest._replace(start=end, text=text[end - rest.start :])
        yield rest


def _cut(line: str, row: list[Atom]) -> Iterator[Piece]:
    for atom in row:
        if atom.solid:
            yield Piece(atom.start, atom.end, atom.text or "", Rank.HARD)
        else:
            yield from words.split(line, atom.start, atom.end)
