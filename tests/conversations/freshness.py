"""How old a shown text may become while many answers share Slack's rates (docs/architecture.md#d5-writers)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from tests.conversations.standstill import Span, lost

MINUTE = 60.0
TIERS = {"chat.appendStream": 100, "chat.update": 50}
PACES = {
    "chat.appendStream": 0.6,
    "chat.update": 1.2,
}  # the intervals of the writers (docs/architecture.md#d5-writers); no bound is shorter
FIRST_TEXT = 3.0  # seconds until the first line that is worth showing


@dataclass(frozen=True, slots=True)
class Answer:
    """Times in design seconds: when the app first spoke, when it had ended, and when each text was written."""

    said: float
    ended: float
    writes: list[float]
    method: str

    def ages(self) -> list[tuple[float, float]]:
        """The interval between each text and the next; for the last text, the interval since the app had ended."""
        last = self.writes[-1]
        return [*pairwise(self.writes), *([(self.ended, last)] if last > self.ended else [])]


def too_old(answers: Sequence[Answer], stops: Sequence[Span], late: float) -> list[str]:
    """A line for each text older than N x 60 / tier x 1.2 s; N is the number of messages that the method then writes.

    `stops`: the intervals in which the machine stood still, which are subtracted. `late`: seconds that a call may take.
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
