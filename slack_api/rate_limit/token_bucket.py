"""A token bucket that also stays below Slack's limit in every period of 60 s, and that slows down after a 429."""

from collections import deque

from slack_api.rate_limit.tiers import MINUTE, Tier

SKEW = 0.5  # seconds by which Slack may see our calls closer together than we sent them
# Share of the documented rate in the long run: each of N messages waits at most N x 60/tier x 1.2 s.
PACE = 0.94
FILL = 0.98  # share of the documented rate in any period of 60 s
TINY = 1e-6

SLOWER = 0.75  # one 429 multiplies the rate by this
SLOWEST = 0.2
RECOVERY = 0.15 / MINUTE  # share of the full rate that comes back per second


class TokenBucket:
    """Gives calls at a little less than the rate of `tier`. All times are seconds of `Clock.now()`."""

    def __init__(self, tier: Tier, now: float) -> None:
        self._rate = tier.per_minute * PACE / MINUTE
        self._burst = float(tier.burst)
        self._tokens = self._burst
        self._in_minute: deque[float] = deque(maxlen=max(1, int(tier.per_minute * FILL)))
        self._share = 1.0
        self._seen = now
        self._paused_until = now

    def calls_per_second(self, now: float) -> float:
        """Calls per second that can be expected from now on."""
        self._refill(now)
        return self._rate * self._share

    def ready_at(self, now: float) -> float:
        """The earliest time at which the next call may be sent; `now` if a call may be sent at once."""
        self._refill(now)
        waits = [now, self._paused_until]
        if self._tokens < 1.0 - TINY:
            waits.append(max(now, self._paused_until) + (1.0 - self._tokens) / (self._rate * self._share))
        if len(self._in_minute) == self._in_minute.maxlen:
            waits.append(self._in_minute[0] + MINUTE + SKEW)
        return max(waits)

    def spend(self, now: float) -> None:
        """Count one call. The caller has checked that `ready_at` is not after `now`."""
        self._refill(now)
        self._tokens = max(0.0, self._tokens - 1.0)
        self._in_minute.append(now)

    def give_back(self, spent_at: float, now: float) -> None:
        """Uncount the call of `spent_at`, which was not sent."""
        self._refill(now)
        if now >= self._paused_until:
            self._tokens = min(self._burst, self._tokens + 1.0)
        if spent_at in self._in_minute:
            self._in_minute.remove(spent_at)

    def pause(self, now: float, retry_after: float) -> None:
        """Send nothing for the `retry_after` seconds of a 429, then fewer calls. More 429 in one pause count as one."""
        self._refill(now)
        if now >= self._paused_until:
            self._share = max(SLOWEST, self._share * SLOWER)
        self._paused_until = max(self._paused_until, now + retry_after)
        self._tokens = 0.0

    def is_idle(self, now: float) -> bool:
        """Whether a new bucket would behave in the same way."""
        idle = not self._in_minute or self._in_minute[-1] + MINUTE + SKEW <= now
        return idle and self.ready_at(now) <= now and self._share >= 1.0

    def _refill(self, now: float) -> None:
        """Add the tokens and the share of the full rate that came back since the last call, pauses left out."""
        rested = now - max(self._seen, self._paused_until)
        self._seen = max(self._seen, now)
        if rested <= 0:
            return
        self._tokens = min(self._burst, self._tokens + rested * self._rate * self._share)
        self._share = min(1.0, self._share + rested * RECOVERY)
