"""The smallest pieces in which text is shown and cut: words, or characters of a script without spaces."""

import re
from collections.abc import Iterator
from enum import IntEnum
from typing import NamedTuple

from slack_reply.markdown import tokens


class Rank(IntEnum):
    """How well a message can end behind a piece; a higher rank is better."""

    GLUE = -1  # the next piece belongs to this one: a heading, the first line of a code block, a bullet
    HARD = 0
    WIDE = 1
    SPACE = 2
    LINE = 3
    PARAGRAPH = 4


class Piece(NamedTuple):
    """`text` shows the source between `start` and `end`."""

    start: int
    end: int
    text: str
    rank: Rank


WORD = 64  # characters: a longer word has several pieces, so that a message can end inside it
_RUN = 4  # characters of a script without spaces that form one piece
_WIDE_RANGES = (
    "\u1100-\u115f\u2e80-\ua4cf\ua960-\ua97f\uac00-\ud7ff\uf900-\ufaff\ufe30-\ufe4f\uff00-\uff60\uffe0-\uffe6"
    "\U0001f000-\U0001f1e5\U0001f200-\U0001f3fa\U0001f400-\U0001faff\U00020000-\U0003ffff"
)
_FLAG = "\U0001f1e6-\U0001f1ff"
_MARKS = "\u0300-\u036f\u200d\u20d0-\u20ff\ufe00-\ufe0f\U0001f3fb-\U0001f3ff\U000e0020-\U000e007f"
_SENTENCE = "\u3001\u3002\u300b\u300d\u300f\u3011\uff01\uff09\uff0c\uff0e\uff1a\uff1b\uff1f"
_CLUSTER = rf"(?:[{_WIDE_RANGES}]|[{_FLAG}]{{1,2}})[{_MARKS}]*(?:(?<=\u200d)[^\x00-\x7f][{_MARKS}]*)*"
_PIECES = re.compile(
    rf"(?P<space>[ \t]+)"
    rf"|(?P<line>\r?\n[ \t]*)"
    rf"|(?P<live>{tokens.OPENER})"
    rf"|(?P<wide>(?:(?![{_SENTENCE}]){_CLUSTER}){{1,{_RUN}}}+[{_SENTENCE}]?|[{_SENTENCE}])"
    rf"|(?P<word><|[^\s<{_WIDE_RANGES}{_FLAG}]{{1,{WORD}}}[{_MARKS}]*|\s)"
)
_FIRST_WORD = re.compile(
    rf"((?:(?![{_WIDE_RANGES}])[^\W\d_])(?:(?![{_WIDE_RANGES}])[^\W_]){{1,{WORD - 1}}}) "
)
_RANKS = {"space": Rank.SPACE, "line": Rank.LINE, "wide": Rank.WIDE}


def first_word(text: str) -> str:
    """The word that the text begins with, if a blank follows; "" if the word has other signs than letters and digits.

    No later text changes how such a word looks.
    """
    found = _FIRST_WORD.match(text)
    return found[1] if found else ""


def split(line: str, start: int, end: int) -> Iterator[Piece]:
    """The pieces of `line[start:end]`: code, or text that needs no more escaping than code."""
    for found in _PIECES.finditer(line, start, end):
        kind, text = found.lastgroup or "", found.group()
        rank = _RANKS.get(kind, Rank.HARD)
        if kind == "live":
            text = tokens.LESS_IN_CODE
        elif kind == "wide" and text[-1] in _SENTENCE:
            rank = Rank.SPACE
        yield Piece(found.start(), found.end(), text, rank)


def code(line: str, start: int, *, whole: bool) -> Iterator[Piece]:
    """The pieces of one line of code from `start` on; of an unfinished line those that later text cannot change."""
    limit = len(line) if whole else tokens.decided(line)
    for piece in split(line, start, len(line)):
        if piece.end > limit or (piece.end == len(line) and not whole):
            return
        yield piece
