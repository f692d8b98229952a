"""The daemon's own JSON answers, to the letter (its internal/types/exception and pkg/entities)."""

import json
from decimal import Decimal
from typing import Any

INTERNAL = "PluginDaemonInternalServerError"
BAD_REQUEST = "PluginDaemonBadRequestError"
NOT_FOUND = "PluginDaemonNotFoundError"
CONNECTION_CLOSED = "ConnectionClosedError"
# From here on Go writes a whole number with an exponent.
_EXPONENT = 1e21


def go_json(value: object) -> str:
    """JSON as Go's encoding/json writes it: compact, with <, > and & escaped."""
    text = json.dumps(value, separators=(",", ":"), ensure_ascii=False)
    return text.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")


def through_go(value: Any) -> Any:
    """What Go's map[string]any makes of JSON: keys sorted, every number a float64."""
    if isinstance(value, dict):
        return {key: through_go(value[key]) for key in sorted(value)}
    if isinstance(value, list):
        return [through_go(item) for item in value]
    if isinstance(value, bool) or not isinstance(value, int | float):
        return value
    number = float(value)
    return int(Decimal(repr(number))) if number.is_integer() and abs(number) < _EXPONENT else number


def error_body(message: str, error_type: str = INTERNAL, code: int = -500) -> bytes:
    """Wrap a message twice, as ToResponse does."""
    inner = go_json({"message": message, "error_type": error_type, "args": None})
    return go_json({"code": code, "message": inner, "data": None}).encode()


def plugin_error(error_type: str, message: str, args: object) -> str:
    """The text of an error that the plugin sent for a session."""
    return go_json({"args": args, "error_type": error_type, "message": message})


KILLED = error_body("killed by timeout")
NO_ROUTE = b'{"code":"not_found","message":"route not found"}'
NO_NODE = error_body("no available node, plugin runtime not found")
UNKNOWN_HOOK = error_body("endpoint not found", BAD_REQUEST, -400)
DISABLED_HOOK = error_body("endpoint not found", NOT_FOUND, -404)
