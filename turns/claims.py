"""Which messages this process has taken, exactly: the thread's record says it for all processes, a moment later."""

from cachetools import TTLCache

from clock import Clock

# Slack's last regular retry comes after six minutes (field/slack.md §1.2); the record keeps the claim for longer.
KEPT_SECONDS = 900.0


class Claims:
    """One per process. Whatever was taken may be taken again after `seconds`."""

    def __init__(self, clock: Clock, seconds: float = KEPT_SECONDS) -> None:
        self._taken: TTLCache[str, bool] = TTLCache(maxsize=100_000, ttl=seconds, timer=clock.now)

    def take(self, name: str) -> bool:
        """True for whoever comes first."""
        if name in self._taken:
            return False
        self._taken[name] = True
        return True

    def give_back(self, name: str) -> None:
        """Whoever took it could not keep it: the next one may."""
        self._taken.pop(name, None)
