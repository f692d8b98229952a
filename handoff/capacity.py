"""Limits how many turns a process takes on at once, and shares them out among the hooks."""

from collections import Counter

# Each open turn costs the SDK one line reader, and every line is offered to every reader
# (docs/platform/dify.md#line-readers). 400 leaves room for 5 events a second each.
OPEN_TURNS = 400
# A part of the cap, which hooks with less than their share get on top of it: one hook alone may fill the whole cap.
BESIDE = 0.25


class Capacity:
    """Counts messages that are being handed off or answered. Above the cap, Slack gets 503 and sends again later.

    The hand-off and the turn of a message give the same name, `<hook>/<job_id>`, so the message counts once. No hook
    keeps another one out: above the cap, a hook with less than its share still finds some room.
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
        if name not in self._names and not self._has_room(_hook_of(name)):
            return False
        self._names[name] += 1
        return True

    def leave(self, name: str) -> None:
        """Undo one `enter`."""
        self._names[name] -= 1
        if not self._names[name]:
            del self._names[name]

    def _has_room(self, hook: str) -> bool:
        if len(self._names) < self._cap:
            return True
        left = self._cap + int(self._cap * BESIDE) - len(self._names)
        ours = sum(_hook_of(name) == hook for name in self._names)
        return ours < left  # so each hook takes half of the room that the hook before left


def _hook_of(name: str) -> str:
    return name.partition("/")[0]
