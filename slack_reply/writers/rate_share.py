"""One answer's share of what Slack lets the workspace do: every call of its writers takes here first."""

from collections.abc import Callable

from slack_api import RateLimiter
from slack_reply.writers.writer import ReplyTarget, SlackAway

# Seconds that a text waits for the rate budget. A flush on the way stops waiting when its answer is over: see `over`.
RATE_LIMIT_TIMEOUT = 300.0
OTHER_METHOD_RETRY_AFTER = 1.0  # seconds: the budget of this method gave no call, that of another may


class RateShare:
    """`over` says that the answer is whole by now, or its time up: no flush on the way waits any longer then."""

    def __init__(self, budget: RateLimiter, place: ReplyTarget) -> None:
        self._budget = budget
        self._place = place
        self._ahead: set[str] = set()
        self._final = False
        self.over: Callable[[], bool] = lambda: False
        self.patience = RATE_LIMIT_TIMEOUT
        """Seconds that a text waits for its turn at most."""

    def try_take(self, method: str) -> bool:
        """Take if that is possible at once."""
        return self._budget.try_acquire(self._place.account, method, self._place.key)

    def granted(
        self, method: str, timeout: float, *, final: bool = False, trailing: bool = False, channel: str = ""
    ) -> bool:
        """Wait for a turn. False: it did not come, and nothing may be sent."""
        place = self._place
        return self._budget.acquire(
            place.account,
            method,
            place.key,
            timeout=timeout,
            final=final,
            trailing=trailing,
            channel=channel,
        )

    def ahead(self, method: str, *, final: bool) -> None:
        """Wait for the turn of the next call before its text is read. Raises SlackAway."""
        self._ahead.discard(method)
        self._final = final
        self._wait(method)
        self._ahead.add(method)

    def spend(self, method: str) -> None:
        """The call goes out now: with the turn that was taken ahead, or with one more. Raises SlackAway."""
        if method in self._ahead:
            self._ahead.discard(method)
        else:
            self._wait(method)

    def interval(self, method: str) -> float:
        """Seconds between two calls of one message, if this one joined."""
        return self._budget.call_interval(self._place.account, method)

    def join(self, method: str) -> None:
        """The message is written by this method from now on, and shown just now."""
        self._budget.add_message(self._place.account, method, self._place.key)

    def leave(self, *methods: str) -> None:
        """It makes no more of these calls."""
        for method in methods:
            self._budget.remove_message(self._place.account, method, self._place.key)

    def _wait(self, method: str) -> None:
        place, final = self._place, self._final
        over = None if final else self.over
        timeout = min(self.patience, RATE_LIMIT_TIMEOUT)
        if not self._budget.acquire(
            place.account, method, place.key, timeout=timeout, final=final, cancelled=over
        ):
            raise SlackAway(OTHER_METHOD_RETRY_AFTER)
