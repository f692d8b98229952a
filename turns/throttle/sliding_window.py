"""Limits how much one person may ask, and how often one thread may be answered. Each process counts for itself."""

from collections.abc import Sequence
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
PER_THREAD_OF_BOTS = (Limit(10, 3600.0),)  # workflows and apps that the admin trusts


@dataclass(slots=True)
class _Account:
    """The times of the latest accepted messages, and the time until which no refusal needs to be told again."""

    times: list[float] = field(default_factory=list)
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

    def take(self, name: str) -> Over | None:
        """Count one more message; None when it is within the limits. A refused message is not counted."""
        now = self._clock.now()
        most = max(limit.count for limit in self._limits)
        account = self._accounts.get(name) or _Account()
        self._accounts[name] = account
        full_until = self._full_until(account.times, now)
        if full_until <= now:
            account.times = [*account.times, now][-most:]
            return None
        first = now >= account.told_until
        if first:
            account.told_until = full_until
        return Over(first=first)

    def is_full(self, name: str) -> bool:
        """Whether `take` would refuse one more message now. Counts nothing."""
        now, account = self._clock.now(), self._accounts.get(name)
        return account is not None and self._full_until(account.times, now) > now

    def _full_until(self, times: Sequence[float], now: float) -> float:
        reached = [limit for limit in self._limits if limit.count <= len(times)]
        return max((times[-limit.count] + limit.seconds for limit in reached), default=now)
