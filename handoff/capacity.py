"""How many turns a process takes on at once, and how hooks share them."""

from collections import Counter

# Each open turn costs the SDK one line reader, and every line from the daemon is offered to every reader:
# 239 µs a line with 1,000 of them (docs/platform/dify.md#line-readers). 400 leaves room for 5 events a second each.
OPEN_TURNS = 400
# Of the cap, kept beside it for hooks that hold less than their share: one hook alone may fill the whole cap.
BESIDE = 0.25


class Capacity:
    """Counts messages that are being handed off or answered; above the cap Slack is told to come again (503).

    A message is counted once from its hand-off to its end: the event that hands it off and the turn that
    answers it give the same name. What stands before the first slash of a name is its hook. No hook keeps another one
    out: when the cap is reached, a hook that holds less than its share of it still finds some room beside it.
    """

    def __init__(self, cap: int = OPEN_TURNS) -> None:
        self._cap = cap
        self._names: Counter[str] = Counter()
        self._hooks: Counter[str] = Counter()  # messages of each

    @property
    def open(self) -> int:
        """How many messages are being handed off or answered."""
        return len(self._names)

    def carries(self, name: str) -> bool:
        """Whether this message is being handed off or answered here."""
        return name in self._names

    def enter(self, name: str) -> bool:
        """Make room for this message; False when there is none. Each entry needs its `leave`."""
        hook = _hook_of(name)
        if name not in self._names:
            if not self._has_room(hook):
                return False
            self._hooks[hook] += 1
        self._names[name] += 1
        return True

    def leave(self, name: str) -> None:
        """Undo one `enter`."""
        self._names[name] -= 1
        if self._names[name] > 0:
            return
        del self._names[name]
        hook = _hook_of(name)
        self._hooks[hook] -= 1
        if not self._hooks[hook]:
            del self._hooks[hook]

    def _has_room(self, hook: str) -> bool:
        if len(self._names) < self._cap:
            return True
        left = self._cap + int(self._cap * BESIDE) - len(self._names)
        return self._hooks[hook] < left  # so each hook takes half of what the one before it left


def _hook_of(name: str) -> str:
    return name.partition("/")[0]
