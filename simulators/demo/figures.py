"""What the main job took, read from the simulators' own records."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

from simulators.slack.seen import SeenDelivery, SeenState


@dataclass(frozen=True, slots=True)
class Figures:
    """Milliseconds of the wall: the ack of the event, and the first text seen after the app's first; states."""

    ack: float
    first_text: float
    states: int
    seconds: float

    @classmethod
    def of(cls, delivery: SeenDelivery, invocation: Mapping[str, Any], states: Sequence[SeenState]) -> Self:
        """`states` are those of the answer's first message, one of them with text."""
        shown = [state for state in states if state.text.strip()]
        return cls(
            ack=delivery.attempts[0].ms,
            first_text=(shown[0].at - invocation["first_text"]) * 1000,
            states=len(states),
            seconds=states[-1].at - states[0].at,
        )

    def __str__(self) -> str:
        return (
            f"Slack's event was acknowledged after {self.ack:.0f} ms. The first words stood in the thread "
            f"{self.first_text:.0f} ms after the app's first word; the message went through {self.states} states "
            f"in {self.seconds:.1f} s."
        )
