"""How many turns a process takes on at once."""

from collections import Counter

# Each open turn costs the SDK one line reader, and every line from the daemon is offered to every reader:
# 239 µs a line with 1,000 of them (field/dify.md §0b). 400 leaves room for 5 events a second each.
OPEN_TURNS = 400


class Gate:
    """Counts messages that are being handed off or answered; above the cap Slack is told to come again (503).

    A message is counted once from its hand-off to its end: the event that hands it off and the turn that
    answers it give the same name.
    """

    def __init__(self, cap: int = OPEN_TURNS) -> None:
        self._cap = cap
        self._names: Counter[str] = Counter()

    @property
    def open(self) -> int:
        """How many messages are being handed off or answered."""
        return len(self._names)

    def carries(self, name: str) -> bool:
        """Whether this message is being handed off or answered here."""
        return name in self._names

    def enter(self, name: str) -> bool:
        """Make room for this message; False when there is none. Each entry needs its `leave`."""
        if name not in self._names and len(self._names) >= self._cap:
            return False
        self._names[name] += 1
        return True

    def leave(self, name: str) -> None:
        """Undo one `enter`."""
        self._names[name] -= 1
        if self._names[name] <= 0:
            del self._names[name]
