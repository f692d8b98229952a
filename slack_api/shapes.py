"""Reading what Slack sends: any field may be missing or of another kind."""

from typing import Any


def mapping(value: Any) -> dict[str, Any]:
    """The object, or an empty one."""
    return value if isinstance(value, dict) else {}


def text(value: Any) -> str:
    """The string, or an empty one."""
    return value if isinstance(value, str) else ""
