"""Knows the request that each turn of this process lives in, and cuts the turn when the daemon drops the request.

The SDK answers no call after the end of the request (docs/platform/dify.md#request-lifetime), so the turn ends itself.
"""

from typing import Protocol

from cachetools import LRUCache

ENDS_REMEMBERED = 2_000


class Cancellable(Protocol):
    """A turn that runs in a request."""

    def cut(self) -> None:
        """The request is gone: neither Dify nor the plugin's storage answers any more."""


class CancellationRegistry:
    """One per process. Each request has its own name, which the relay gives."""

    def __init__(self) -> None:
        self._running: dict[str, Cancellable] = {}
        self._ended: LRUCache[str, None] = LRUCache(ENDS_REMEMBERED)

    def hold(self, request: str, turn: Cancellable) -> None:
        """Note that a turn runs in this request. If the request has ended already, the turn is cut."""
        if request in self._ended:
            turn.cut()
        else:
            self._running[request] = turn

    def release(self, request: str) -> None:
        """Forget the turn of this request: the turn has ended."""
        self._running.pop(request, None)

    def ended(self, request: str) -> None:
        """Note that the request has ended. A turn of the request that still runs, or begins later, is cut."""
        self._ended[request] = None
        if turn := self._running.pop(request, None):
            turn.cut()
