"""How many cells a text takes: East Asian letters take two, accents none."""

import unicodedata
from collections.abc import Iterator

_JOINER = "\u200d"
_EMOJI_FORM = "\ufe0f"


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


def wide(char: str) -> bool:
    """Whether a line may break at both sides of it."""
    return unicodedata.east_asian_width(char) in {"W", "F"}


def _adds(char: str) -> bool:
    return char == _JOINER or unicodedata.category(char) in {"Mn", "Me", "Cf"}


def _cluster_width(cluster: str) -> int:
    if _EMOJI_FORM in cluster or wide(cluster[0]):
        return 2
    return 0 if _adds(cluster[0]) else 1
