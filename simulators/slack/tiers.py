"""Rate tiers: per method, per workspace and per app, which is one token bucket per method here.

Source: docs/platform/slack.md#rate-tiers.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

# "1 msg/s/channel, short bursts tolerated" (docs/platform/slack.md#posting-rate)
POST_CHANNEL_RATE, POST_CHANNEL_BURST = 1.0, 5.0
POST_WORKSPACE_MINUTE = 300  # "several hundred messages per minute" (docs/platform/slack.md#posting-rate)


@dataclass(slots=True)
class Bucket:
    """`rate` tokens a design second, at most `size`."""

    rate: float
    size: float
    level: float
    at: float

    def wait(self, now: float) -> float:
        """Fill up; seconds until there is a token, 0 if there is one."""
        self.level = min(self.size, self.level + (now - self.at) * self.rate)
        self.at = now
        return 0.0 if self.level >= 1 else (1 - self.level) / self.rate


class Tiers:
    """`burst` is the share of a minute's calls that may come at once."""

    def __init__(self, now: Callable[[], float], burst: float) -> None:
        self._now = now
        self._burst = burst
        self._buckets: dict[str, Bucket] = {}

    def take(self, method: str, tier: int, channel: str) -> int | None:
        """None when the call may pass; else `Retry-After`, whole design seconds."""
        now = self._now()
        buckets = self._of(method, tier, channel, now)
        wait = max((bucket.wait(now) for bucket in buckets), default=0.0)
        if wait > 0:
            return max(1, math.ceil(wait))
        for bucket in buckets:
            bucket.level -= 1
        return None

    def left(self) -> dict[str, tuple[float, float]]:
        """What each bucket in use holds now and at most, by the method, a blank and the channel if it has one."""
        now = self._now()
        for bucket in self._buckets.values():
            bucket.wait(now)
        return {key: (bucket.level, bucket.size) for key, bucket in self._buckets.items()}

    def _of(self, method: str, tier: int, channel: str, now: float) -> list[Bucket]:
        if method == "chat.postMessage":
            size = POST_WORKSPACE_MINUTE * self._burst
            return [
                self._bucket(f"{method} {channel}", POST_CHANNEL_RATE, POST_CHANNEL_BURST, now),
                self._bucket(method, POST_WORKSPACE_MINUTE / 60, size, now),
            ]
        return [self._bucket(method, tier / 60, max(1.0, tier * self._burst), now)] if tier else []

    def _bucket(self, key: str, rate: float, size: float, now: float) -> Bucket:
        return self._buckets.setdefault(key, Bucket(rate, size, size, now))
