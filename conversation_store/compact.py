"""A record as few bytes of JSON: about 150 for a usual thread, because the storage quota counts them.

Slack's timestamps become microseconds in base 36, each but the first as the step from the one before; a
UUID becomes 22 characters. What does not have its usual shape is kept as it is behind a `~`.
Reading is tolerant: what is broken or unknown reads as absent, never as an error.
"""

import base64
import json
import re
import uuid
from collections.abc import Sequence
from typing import cast, get_args

from conversation_store.record import (
    FOLLOWERS_KEPT,
    HANDLED_KEPT,
    WAITING_KEPT,
    InFlight,
    ReplyMethod,
    ThreadRecord,
)

LONGEST = 128
"""Characters of any one value: longer ones are no ids and are not kept."""

_USUAL_TS = re.compile(r"[1-9][0-9]{0,11}\.[0-9]{6}")
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
_STEP = re.compile(r"-?[0-9a-z]{1,12}")
_ID_BYTES = 16


def to_json(record: ThreadRecord) -> str:
    """The record as compact JSON."""
    return dump(pack(record))


def from_json(text: str | bytes) -> ThreadRecord:
    """What `to_json` wrote; anything else reads as an empty record."""
    return unpack(load(text))


def dump(value: object) -> str:
    """JSON without a spare byte, ASCII only."""
    return json.dumps(value, separators=(",", ":"))


def load(text: str | bytes) -> object:
    """Any JSON; None for what is none."""
    try:
        return cast("object", json.loads(text))
    except (ValueError, RecursionError):
        return None


def pack(record: ThreadRecord) -> dict[str, object]:
    """Short names, empty fields left out."""
    packed: dict[str, object] = {
        "c": _pack_id(record.conversation_id),
        "h": _pack_times(record.handled[-HANDLED_KEPT:]),
        "i": _pack_in_flight(record.in_flight),
        "w": [_pack_in_flight(turn) for turn in record.waiting[-WAITING_KEPT:]],
        "f": _pack_users(record.followers[-FOLLOWERS_KEPT:]),
        "n": _pack_times(record.unasked[-HANDLED_KEPT:]),
        "a": _pack_times((record.last_answer_ts,)),
        "u": int(record.updated),
    }
    return {name: value for name, value in packed.items() if value}


def unpack(packed: object) -> ThreadRecord:
    """The reverse of `pack`, for anything."""
    if not isinstance(packed, dict):
        return ThreadRecord()
    return ThreadRecord(
        conversation_id=_unpack_id(_text(packed.get("c"))),
        handled=_unpack_times(packed.get("h"))[-HANDLED_KEPT:],
        in_flight=_unpack_in_flight(packed.get("i")),
        followers=tuple(filter(None, _text(packed.get("f"), 64 * FOLLOWERS_KEPT).split(",")))[
            -FOLLOWERS_KEPT:
        ],
        last_answer_ts=next(iter(_unpack_times(packed.get("a"))), ""),
        updated=_number(packed.get("u")),
        waiting=_unpack_waiting(packed.get("w")),
        unasked=_unpack_times(packed.get("n"))[-HANDLED_KEPT:],
    )


def _pack_id(conversation_id: str) -> str:
    try:
        known = uuid.UUID(conversation_id)
    except ValueError:
        known = None
    if known is not None and str(known) == conversation_id:
        return base64.urlsafe_b64encode(known.bytes).decode().rstrip("=")
    return f"~{conversation_id}" if 0 < len(conversation_id) < LONGEST else ""


def _unpack_id(packed: str) -> str:
    if packed.startswith("~"):
        return packed[1:]
    try:
        raw = base64.urlsafe_b64decode(packed + "==")
    except ValueError:
        return ""
    return str(uuid.UUID(bytes=raw)) if len(raw) == _ID_BYTES else ""


def _pack_times(times: Sequence[str]) -> str:
    steps, before = [], 0
    for ts in times:
        if _USUAL_TS.fullmatch(ts):
            micros = int(ts.replace(".", ""))
            steps.append(_base36(micros - before))
            before = micros
        elif 0 < len(ts) < LONGEST and "," not in ts:
            steps.append(f"~{ts}")
    return ",".join(steps)


def _unpack_times(packed: object) -> tuple[str, ...]:
    times, micros = [], 0
    for step in _text(packed, HANDLED_KEPT * (LONGEST + 1)).split(","):
        if step.startswith("~"):
            times.append(step[1:])
        elif _STEP.fullmatch(step):
            micros += int(step, 36)
            times.append(f"{micros // 1_000_000}.{micros % 1_000_000:06d}")
    return tuple(times)


def _base36(number: int) -> str:
    digits, rest = "", abs(number)
    while rest or not digits:
        rest, digit = divmod(rest, 36)
        digits = _DIGITS[digit] + digits
    return f"-{digits}" if number < 0 else digits


def _pack_users(users: Sequence[str]) -> str:
    return ",".join(user for user in users if 0 < len(user) <= 32 and "," not in user)  # noqa: PLR2004 - U… ids have 9 to 13


def _pack_in_flight(turn: InFlight | None) -> list[object] | None:
    if turn is None:
        return None
    fields = (turn.ts, turn.holder, turn.method, turn.message_ts, turn.channel, turn.thread_ts)
    packed = [int(turn.started), *(text[:LONGEST] for text in fields)]
    if turn.streams:
        return [*packed, turn.leg, _pack_times(turn.streams[-HANDLED_KEPT:])]
    return [*packed, turn.leg] if turn.leg else packed


def _unpack_in_flight(packed: object) -> InFlight | None:
    if not isinstance(packed, list) or len(packed) not in {7, 8, 9}:  # as packed above
        return None
    ts, holder, method, message_ts, channel, thread_ts = (_text(value) for value in packed[1:7])
    known = cast("ReplyMethod", method if method in get_args(ReplyMethod) else "")
    leg, streams = [*packed[7:], 0, ""][:2]
    return InFlight(
        ts,
        _number(packed[0]),
        holder,
        known,
        message_ts,
        channel,
        thread_ts,
        int(_number(leg)),
        _unpack_times(streams),
    )


def _unpack_waiting(packed: object) -> tuple[InFlight, ...]:
    turns = map(_unpack_in_flight, packed[-WAITING_KEPT:]) if isinstance(packed, list) else ()
    return tuple(turn for turn in turns if turn is not None)


def _text(value: object, longest: int = LONGEST) -> str:
    return value if isinstance(value, str) and len(value) <= longest else ""


def _number(value: object) -> float:
    usual = isinstance(value, int) and not isinstance(value, bool) and abs(value) < 2**53
    return float(cast("int", value)) if usual else 0.0
