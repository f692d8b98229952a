"""How many cells of a terminal a text takes, and cutting by them: East Asian letters take two, accents none."""

import unicodedata
from collections.abc import Iterator

_JOINER = "\u200d"
_EMOJI_FORM = "\ufe0f"
_TAB = 4


def printable(text: str) -> str:
    """Without what would steer the terminal; tabs become blanks, line breaks stay."""
    tabless = text.replace("\t", " " * _TAB)
    return "".join(char for char in tabless if char == "\n" or unicodedata.category(char) not in {"Cc", "Cs"})


def one_line(text: str) -> str:
    """The same for a name: line breaks become blanks."""
    return printable(text).replace("\n", " ")


def clusters(text: str) -> Iterator[str]:
    """What is drawn as one: a letter with its accents, an emoji with what is joined to it."""
    held = ""
    for char in text:
        if held and not (_adds(char) or held.endswith(_JOINER)):
            yield held
            held = ""
        held += char
    if held:
        yield held


def width(text: str) -> int:
    """Cells."""
    return sum(map(_cluster_width, clusters(text)))


def chopped(text: str, room: int) -> list[str]:
    """Pieces of at most `room` cells, at least one cluster each."""
    pieces, size = [""], 0
    for cluster in clusters(text):
        more = _cluster_width(cluster)
        if pieces[-1] and size + more > room:
            pieces.append("")
            size = 0
        pieces[-1] += cluster
        size += more
    return pieces


def wide(char: str) -> bool:
    """Whether a line may break at both sides of it."""
    return unicodedata.east_asian_width(char) in {"W", "F"}


def _adds(char: str) -> bool:
    return char == _JOINER or unicodedata.category(char) in {"Mn", "Me", "Cf"}


def _cluster_width(cluster: str) -> int:
    if _EMOJI_FORM in cluster or wide(cluster[0]):
        return 2
    return 0 if _adds(cluster[0]) else 1
