"""How old a text may get on the screen while many answers share Slack's rates (docs/architecture.md#d5-writers)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from tests.conversations.standstill import Span, lost

MINUTE = 60.0
TIERS = {"chat.appendStream": 100, "chat.update": 50}
PACES = {
    "chat.appendStream": 1.0,
    "chat.update": 3.0,
}  # of the writers (docs/architecture.md#d5-writers): the bound holds from there on
FIRST_TEXT = 3.0  # until there is a line that is worth showing


@dataclass(frozen=True, slots=True)
class Answer:
    """In design seconds: when the app spoke first and when it had ended, and when each text came on the screen."""

    said: float
    ended: float
    writes: list[float]
    method: str

    def ages(self) -> list[tuple[float, float]]:
        """From each text to the next one; the last text of all counts from when the app had said it."""
        last = self.writes[-1]
        return [*pairwise(self.writes), *([(self.ended, last)] if last > self.ended else [])]


def too_old(answers: Sequence[Answer], stops: Sequence[Span], late: float) -> list[str]:
    """A line for each text that is older than N x 60 / tier x 1.2 s, N being those that its method writes meanwhile.

    `stops`: when the machine stood still, which counts for nobody. `late`: what a call may take on its way.
    """
    return [line for method in TIERS for line in _too_old(method, answers, stops, late)]


def _too_old(method: str, answers: Sequence[Answer], stops: Sequence[Span], late: float) -> Iterator[str]:
    those = [answer for answer in answers if answer.method == method]

    def alive(now: float) -> int:
        return sum(1 for one in those if one.writes[0] <= now <= one.writes[-1])

    for answer in those:
        first = answer.writes[0]
        age = first - answer.said - lost(stops, answer.said, first)
        if age > FIRST_TEXT + late:
            yield f"{method}: the first text after {age:.1f} s"
        for earlier, later in answer.ages():
            messages = max(alive(earlier), alive(later))
            bound = max(messages * MINUTE / TIERS[method] * 1.2, PACES[method])
            age = later - earlier - lost(stops, earlier, later)
            if age > bound + late:
                yield f"{method}: {age:.1f} s between two texts, {bound:.1f} s with {messages} messages"
