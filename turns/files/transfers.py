"""Limits how many files a process holds in memory at once, and shares the places out among the hooks."""

from collections import Counter
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager

from gevent.lock import BoundedSemaphore


class Transfers:
    """One per process: at most `places` files at once, and at most `of_a_hook` of one hook.

    A hook with `of_a_hook` files waits before it asks for another place. So no hook waits for more than `of_a_hook`
    files of another hook, and each of these files has a time limit of its own.
    """

    def __init__(self, places: int, of_a_hook: int) -> None:
        self._places = BoundedSemaphore(places)
        self._of_a_hook = of_a_hook
        self._hooks: dict[str, BoundedSemaphore] = {}
        self._users: Counter[str] = Counter()  # of each hook: how many greenlets hold a place or wait for one

    def of(self, hook_id: str) -> "HookTransfers":
        """The places of the process, for one hook."""
        return HookTransfers(self, hook_id)

    @contextmanager
    def place(self, hook_id: str) -> Iterator[None]:
        """Wait for a place, and hold it."""
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
    """The places of a process, for one hook."""

    def __init__(self, transfers: Transfers, hook_id: str) -> None:
        self._transfers = transfers
        self._hook_id = hook_id

    def place(self) -> AbstractContextManager[None]:
        """Wait for a place for one file, and hold it."""
        return self._transfers.place(self._hook_id)
