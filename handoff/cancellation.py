"""The request that each turn of this process lives in, and what happens when the daemon drops it.

A session ends with its HTTP request, and what the SDK is asked afterwards is never answered (field/dify.md §0).
Whoever keeps the request open sees its end, and cuts the turn, which then ends itself honestly.
"""

from collections.abc import Callable

from cachetools import LRUCache

ENDS_REMEMBERED = 2_000


class CancellationRegistry:
    """One per process. Each request has a name of its own."""

    def __init__(self) -> None:
        self._cuts: dict[str, Callable[[], None]] = {}
        self._ended: LRUCache[str, None] = LRUCache(ENDS_REMEMBERED)

    def hold(self, request: str, cut: Callable[[], None]) -> None:
        """A turn runs in this request; `cut` is called, at most once, if that ends, or has ended, before it."""
        if request in self._ended:
            cut()
        else:
            self._cuts[request] = cut

    def release(self, request: str) -> None:
        """The turn has ended."""
        self._cuts.pop(request, None)

    def ended(self, request: str) -> None:
        """The request has ended: as it should, unless its turn still runs here, or is about to begin."""
        self._ended[request] = None
        cut = self._cuts.pop(request, None)
        if cut is not None:
            cut()
