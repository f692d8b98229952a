"""What the app does on its way to the answer, in the author's language."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from itertools import islice
from typing import Any

from dify_app import Step, StepState
from slack_reply import Card, fitted, weight
from wording import Say

THOUGHTS, FURTHER = "thoughts", "further"
"""The ids of the card for all thoughts, and of the card for all steps without their own. Dify's steps have UUIDs."""
MOST_CARDS, MOST_BYTES = 64, 30_000
"""How many steps have a card of their own, and how many bytes these cards take in a stream: about four messages."""
MOST_TOLD = 10  # steps that the status line names one after the other
MOST_REMEMBERED = 1_000  # further steps whose state is kept
MOST_THOUGHT = 1_000  # characters that are kept of a model's thoughts; the card shows fewer

type Words = Callable[..., str]


@dataclass(slots=True)
class Progress:
    """The steps in the order in which they began; `began` is the length of the text at that time.

    Each of the first steps has its own card. All further steps, which may be thousands, share one card, which runs to
    the end and names the latest step. `further` is how many they are. `changes` counts the changes of the steps.
    """

    steps: dict[str, Step] = field(default_factory=dict)
    began: dict[str, int] = field(default_factory=dict)
    thought: str = ""
    thinking: bool = False
    further: int = 0
    changes: int = 0
    _alone: list[str] = field(default_factory=list)
    _first: Step | None = None  # the first of the further steps
    _first_began: int = 0

    def step(self, step: Step, length: int) -> bool:
        """Note that a step begins, changes or ends; True if it begins."""
        self.thinking = False
        self.changes += 1
        new = step.id not in self.steps
        self.steps[step.id] = step
        if new:
            self.began[step.id] = length
            if self._has_room():
                self._alone.append(step.id)
            else:
                self._go_on(step, length)
        return new

    def think(self, text: str, length: int) -> None:
        """Add a piece of the model's thoughts."""
        self.thinking = True
        if len(self.thought) < MOST_THOUGHT:
            self.thought = (self.thought + text[:MOST_THOUGHT]).lstrip()
        if self.thought and THOUGHTS not in self.began:
            self.began[THOUGHTS] = length
            self._alone.append(THOUGHTS)

    def carried(self) -> tuple[dict[str, Any], ...]:
        """The steps with a card of their own, as JSON for another request."""
        own = (self.steps[key] for key in self._alone if key in self.steps)
        return tuple(asdict(step) | {"began": self.began[step.id]} for step in own)

    def take_up(self, carried: Iterable[Mapping[str, Any]]) -> None:
        """Go on from steps that `carried` gave."""
        for one in carried:
            step = Step(**{name: value for name, value in one.items() if name != "began"})
            self.step(step, one["began"])

    @property
    def running(self) -> Step | None:
        """Of the steps that run, the one that began last."""
        return next((step for step in reversed(self.steps.values()) if step.state == "running"), None)

    def cards(self, say: Words, end: StepState | None = None) -> tuple[Card, ...]:
        """`end` is the state of steps that still ran when the turn ended; None: the turn goes on."""
        return tuple(self._cards(say, end))

    def line(self, say: Words, length: int) -> str:
        """What runs or has failed since the text has had this length; empty once the text is longer."""
        late = [step for step in self.steps.values() if self.began[step.id] >= length]
        running = [step for step in late if step.state == "running"]
        if running:
            return say(Say.RUNNING, title=_title(running[-1], say))
        return say(Say.STEP_FAILED, title=late[-1].title) if late and late[-1].state == "failed" else ""

    def status(self, say: Words) -> str:
        """The same for Slack's status line under the thread."""
        return say(Say.RUNNING_STEP, title=_title(self.running, say)) if self.running else say(Say.THINKING)

    def about(self, say: Words) -> tuple[str, ...]:
        """What a long wait is about: the steps, the latest first. Empty for one step, which `status` names already."""
        if len(self.steps) < 2:  # noqa: PLR2004 - one step alone
            return ()
        latest = list(islice(reversed(self.steps.values()), MOST_TOLD))
        running = [step for step in latest if step.state == "running"]
        return tuple(_told(step, say) for step in [*running, *(one for one in latest if one not in running)])

    def waits(self, length: int) -> bool:
        """Whether a step runs that began when the text had this length or more."""
        return any(step.state == "running" and self.began[step.id] >= length for step in self.steps.values())

    def _has_room(self) -> bool:
        """Whether one more step may have its own card. After the first refusal no step may, so that the order stays."""
        if self.further or len(self._alone) >= MOST_CARDS:
            return False
        known = (self.steps[key] for key in self._alone if key in self.steps)
        cards = (Card(step.id, step.title, step.state, output=step.output) for step in known)
        return sum(weight(fitted(card)) for card in cards) < MOST_BYTES

    def _go_on(self, step: Step, length: int) -> None:
        """Add a step to the further ones; when there are too many, the oldest is forgotten."""
        if not self.further:
            self._first, self._first_began = step, length
        self.further += 1
        if self.further > MOST_REMEMBERED:
            oldest = next(islice(self.steps, sum(key in self.steps for key in self._alone), None))
            del self.steps[oldest], self.began[oldest]

    def _cards(self, say: Words, end: StepState | None) -> Iterator[Card]:
        for key in self._alone:
            step, length = self.steps.get(key), self.began[key]
            if step is None:
                state: StepState = "running" if self.thinking and not end else "done"
                yield Card(key, say(Say.THOUGHTS), state, length, details=self.thought.strip())
            else:
                state = end if end and step.state == "running" else step.state
                yield Card(
                    key, _title(step, say), state, length, output=step.output, apart=step.kind == "tool"
                )
        if self._first:
            latest = next(reversed(self.steps.values()))
            title = say(Say.MORE_STEPS, count=str(self.further), title=_title(latest, say))
            state = end or "running"
            if end and not any(self.steps[key].state == "running" for key in self.steps.keys() - self._alone):
                state = "done"
            yield Card(FURTHER, title, state, self._first_began, apart=self._first.kind == "tool")


def _told(step: Step, say: Words) -> str:
    if step.state == "failed":
        return say(Say.STEP_FAILED, title=step.title)
    title = _title(step, say)
    return say(Say.RUNNING, title=title) if step.state == "running" else f"✓ {title}"


def _title(step: Step, say: Words) -> str:
    return say(Say.ROUND, title=step.title, number=str(step.rounds)) if step.rounds else step.title
