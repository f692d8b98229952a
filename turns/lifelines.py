"""The request that each turn of this process lives in, and what happens when the daemon drops it.

A session ends with its HTTP request, and what the SDK is asked afterwards is never answered (field/dify.md §0).
Whoever keeps the request open sees its end, and cuts the turn, which then ends itself honestly.
"""

from collections.abc import Callable


class Lifelines:
    """One per process. A leg's name is that of its request."""

    def __init__(self) -> None:
        self._cuts: dict[str, Callable[[], None]] = {}

    def hold(self, leg: str, cut: Callable[[], None]) -> None:
        """The leg runs; `cut` is called, at most once, if its request ends before it."""
        self._cuts[leg] = cut

    def release(self, leg: str) -> None:
        """The leg has ended."""
        self._cuts.pop(leg, None)

    def ended(self, leg: str) -> None:
        """The leg's request has ended: as it should, unless the leg still runs here."""
        cut = self._cuts.pop(leg, None)
        if cut is not None:
            cut()
