"""The rate budget all turns of the process share: no turn meets Slack's 429 for another's calls."""

from collections.abc import Callable

from clock import Clock
from slack_api.line import Line, Urgency
from slack_api.tiers import channel_tier_of, tier_of

BLINK = 0.001  # seconds: the shortest wait that is worth a switch
LOOK = 3.0  # seconds between two looks at `over`: nothing wakes whoever waits in a pause, and it can last minutes
MANY = 1_000  # lines remembered before those at rest are dropped


class Budget:
    """One per process. Every write to Slack takes from here first, and only then reads what to write.

    `team` is the app in its workspace (SlackApi.account), `key` names the message that is written, by any string that
    is the same for all its calls: fairness is between keys. `channel` matters where Slack limits each channel (posts).
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lines: dict[tuple[str, str], Line] = {}
        self._many = MANY

    def try_take(self, team: str, method: str, key: str, *, channel: str = "") -> bool:
        """Take if that is possible at once, without overtaking anybody who waits."""
        return self._line(team, method).take_now(key, channel, self._clock.now())

    def take(
        self,
        team: str,
        method: str,
        key: str,
        *,
        timeout: float,
        final: bool = False,
        trailing: bool = False,
        channel: str = "",
        over: Callable[[], bool] | None = None,
    ) -> bool:
        """Wait for the turn of this message, cooperatively; False when `timeout` seconds were not enough.

        Whoever gets False must not send. A place in line survives it: what counts is when the message was served last.
        `over` says that the wait is in vain by now, and ends it: something more urgent is to be written.

        `final`: the last text of a message goes before any flush on the way. `trailing`: what nobody sees
        (a stop after its text was appended) goes last, but within a minute.
        """
        urgency = Urgency.FINAL if final else Urgency.TRAILING if trailing else Urgency.FLUSH
        line = self._line(team, method)
        now = self._clock.now()
        deadline = now + timeout
        longest = timeout if over is None else LOOK
        ticket = line.enqueue(key, urgency, channel, now)
        try:
            while True:
                line.advance(now)
                if ticket.granted or now >= deadline or (over and over()):
                    break
                self._clock.sleep(max(BLINK, min(line.wake_at(now), deadline, now + longest) - now))
                now = self._clock.now()
        finally:
            line.drop(ticket)
        if ticket.granted and final:
            line.forget(key)
        return ticket.granted

    def limited(self, team: str, method: str, retry_after: float, *, channel: str = "") -> None:
        """Slack answered 429: pause this allowance for `retry_after` seconds, then be slower for a while."""
        self._line(team, method).limited(channel, self._clock.now(), retry_after)

    def interval(self, team: str, method: str) -> float:
        """Seconds between two calls of one message, if one more message were written by this method."""
        return self._line(team, method).interval(self._clock.now())

    def join(self, team: str, method: str, key: str) -> None:
        """The message was shown by another method just now, and this one goes on with it."""
        self._line(team, method).join(key, self._clock.now())

    def forget(self, team: str, method: str, key: str) -> None:
        """Do not count this message any longer: it makes no more calls of this method."""
        self._line(team, method).forget(key)

    def _line(self, team: str, method: str) -> Line:
        line = self._lines.get((team, method))
        if line is None:
            now = self._clock.now()
            if len(self._lines) >= self._many:
                self._forget_lines(now)
            line = self._lines[team, method] = Line(tier_of(method), channel_tier_of(method), now)
        return line

    def _forget_lines(self, now: float) -> None:
        """Where few are at rest, the next look comes when there are twice as many: each costs a look at all."""
        self._lines = {name: line for name, line in self._lines.items() if not line.at_rest(now)}
        self._many = max(MANY, 2 * len(self._lines))
