"""Faults that a test asks for: of the storage, and of requests to chosen paths."""

from dataclasses import dataclass
from typing import Any


@dataclass(slots=True)
class StorageFault:
    """`mode`: slow (by `seconds` of design), fail, full, silent (never answered). `ops`.

    Get, set, del, exist; empty: all.
    """

    mode: str
    seconds: float = 0.0
    ops: tuple[str, ...] = ()
    left: int | None = None


@dataclass(slots=True)
class RequestFault:
    """What happens to the next `left` requests whose path ends with `path` (None: all of them from now on).

    status   answered with `status` and `body`; the plugin never sees it
    reset    the connection is reset unanswered; the plugin never sees it
    hang     taken and never answered, until the client leaves; the plugin never sees it
    late     the plugin runs, but the response is held back for `seconds`, or until the client leaves
    orphan   as late, and the session outlives its client, as behind a proxy that keeps its own connection
    """

    path: str
    how: str
    left: int | None = None
    status: int = 503
    body: str = ""
    seconds: float = 3600.0


class Faults:
    """Those in force."""

    def __init__(self) -> None:
        self.storage: list[StorageFault] = []
        self.requests: list[RequestFault] = []

    def for_storage(self, op: str) -> StorageFault | None:
        """Take the fault for one storage call."""
        for fault in self.storage:
            if not fault.ops or op in fault.ops:
                self._use(self.storage, fault)
                return fault
        return None

    def for_request(self, path: str) -> RequestFault | None:
        """Take the fault for one request."""
        for fault in self.requests:
            if path.endswith(fault.path):
                self._use(self.requests, fault)
                return fault
        return None

    @staticmethod
    def _use(faults: list[Any], fault: Any) -> None:
        if fault.left is not None:
            fault.left -= 1
            if fault.left <= 0:
                faults.remove(fault)

    def clear(self) -> None:
        """None any more."""
        self.storage.clear()
        self.requests.clear()
