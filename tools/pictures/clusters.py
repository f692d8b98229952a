"""What is drawn as one letter, and which letters are wide."""

import unicodedata
from collections.abc import Iterator

_JOINER = "\u200d"


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


def wide(char: str) -> bool:
    """Whether a line may break at both sides of it."""
    return unicodedata.east_asian_width(char) in {"W", "F"}


def _adds(char: str) -> bool:
    return char == _JOINER or unicodedata.category(char) in {"Mn", "Me", "Cf"}
