"""Which messages this process has taken, exactly: the thread's record says it for all processes, a moment later."""

from cachetools import TTLCache

from clock import Clock

# Slack's last regular retry comes after six minutes (docs/platform/slack.md#event-retries); the record keeps the
# claim for longer.
KEPT_SECONDS = 900.0


class Claims:
    """One per process. Whatever was taken may be taken again after `seconds`.

    What is taken is not safe yet: whoever took it says so with `keep` when the thread's record knows of it.
    """

    def __init__(self, clock: Clock, seconds: float = KEPT_SECONDS) -> None:
        self._taken: TTLCache[str, bool] = TTLCache(maxsize=100_000, ttl=seconds, timer=clock.now)

    def take(self, name: str) -> bool:
        """True for whoever comes first."""
        if name in self._taken:
            return False
        self._taken[name] = False
        return True

    def keep(self, name: str) -> None:
        """The thread's record has it now, be it for us or for another process."""
        self._taken[name] = True

    def is_taken(self, name: str) -> bool:
        """Whether somebody took it, and has not given it back."""
        return name in self._taken

    def is_kept(self, name: str) -> bool:
        """Whether nobody needs to be asked again."""
        return self._taken.get(name, False)

    def give_back(self, name: str) -> None:
        """Whoever took it could not keep it: the next one may."""
        self._taken.pop(name, None)
