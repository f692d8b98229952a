"""What happened, for tests to read: lines the plugin wrote, and the daemon's own notes."""

import time
from collections import deque
from typing import Any

KEPT = 20_000


class Journal:
    """The last entries: {at, kind, process, ...}; kind is log, error, stderr, stdout or daemon."""

    def __init__(self) -> None:
        self._entries: deque[dict[str, Any]] = deque(maxlen=KEPT)

    def note(self, kind: str, process: int = -1, **what: Any) -> None:
        """Add an entry."""
        self._entries.append({"at": time.time(), "kind": kind, "process": process, **what})

    def entries(self, kind: str | None = None, since: float = 0.0) -> list[dict[str, Any]]:
        """Give the entries of a kind, or all, after a moment of the wall's epoch."""
        return [e for e in self._entries if (kind is None or e["kind"] == kind) and e["at"] > since]

    def clear(self) -> None:
        """Forget them."""
        self._entries.clear()
