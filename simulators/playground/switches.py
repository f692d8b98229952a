"""What can be broken from the page: each switch is a fault or a rule of the simulated Slack, or of the Dify."""

from simulators.playground.behind import Behind
from simulators.slack.double import Double
from simulators.slack.faults import Fault
from simulators.slack.messages import Json

WRITES = ("chat.postMessage", "chat.update", "chat.startStream", "chat.appendStream", "chat.stopStream")
STREAMS = ("chat.startStream", "chat.appendStream", "chat.stopStream")
TITLES = {
    "limited": "Slack limits every write (429)",
    "streamless": "Slack refuses streaming",
    "dropped": "Connections to Slack drop",
    "slow": "Slack answers slowly (2 s)",
    "down": "Dify is down",
}
EVERY = 3  # of dropped calls: two get through and one does not


class Switches:
    """Off at first."""

    def __init__(self, double: Double) -> None:
        self._double = double
        self._on: set[str] = set()

    def state(self) -> list[Json]:
        """All switches."""
        return [{"name": name, "title": title, "on": name in self._on} for name, title in TITLES.items()]

    def turn(self, name: str, *, on: bool, behind: Behind) -> None:
        """Break it, or mend it."""
        if name not in TITLES:
            raise ValueError(f"no switch {name}")
        (self._on.add if on else self._on.discard)(name)
        rules = self._double.world.rules
        rules.absent_methods = list(STREAMS) if "streamless" in self._on else []
        rules.latency = 2.0 if "slow" in self._on else 0.0
        self._double.faults.clear()
        if "limited" in self._on:
            for method in WRITES:
                self._double.faults.add(Fault(method, "rate_limited", retry_after=2, times=None))
        if "dropped" in self._on:
            for method in WRITES:
                # A call that is struck is not counted by the faults behind the one that strikes it.
                for number in range(1, 200):
                    self._double.faults.add(Fault(method, "drop", skip=number * (EVERY - 1)))
        if name == "down":
            behind.dify.down("the playground switched it off" if on else "")
        self._double.world.changes.bump()
