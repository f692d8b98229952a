"""How a Web API method says no."""

from typing import Any


class Refused(Exception):
    """Becomes `{"ok": false, "error": …}` with HTTP 200; `details` are further fields of that answer."""

    def __init__(self, error: str, **details: Any) -> None:
        super().__init__(error)
        self.error = error
        self.details = details
