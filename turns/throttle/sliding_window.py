"""Limits how much one person may ask, and how often one thread may be answered.

Each process counts for itself, in memory. This is enough against a flood and against bots that answer each other.
"""

from collections import deque
from dataclasses import dataclass, field

from cachetools import TTLCache

from clock import Clock

NAMES = 20_000


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `count` messages within any `seconds`."""

    count: int
    seconds: float


# No person types that fast for long. A script gets at most a tenth of what one process can answer.
PER_USER = (Limit(20, 60.0), Limit(120, 600.0))
# This stops two bots that answer each other; a busy thread of people stays below the limit.
PER_THREAD = (Limit(30, 600.0),)


@dataclass(slots=True)
class _Account:
    """The times of the latest accepted messages, and the time until which the refusal need not be told again."""

    times: deque[float] = field(default_factory=deque)
    told_until: float = float("-inf")


@dataclass(frozen=True, slots=True)
class Over:
    """The name is over a limit. `first`: this refusal is the first one since the limit was reached."""

    first: bool


class SlidingWindow:
    """One per process and kind of name. It forgets a name that was not used for twice the longest limit."""

    def __init__(self, limits: tuple[Limit, ...], clock: Clock, names: int = NAMES) -> None:
        self._limits = limits
        self._clock = clock
        longest = max(limit.seconds for limit in limits)
        self._accounts: TTLCache[str, _Account] = TTLCache(names, 2 * longest, timer=clock.now)
        self._longest = longest

    def take(self, name: str) -> Over | None:
        """Count one more message; None when it is within the limits. A refused message is not counted."""
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
        """The clock's `now` at which there is room again; None if there is room already."""
        if len(account.times) < limit.count:
            return None
        oldest = account.times[-limit.count]
        return oldest + limit.seconds if oldest > now - limit.seconds else None
