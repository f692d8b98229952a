"""Limits how many files a process holds in memory at once, and shares the places out among the hooks."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from weakref import WeakValueDictionary

from gevent.lock import BoundedSemaphore


@dataclass(frozen=True, slots=True)
class HookTransfers:
    """The places of a process, for one hook."""

    own: BoundedSemaphore
    shared: BoundedSemaphore

    @contextmanager
    def place(self) -> Iterator[None]:
        """Wait for a place for one file, and hold it."""
        with self.own, self.shared:
            yield


class Transfers:
    """One per process: at most `places` files at once, and at most `of_a_hook` of one hook.

    A hook with `of_a_hook` files waits before it asks for another place. So no hook waits for more than `of_a_hook`
    files of another hook, and each of these files has a time limit of its own.
    """

    def __init__(self, places: int, of_a_hook: int) -> None:
        self._places = BoundedSemaphore(places)
        self._of_a_hook = of_a_hook
        self._hooks: WeakValueDictionary[str, BoundedSemaphore] = WeakValueDictionary()

    def of(self, hook_id: str) -> HookTransfers:
        """The places of the process, for one hook. A hook is forgotten when nothing holds its places."""
        own = self._hooks.setdefault(hook_id, BoundedSemaphore(self._of_a_hook))
        return HookTransfers(own, self._places)
