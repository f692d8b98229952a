"""How many files a process holds in memory at once, and how hooks share the places."""

from collections import Counter
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager

from gevent.lock import BoundedSemaphore


class Transfers:
    """One per process: at most `places` files at once, and at most `of_a_hook` of one hook.

    A hook that wants more waits before it asks for a place, so it stands before another hook with no more than
    `of_a_hook` files, each of which has a time limit of its own.
    """

    def __init__(self, places: int, of_a_hook: int) -> None:
        self._places = BoundedSemaphore(places)
        self._of_a_hook = of_a_hook
        self._hooks: dict[str, BoundedSemaphore] = {}
        self._users: Counter[str] = Counter()  # of each hook: those who hold a place and those who wait

    def of(self, hook_id: str) -> "HookTransfers":
        """The places as one hook gets them."""
        return HookTransfers(self, hook_id)

    @contextmanager
    def place(self, hook_id: str) -> Iterator[None]:
        """Hold one place; waits for it."""
        own = self._hooks.setdefault(hook_id, BoundedSemaphore(self._of_a_hook))
        self._users[hook_id] += 1
        try:
            with own, self._places:
                yield
        finally:
            self._users[hook_id] -= 1
            if not self._users[hook_id]:
                del self._users[hook_id], self._hooks[hook_id]


class HookTransfers:
    """The places of a process as one hook gets them."""

    def __init__(self, transfers: Transfers, hook_id: str) -> None:
        self._transfers = transfers
        self._hook_id = hook_id

    def place(self) -> AbstractContextManager[None]:
        """Hold one place for one file; waits for it."""
        return self._transfers.place(self._hook_id)
