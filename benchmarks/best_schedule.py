"""The best that any schedule could do: every call that Slack's documented tiers grant shows the answer that is oldest.

Virtual time, and nothing else in it: a call takes Slack's latency and no time of ours, and it shows all that was said
when it began. A write to a message that exists (append, edit) may come once an interval of its tier; new messages
(start, post) may come in the burst that the simulated Slack grants.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from benchmarks.ages import Visible

BURST = 0.5  # of a minute's calls: `Rules.burst` of the simulated Slack
MINUTE = 60.0
STEP = 0.01  # seconds from one look to the next
STARTS, APPENDS, POSTS, EDITS = 20, 100, 300, 50  # a minute: docs/platform/slack.md#rate-tiers

type Kind = Literal["stream", "edit", "any"]
"""By what the schedule may show answers."""


class Way(NamedTuple):
    """One way to write: so many new messages and so many writes to them in a minute."""

    new: int
    more: int


WAYS: dict[Kind, tuple[Way, ...]] = {
    "stream": (Way(STARTS, APPENDS),),
    "edit": (Way(POSTS, EDITS),),
    "any": (Way(STARTS, APPENDS), Way(POSTS, EDITS)),
}


@dataclass(slots=True)
class Tokens:
    """So many calls a minute, at most `size` at once."""

    minute: int
    size: float
    level: float = 0.0

    def grow(self) -> None:
        """A step of time."""
        self.level = min(self.size, self.level + self.minute / MINUTE * STEP)

    def ready(self) -> bool:
        """Whether a call may be made now."""
        return self.level >= 1 - 1e-9


@dataclass(slots=True)
class _Written:
    """One way, with the answers that are written by it."""

    new: Tokens
    more: Tokens
    answers: list[int] = field(default_factory=list)


class _Schedule:
    """The pieces of each answer that the calls so far show, and when its last call ends."""

    def __init__(self, said: Sequence[Sequence[float]], kind: Kind, latency: float) -> None:
        self._said, self._latency = said, latency
        self._ways = [
            _Written(Tokens(way.new, way.new * BURST, way.new * BURST), Tokens(way.more, 1.0, 1.0))
            for way in WAYS[kind]
        ]
        self._pieces = [0] * len(said)
        self._free = [0.0] * len(said)
        self.shown: list[list[Visible]] = [[] for _ in said]

    def run(self) -> None:
        """From the first piece to the last."""
        waiting = list(range(len(self._said)))
        begin, end = min(times[0] for times in self._said), max(times[-1] for times in self._said)
        for number in range(int((end - begin) / STEP) + 1):
            now = begin + number * STEP
            for way in self._ways:
                way.new.grow()
                way.more.grow()
            waiting = [one for one in waiting if self._said[one][0] > now or not self._begin(one, now)]
            for way in self._ways:
                self._write(way, now)

    def _begin(self, number: int, now: float) -> bool:
        """By the way whose answers are shown most often then, of those that may begin a message now."""
        free = [way for way in self._ways if way.new.ready()]
        if not free:
            return False
        way = min(free, key=lambda one: (len(one.answers) + 1) / one.more.minute)
        way.new.level -= 1
        way.answers.append(number)
        self._show(number, now)
        return True

    def _write(self, way: _Written, now: float) -> None:
        if not way.more.ready():
            return
        way.answers = [one for one in way.answers if self._pieces[one] < len(self._said[one])]
        ready = [one for one in way.answers if self._free[one] <= now and self._oldest(one) <= now]
        if ready:
            way.more.level -= 1
            self._show(min(ready, key=self._oldest), now)

    def _oldest(self, number: int) -> float:
        """When the first piece that is not shown was said."""
        return self._said[number][self._pieces[number]]

    def _show(self, number: int, now: float) -> None:
        said, pieces = self._said[number], self._pieces[number]
        while pieces < len(said) and said[pieces] <= now:
            pieces += 1
        self._pieces[number], self._free[number] = pieces, now + self._latency
        self.shown[number].append(Visible(now + self._latency, pieces))


def best(said: Sequence[Sequence[float]], kind: Kind, latency: float) -> list[list[Visible]]:
    """What each answer shows when. `said` has the times of the pieces of each answer, in seconds."""
    schedule = _Schedule(said, kind, latency)
    schedule.run()
    return schedule.shown
