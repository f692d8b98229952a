"""How records are written: one as JSON text, several as compressed JSON of a bounded size. Pure.

Reading never raises: broken or unknown content, such as that of release 0.1.0, is an empty record, no turn or an empty
list. zlib finds the names, the digits and the ids that records have in common.
"""

import json
import zlib
from collections.abc import Sequence
from typing import Any

from pydantic import TypeAdapter, ValidationError

from conversation_store.record import OpenTurn, ThreadRecord
from json_fields import parsed

LONGEST = 128
"""Characters of any one text in a record. A longer text is no id and is left out."""

_RECORD = TypeAdapter(ThreadRecord)
_TURN = TypeAdapter(OpenTurn)


def dump(value: object) -> str:
    """JSON without blanks, ASCII only."""
    return json.dumps(value, separators=(",", ":"))


def record_fields(record: ThreadRecord) -> dict[str, object]:
    """The record as JSON can carry it, by field name. Empty fields are left out."""
    fields = _RECORD.dump_python(record)
    return {name: kept for name, value in fields.items() if (kept := _without_long_texts(value))}


def record_from(fields: object) -> ThreadRecord:
    """The reverse of `record_fields`."""
    try:
        return _RECORD.validate_python(fields)
    except ValidationError:
        return ThreadRecord()


def turn_fields(turn: OpenTurn) -> dict[str, object]:
    """The turn as JSON can carry it, by field name."""
    fields: dict[str, object] = _TURN.dump_python(turn)
    return fields


def turn_from(fields: object) -> OpenTurn | None:
    """The reverse of `turn_fields`."""
    try:
        return _TURN.validate_python(fields)
    except ValidationError:
        return None


def compressed(items: Sequence[object], limit: int) -> bytes:
    """As many of the items as fit into `limit` bytes; the first items are kept."""
    kept = len(items)
    while True:
        content = zlib.compress(dump(items[:kept]).encode("ascii"))
        if len(content) <= limit or not kept:
            return content
        kept = min(kept - 1, kept * limit // len(content))


def decompressed(content: bytes | None) -> list[Any]:
    """What `compressed` kept."""
    try:
        items = parsed(zlib.decompress(content or b""))
    except zlib.error:
        return []
    return items if isinstance(items, list) else []


def _without_long_texts(value: object) -> object:
    match value:
        case str():
            return value if len(value) <= LONGEST else ""
        case tuple():
            return [kept for part in value if (kept := _without_long_texts(part))]
        case dict():
            return {name: _without_long_texts(part) for name, part in value.items()}
        case _:
            return value
