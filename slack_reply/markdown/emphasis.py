"""Bold, italic and struck out text in one line: where no message may end, and what Slack needs to see the markers."""

from bisect import bisect_right
from collections.abc import Iterable
from typing import NamedTuple

from slack_reply.markdown.parser import Span, is_joint

JOINER = "\u200b"


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
    return line[:end].rstrip(mark)[-1:]


def _behind(line: str, start: int, mark: str) -> str:
    return line[start:].lstrip(mark)[:1]


def _merged(spans: list[Span]) -> list[Span]:
    merged: list[Span] = []
    for begin, end in sorted(spans):
        if merged and begin < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((begin, end))
    return merged
