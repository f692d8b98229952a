"""The record of the endpoint requests, for tests to read."""

import time
from dataclasses import dataclass
from typing import Any


@dataclass(slots=True)
class Entry:
    """Times are the wall's epoch seconds, 0 until they happen.

    `outcome`: "" while it runs, complete, left (the client went first), killed (by the 600 s), error (the
    plugin's or the daemon's own), refused (by a fault that a test asked for), dropped (by a restart).
    """

    number: int
    hook_id: str
    method: str
    path: str
    started: float
    status: int = 0
    first_byte: float = 0.0
    ended: float = 0.0
    bytes_out: int = 0
    process: int = -1
    outcome: str = ""


def _as_json(entry: Entry) -> dict[str, Any]:
    return {name: getattr(entry, name) for name in entry.__slots__}


class RequestsLog:
    """All requests, in order."""

    def __init__(self) -> None:
        self._all: list[Entry] = []

    def begin(self, hook_id: str, method: str, path: str) -> Entry:
        """Note a request."""
        entry = Entry(len(self._all), hook_id, method, path, time.time())
        self._all.append(entry)
        return entry

    @staticmethod
    def end(entry: Entry, outcome: str) -> None:
        """Note its end; the first outcome stands."""
        if not entry.outcome:
            entry.outcome = outcome
            entry.ended = time.time()

    def as_json(self, since: int = 0, path: str = "") -> list[dict[str, Any]]:
        """Give those from number `since` on, of one path if given."""
        return [_as_json(entry) for entry in self._all[since:] if not path or entry.path == path]

    def clear(self) -> None:
        """Forget them."""
        self._all.clear()
