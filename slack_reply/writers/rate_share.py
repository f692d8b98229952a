"""One answer's share of the workspace's rate limits: its writers ask here before every call."""

from collections.abc import Callable

from slack_api import RateLimiter
from slack_reply.writers.writer import ReplyTarget, SlackAway

# Seconds that a text waits for the rate limiter. An unfinished text stops waiting once its answer is over: see `over`.
RATE_LIMIT_TIMEOUT = 300.0
OTHER_METHOD_RETRY_AFTER = 1.0  # seconds: this method got no call in time, another method may


class RateShare:
    """`over` returns True once the answer is complete or its time is up: then no unfinished text waits any longer."""

    def __init__(self, limiter: RateLimiter, target: ReplyTarget) -> None:
        self._limiter = limiter
        self._target = target
        self._ahead: set[str] = set()
        self._final = False
        self.over: Callable[[], bool] = lambda: False
        self.patience = RATE_LIMIT_TIMEOUT
        """Seconds that a text waits for the rate limiter at most."""

    def try_take(self, method: str) -> bool:
        """Acquire one call if the rate limiter grants it at once."""
        return self._limiter.try_acquire(self._target.account, method, self._target.key)

    def granted(
        self, method: str, timeout: float, *, final: bool = False, trailing: bool = False, channel: str = ""
    ) -> bool:
        """Wait up to `timeout` seconds for one call. False: the call was not granted, and nothing may be sent."""
        target = self._target
        return self._limiter.acquire(
            target.account,
            method,
            target.key,
            timeout=timeout,
            final=final,
            trailing=trailing,
            channel=channel,
        )

    def ahead(self, method: str, *, final: bool) -> None:
        """Acquire the next call before its text is read. Raises SlackAway if the call is not granted."""
        self._ahead.discard(method)
        self._final = final
        self._wait(method)
        self._ahead.add(method)

    def spend(self, method: str) -> None:
        """Use the call that `ahead` acquired, or acquire one. Raises SlackAway if the call is not granted."""
        if method in self._ahead:
            self._ahead.discard(method)
        else:
            self._wait(method)

    def interval(self, method: str) -> float:
        """Seconds between two calls of the same message, if this answer joined the method."""
        return self._limiter.call_interval(self._target.account, method)

    def join(self, method: str) -> None:
        """Count the message, which has just been shown, as written by this method from now on."""
        self._limiter.add_message(self._target.account, method, self._target.key)

    def leave(self, *methods: str) -> None:
        """Stop counting the message for these methods."""
        for method in methods:
            self._limiter.remove_message(self._target.account, method, self._target.key)

    def _wait(self, method: str) -> None:
        target, final = self._target, self._final
        over = None if final else self.over
        timeout = min(self.patience, RATE_LIMIT_TIMEOUT)
        if not self._limiter.acquire(
            target.account, method, target.key, timeout=timeout, final=final, cancelled=over
        ):
            raise SlackAway(OTHER_METHOD_RETRY_AFTER)
