"""The rate budget that all turns of the process share, so that no turn gets a 429 for the calls of another."""

from collections.abc import Callable

from clock import Clock
from slack_api.rate_limit.fair_queue import FairQueue, Urgency
from slack_api.rate_limit.tiers import channel_tier_of, tier_of

BLINK = 0.001  # seconds: the shortest sleep
LOOK = 3.0  # seconds between two looks at `cancelled` during a pause, which can last minutes
MANY = 1_000  # lines remembered before the idle ones are dropped


class RateLimiter:
    """One per process. A writer acquires each call here before it reads the text to be written.

    `team` is the app in its workspace (SlackApi.account). `key` names the message that is written, by any string that
    is the same for all calls for this message; the budget is fair between keys. `channel` matters for posts, which
    Slack limits per channel too.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lines: dict[tuple[str, str], FairQueue] = {}
        self._many = MANY

    def try_acquire(self, team: str, method: str, key: str, *, channel: str = "") -> bool:
        """Acquire one call if that is possible at once and no other caller waits for it; return whether it was."""
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
        """Wait up to `timeout` seconds for one call. False: it was not granted, and nothing may be sent.

        A message loses nothing by that, since the next call goes to the message whose last call is the oldest. The wait
        ends early when `cancelled` says so, as where a more urgent text of the same message is ready.

        `final` is for the last text of a message, which goes before all texts on the way. `trailing` is for a call that
        nobody sees, such as a stop after the last text was appended; it goes last, but within a minute.
        """
        urgency = Urgency.FINAL if final else Urgency.TRAILING if trailing else Urgency.FLUSH
        line = self._line(team, method)
        now = self._clock.now()
        deadline = now + timeout
        longest = timeout if cancelled is None else LOOK
        ticket = line.enqueue(key, urgency, channel, now)
        try:
            while True:
                line.grant_ready(now)
                if ticket.granted or now >= deadline or (cancelled and cancelled()):
                    break
                self._clock.sleep(max(BLINK, min(line.next_grant_at(now), deadline, now + longest) - now))
                now = self._clock.now()
        finally:
            line.remove(ticket)
        if ticket.granted and final:
            line.remove_message(key)
        return ticket.granted

    def pause(self, team: str, method: str, retry_after: float, *, channel: str = "") -> None:
        """Grant nothing for the seconds that a 429 named, and fewer calls than before for a while after that."""
        self._line(team, method).pause(channel, self._clock.now(), retry_after)

    def call_interval(self, team: str, method: str) -> float:
        """Seconds between two calls of one message, if one more message were written by this method."""
        return self._line(team, method).call_interval(self._clock.now())

    def add_message(self, team: str, method: str, key: str) -> None:
        """Count a message that another method showed just now, and that is written by this method from now on."""
        self._line(team, method).add_message(key, self._clock.now())

    def remove_message(self, team: str, method: str, key: str) -> None:
        """Count a message no longer, since it needs no more calls of this method."""
        self._line(team, method).remove_message(key)

    def _line(self, team: str, method: str) -> FairQueue:
        line = self._lines.get((team, method))
        if line is None:
            now = self._clock.now()
            if len(self._lines) >= self._many:
                self._forget_lines(now)
            line = self._lines[team, method] = FairQueue(tier_of(method), channel_tier_of(method), now)
        return line

    def _forget_lines(self, now: float) -> None:
        """Drop the idle lines. This looks at all of them, so it is done again only when there are twice as many."""
        self._lines = {name: line for name, line in self._lines.items() if not line.is_idle(now)}
        self._many = max(MANY, 2 * len(self._lines))
