"""How much one person may ask, and how often one thread may be answered.

Counted by each process for itself, in memory: enough against a flood and against bots that answer each other.
"""

from collections import deque
from dataclasses import dataclass, field

from cachetools import TTLCache

from clock import Clock

NAMES = 20_000


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `count` in any `seconds`."""

    count: int
    seconds: float


# Nobody types that fast for long. A person with a script gets the tenth of what one process carries.
PER_USER = (Limit(20, 60.0), Limit(120, 600.0))
# Two bots that answer each other are cut here; a lively thread of people stays below.
PER_THREAD = (Limit(30, 600.0),)


@dataclass(slots=True)
class _Account:
    """When the latest were let in, and until when nothing more needs saying."""

    times: deque[float] = field(default_factory=deque)
    told_until: float = float("-inf")


@dataclass(frozen=True, slots=True)
class Over:
    """Too much. `first`: nobody was told so yet while this limit holds."""

    first: bool


class SlidingWindow:
    """One per process and kind of name; forgets names that are silent."""

    def __init__(self, limits: tuple[Limit, ...], clock: Clock, names: int = NAMES) -> None:
        self._limits = limits
        self._clock = clock
        longest = max(limit.seconds for limit in limits)
        self._accounts: TTLCache[str, _Account] = TTLCache(names, 2 * longest, timer=clock.now)
        self._longest = longest

    def take(self, name: str) -> Over | None:
        """One more; None when it is within the limits. What is too much does not count."""
        now = self._clock.now()
        account = self._accounts.get(name) or _Account()
        self._accounts[name] = account
        while account.times and account.times[0] <= now - self._longest:
            account.times.popleft()
        ends = [end for end in (self._full_until(account, limit, now) for limit in self._limits) if end]
        if not ends:
            account.times.append(now)
            return None
        first = now >= account.told_until
        if first:
            account.told_until = max(ends)
        return Over(first=first)

    @staticmethod
    def _full_until(account: _Account, limit: Limit, now: float) -> float | None:
        """When there is room again; None if there is now."""
        if len(account.times) < limit.count:
            return None
        oldest = account.times[-limit.count]
        return oldest + limit.seconds if oldest > now - limit.seconds else None
