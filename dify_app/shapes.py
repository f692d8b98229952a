"""Reading members that may be missing or of any type: Dify's events and forms change between versions."""

from collections.abc import Mapping
from typing import Any


def text_of(source: Mapping[str, Any], *names: str) -> str:
    """The first of these members that is a string with something in it, or empty."""
    for name in names:
        value = source.get(name)
        if isinstance(value, str) and value:
            return value
    return ""


def mapping_of(source: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """The member if it is an object, or an empty one."""
    value = source.get(name)
    return value if isinstance(value, Mapping) else {}


def mappings_of(source: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    """The objects in the list of this name."""
    value = source.get(name)
    return [item for item in value if isinstance(item, Mapping)] if isinstance(value, list) else []


def texts_of(source: Mapping[str, Any], name: str) -> tuple[str, ...]:
    """The strings that hold something in the list of this name."""
    value = source.get(name)
    return (
        tuple(item for item in value if isinstance(item, str) and item.strip())
        if isinstance(value, list)
        else ()
    )


def count_of(source: Mapping[str, Any], name: str) -> int | None:
    """The member as a number from 0 on, also when it is written as a string."""
    value = source.get(name)
    if isinstance(value, str) and value.isascii() and value.isdecimal() and len(value) < 16:  # noqa: PLR2004 - more digits than any limit has
        return int(value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return int(value) if 0 <= value < 1e15 else None  # noqa: PLR2004 - the same, and neither nan nor inf


def one_line(text: str, longest: int) -> str:
    """The text on one line, cut with an ellipsis to at most `longest` characters."""
    line = " ".join(text[: longest * 4].split())
    return line if len(line) <= longest else line[: longest - 1].rstrip() + "…"
