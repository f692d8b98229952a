"""The request that each turn of this process lives in, and what happens when the daemon drops it.

A session ends with its HTTP request, and what the SDK is asked afterwards is never answered
(docs/platform/dify.md#request-lifetime). Whoever keeps the request open sees its end, and cuts the turn, which then
ends itself honestly.
"""

from typing import Protocol

from cachetools import LRUCache

ENDS_REMEMBERED = 2_000


class Cancellable(Protocol):
    """What runs in a request."""

    def cut(self) -> None:
        """The request is gone: neither Dify nor the plugin's storage answers any more."""


class CancellationRegistry:
    """One per process. Each request has a name of its own."""

    def __init__(self) -> None:
        self._running: dict[str, Cancellable] = {}
        self._ended: LRUCache[str, None] = LRUCache(ENDS_REMEMBERED)

    def hold(self, request: str, turn: Cancellable) -> None:
        """A turn runs in this request. The turn is cut, at most once, if the request ends, or has ended, before it."""
        if request in self._ended:
            turn.cut()
        else:
            self._running[request] = turn

    def release(self, request: str) -> None:
        """The turn has ended."""
        self._running.pop(request, None)

    def ended(self, request: str) -> None:
        """The request has ended: as it should, unless its turn still runs here, or is about to begin."""
        self._ended[request] = None
        turn = self._running.pop(request, None)
        if turn is not None:
            turn.cut()
