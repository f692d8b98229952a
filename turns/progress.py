"""What the app does on its way to the answer, in the words of the one who asked."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from dify_app.answer import Step, StepState
from slack_reply.view import Card
from wording import Say

THOUGHTS = "thoughts"
"""The id of the one card that holds all thoughts: no step of Dify's has it, theirs are UUIDs."""

type Words = Callable[..., str]


@dataclass(slots=True)
class Progress:
    """All steps in the order in which they began; `began` is how long the text was then."""

    steps: dict[str, Step] = field(default_factory=dict)
    began: dict[str, int] = field(default_factory=dict)
    thought: str = ""
    thinking: bool = False

    def step(self, step: Step, length: int) -> bool:
        """A step begins, changes or ends; True for one that begins."""
        self.thinking = False
        new = step.id not in self.began
        self.steps[step.id] = step
        self.began.setdefault(step.id, length)
        return new

    def think(self, text: str, length: int) -> None:
        """The model thinks aloud."""
        self.thinking = True
        self.thought += text
        if self.thought.strip():
            self.began.setdefault(THOUGHTS, length)

    @property
    def running(self) -> Step | None:
        """The step that began last of those that run."""
        running = [step for step in self.steps.values() if step.state == "running"]
        return running[-1] if running else None

    def cards(self, say: Words, end: StepState | None = None) -> tuple[Card, ...]:
        """`end` is the state of what still ran when the turn came to its end; None: it goes on."""
        return tuple(self._cards(say, end))

    def line(self, say: Words, length: int) -> str:
        """What goes on since the text has come to this length, or has failed; empty once the text goes on."""
        late = [step for step in self.steps.values() if self.began[step.id] >= length]
        running = [step for step in late if step.state == "running"]
        if running:
            return say(Say.RUNNING, title=_title(running[-1], say))
        return say(Say.STEP_FAILED, title=late[-1].title) if late and late[-1].state == "failed" else ""

    def status(self, say: Words) -> str:
        """The same for the line under the thread."""
        return say(Say.RUNNING_STEP, title=_title(self.running, say)) if self.running else say(Say.THINKING)

    def _cards(self, say: Words, end: StepState | None) -> Iterator[Card]:
        for key, length in self.began.items():
            step = self.steps.get(key)
            if step is None:
                state: StepState = "running" if self.thinking and not end else "done"
                yield Card(key, say(Say.THOUGHTS), state, length, details=self.thought.strip())
            else:
                state = end if end and step.state == "running" else step.state
                parted = step.kind == "tool"  # see Growing: what an agent says then begins a paragraph
                yield Card(key, _title(step, say), state, length, output=step.output, apart=parted)


def _title(step: Step, say: Words) -> str:
    return say(Say.ROUND, title=step.title, number=str(step.rounds)) if step.rounds else step.title
