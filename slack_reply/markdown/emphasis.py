"""Finds bold, italic and struck out text in one line, and the markers that are not closed yet."""

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterable
from typing import NamedTuple

from clock import in_turns
from slack_reply.markdown.atoms import Atom

LIMIT = 250  # characters: a marker that is not closed within them counts as plain text
_TRIED = 16  # open markers: a closing marker is compared with no more

JOINER = "\u200b"
# Han, kana and hangul
WIDE = re.compile(
    "[\u1100-\u11ff\u3041-\u30ff\u3105-\u318f\u3400-\u4dbf\u4e00-\u9fff\ua960-\ua97f\uac00-\ud7ff\uf900-\ufaff]"
)
_RUN = re.compile(r"\*+|_+|~~+")


type Span = tuple[int, int]


class Emphasis(NamedTuple):
    """The emphasised `spans` in order, without overlaps. From `undecided` on, the line may still become emphasis.

    `marks` are the stretches of the markers that open and close the spans, in no order. `joints` are the markers that
    touch punctuation on their inner side and a letter of a script without spaces on the outer side, by their start:
    other Markdown parsers see no marker there, unless an invisible character stands on the inner side.
    """

    spans: list[Span]
    undecided: int
    marks: list[Span]
    joints: dict[int, str]

    def covers(self, position: int) -> bool:
        """Whether `position` is within a span, so that a cut there would split the emphasis."""
        index = bisect_right(self.spans, (position, -1)) - 1
        return index >= 0 and self.spans[index][0] < position < self.spans[index][1]


class _Open(NamedTuple):
    start: int
    mark: str
    length: int
    run: int  # the length before any part of the run closed something
    closes: bool


def scan(line: str, start: int, end: int, atoms: Iterable[Atom], *, whole: bool) -> Emphasis:
    """Match the markers in `line[start:end]` outside of the solid `atoms`; the line behind `end` is not certain yet."""
    spans: list[Span] = []
    marks: list[Span] = []
    stack: list[_Open] = []
    undecided = end
    solids = (atom for atom in atoms if atom.solid)
    solid = next(solids, None)
    for run in in_turns(_RUN.finditer(line, start)):
        if run.start() >= end:
            break
        while solid is not None and solid.end <= run.start():
            solid = next(solids, None)
        if solid is not None and solid.start <= run.start():
            continue
        if run.end() == len(line) and not whole:
            undecided = run.start()
            break
        _take(line, run, stack, spans, marks)
    if not whole:
        undecided = min([undecided, *(mark.start for mark in stack if len(line) - mark.start <= LIMIT)])
    return Emphasis(_merged(spans), undecided, marks, _joints(line, marks))


def _take(line: str, found: re.Match[str], stack: list[_Open], spans: list[Span], marks: list[Span]) -> None:
    start, end = found.span()
    opens, closes = _flanking(line[start], line[max(0, start - 1) : start], line[end : end + 1])
    run = _Open(start, line[start], end - start, end - start, closes)
    while closes and run.length and (partner := _partner(stack, run, opens=opens)) is not None:
        opened = stack[partner]
        used = min(run.length, opened.length)
        del stack[partner:]
        spans.append((opened.start, end))
        inner = opened.start + opened.length
        marks += (inner - used, inner), (run.start, run.start + used)
        run = run._replace(start=run.start + used, length=run.length - used)
        if opened.length > used:
            stack.append(opened._replace(length=opened.length - used))
    if run.length and opens:
        stack.append(run)


def _flanking(mark: str, before: str, behind: str) -> tuple[bool, bool]:
    """Whether a run between these characters can open and close: CommonMark 0.31, section 6.2.

    Beside a letter of a script without spaces, a run of `*` or `~` next to punctuation can open and close too.
    """
    blank_before, blank_behind = not before.strip(), not behind.strip()
    sign_before, sign_behind = _is_sign(before), _is_sign(behind)
    left = not blank_behind and (not sign_behind or blank_before or sign_before)
    right = not blank_before and (not sign_before or blank_behind or sign_behind)
    if mark == "_":
        return left and (not right or sign_before), right and (not left or sign_behind)
    return left or _is_joint(before, behind), right or _is_joint(behind, before)


def _is_joint(outer: str, inner: str) -> bool:
    return _is_sign(inner) and WIDE.fullmatch(outer) is not None


def _joints(line: str, marks: list[Span]) -> dict[int, str]:
    """The markers, by their start, with the invisible character that they need."""
    found: dict[int, str] = {}
    for number, (start, end) in enumerate(marks):
        if line[start] == "_":
            continue
        opens = not number % 2
        outer, inner = (line[max(0, start - 1) : start], line[end : end + 1])[:: 1 if opens else -1]
        if _is_joint(outer, inner):
            found[start] = f"{line[start:end]}{JOINER}" if opens else f"{JOINER}{line[start:end]}"
    return found


def _is_sign(char: str) -> bool:
    return char != "" and unicodedata.category(char)[0] in "PS"


def _partner(stack: list[_Open], run: _Open, *, opens: bool) -> int | None:
    """The index of the nearest open marker that this run closes, at most LIMIT characters back."""
    for index in range(len(stack) - 1, max(-1, len(stack) - 1 - _TRIED), -1):
        opened = stack[index]
        if run.start + run.length - opened.start > LIMIT:
            return None
        if opened.mark == run.mark and not _by_three(opened, run, either=opened.closes or opens):
            return index
    return None


def _by_three(opened: _Open, run: _Open, *, either: bool) -> bool:
    """CommonMark's rule for runs of which one can both open and close, so that `*foo**bar*` is one emphasis."""
    sized = (opened.run + run.run) % 3 == 0 and (opened.run % 3 != 0 or run.run % 3 != 0)
    return either and run.mark != "~" and sized


def _merged(spans: list[Span]) -> list[Span]:
    merged: list[Span] = []
    for begin, end in sorted(spans):
        if merged and begin < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((begin, end))
    return merged
