"""Reading the fields of JSON that Slack or Dify wrote: a field of the wrong type reads as a missing one.

What they send changes between their versions. Where such a field must be refused, nothing of this module is used.
"""

import json
from collections.abc import Mapping
from typing import Any

LONGEST_ID = 64  # characters; the ids, codes and timestamps of Slack are far shorter


def parsed(text: str | bytes) -> object:
    """The value of a JSON text; None for a text that is no JSON, or is nested too deeply."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def mapping(value: Any) -> Mapping[str, Any]:
    """The value if it is an object, or an empty object."""
    return value if isinstance(value, Mapping) else {}


def mapping_of(source: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """The field if it is an object, or an empty object."""
    return mapping(source.get(name))


def mappings_of(source: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    """The objects in the list of this name, in their order; other members of the list are left out."""
    value = source.get(name)
    return [item for item in value if isinstance(item, Mapping)] if isinstance(value, list) else []


def first_mapping_of(source: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """The first member of the list of this name if that is an object, or an empty object."""
    value = source.get(name)
    return mapping(value[0]) if isinstance(value, list) and value else {}


def text_of(source: Mapping[str, Any], *names: str) -> str:
    """The first of these fields that is a string and not empty, or an empty string."""
    return next((value for value in map(source.get, names) if isinstance(value, str) and value), "")


def id_of(source: Mapping[str, Any], name: str) -> str:
    """The field if it is a string of at most LONGEST_ID characters: the beginning of a longer one is another id."""
    value = text_of(source, name)
    return value if len(value) <= LONGEST_ID else ""


def texts_of(source: Mapping[str, Any], name: str) -> tuple[str, ...]:
    """The strings in the list of this name that are not blank."""
    value = source.get(name)
    texts = value if isinstance(value, list) else []
    return tuple(item for item in texts if isinstance(item, str) and item.strip())


def count_of(source: Mapping[str, Any], name: str) -> int | None:
    """The field as a whole number from 0 to below 10**15, also where it is written as a string; None for another."""
    value = source.get(name)
    if isinstance(value, str) and value.isascii() and value.isdecimal() and len(value) < 16:  # noqa: PLR2004 - as many digits
        return int(value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return int(value) if 0 <= value < 1e15 else None  # noqa: PLR2004 - this leaves out nan and inf too
