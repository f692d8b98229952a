"""The rate limiter that all turns of the process share, so that one turn's calls do not earn a 429 for another turn."""

from collections.abc import Callable

from clock import Clock
from slack_api.rate_limit.fair_queue import FairQueue, QueuedCall, Urgency
from slack_api.rate_limit.tiers import POST, POSTS_IN_CHANNEL, tier_of

BLINK = 0.001  # seconds: the shortest sleep
LOOK = 3.0  # seconds, at most, between two looks: `cancelled` ends a wait during a pause of minutes too
MANY = 1_000  # at this many fair queues the idle ones are dropped


class Waiters:
    """The callers that wait for one fair queue. When a call can be granted, one caller wakes and grants it for all.

    If each caller woke at that time, a crowd of N would wake N callers for each call.
    """

    def __init__(self, queue: FairQueue, clock: Clock) -> None:
        self.queue = queue
        self._clock = clock
        self._cancelled: dict[QueuedCall, Callable[[], bool]] = {}
        self._looking: QueuedCall | None = None
        self._next_look = 0.0
        self._asleep: set[QueuedCall] = set()  # their callers wake at a time of their own, and not by `woken`

    def wait(self, ticket: QueuedCall, deadline: float, cancelled: Callable[[], bool] | None) -> None:
        """Return when the ticket is granted, at `deadline`, or soon after `cancelled` returns True."""
        if cancelled is not None:
            self._cancelled[ticket] = cancelled
        while True:
            now = self._clock.now()
            self.queue.grant_ready(now)
            if ticket.granted or now >= deadline or (cancelled and cancelled()):
                return
            look = min(self.queue.next_grant_at(now), now + LOOK)
            if self._looking is None or self._looking is ticket or look < self._next_look:
                self._looking, self._next_look = ticket, look
                self._asleep.add(ticket)
                self._clock.sleep(max(BLINK, min(look, deadline) - now))
                self._asleep.discard(ticket)
                self._wake_cancelled()
            else:
                self._clock.wait(ticket.woken, deadline - now)
                ticket.woken.clear()

    def leave(self, ticket: QueuedCall) -> None:
        """End a caller's wait. If no caller is left that wakes for all, the one that has waited longest does."""
        self.queue.remove(ticket)
        self._cancelled.pop(ticket, None)
        self._asleep.discard(ticket)
        if self._looking is ticket:
            self._looking = None
        if self._looking is None:
            successor = next((one for one in self.queue.waiting if one not in self._asleep), None)
            if successor:
                successor.woken.set()

    def _wake_cancelled(self) -> None:
        for ticket, cancelled in self._cancelled.items():
            if cancelled():
                ticket.woken.set()


class RateLimiter:
    """There is one per process. A writer acquires each call here before it reads the text to be written.

    `team` names the app in its workspace (SlackApi.account). `key` names the message that is written, for all of its
    calls; the limiter is fair between keys. `channel` is needed for posts, which Slack also limits per channel.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lines: dict[tuple[str, str], Waiters] = {}
        self._many = MANY

    def try_acquire(self, team: str, method: str, key: str, *, channel: str = "") -> bool:
        """Acquire one call without waiting; False if the rate allows none now, or if another caller waits for it."""
        return self._line(team, method).try_acquire(key, channel, self._clock.now())

    def acquire(
        self,
        team: str,
        method: str,
        key: str,
        *,
        timeout: float,
        final: bool = False,
        trailing: bool = False,
        channel: str = "",
        cancelled: Callable[[], bool] | None = None,
    ) -> bool:
        """Wait up to `timeout` seconds for one call, or until `cancelled` returns True. False: nothing may be sent.

        `final` is for the last text of a message: it is granted before all unfinished texts. `trailing` is for a call
        that no reader sees, such as a stop after the last text: it is granted last, but within a minute.
        """
        urgency = Urgency.FINAL if final else Urgency.TRAILING if trailing else Urgency.FLUSH
        now = self._clock.now()
        waiters = self._waiters(team, method)
        ticket = waiters.queue.enqueue(key, urgency, channel, now)
        try:
            waiters.wait(ticket, now + timeout, cancelled)
        finally:
            waiters.leave(ticket)
        if ticket.granted and final:
            waiters.queue.remove_message(key)
        return ticket.granted

    def give_back(self, team: str, method: str, key: str) -> None:
        """Give the message's last call back, since there was nothing to send. For methods without rates per channel."""
        self._line(team, method).give_back(key, self._clock.now())

    def pause(self, team: str, method: str, retry_after: float, *, channel: str = "") -> None:
        """Grant nothing for the `retry_after` seconds of a 429, and then fewer calls than before for a while."""
        self._line(team, method).pause(channel, self._clock.now(), retry_after)

    def call_interval(self, team: str, method: str) -> float:
        """Seconds between two calls of the same message, if one more message were written by this method."""
        return self._line(team, method).call_interval(self._clock.now())

    def add_message(self, team: str, method: str, key: str) -> None:
        """Count a message that another method has just shown and that this method writes from now on."""
        self._line(team, method).add_message(key, self._clock.now())

    def remove_message(self, team: str, method: str, key: str) -> None:
        """Stop counting a message that needs no more calls of this method."""
        self._line(team, method).remove_message(key)

    def _line(self, team: str, method: str) -> FairQueue:
        return self._waiters(team, method).queue

    def _waiters(self, team: str, method: str) -> Waiters:
        waiters = self._lines.get((team, method))
        if waiters is None:
            now = self._clock.now()
            if len(self._lines) >= self._many:
                self._lines = {name: one for name, one in self._lines.items() if not one.queue.is_idle(now)}
                self._many = max(MANY, 2 * len(self._lines))  # twice, since the scan visits every queue
            per_channel = POSTS_IN_CHANNEL if method == POST else None
            waiters = Waiters(FairQueue(tier_of(method), per_channel, now), self._clock)
            self._lines[team, method] = waiters
        return waiters
