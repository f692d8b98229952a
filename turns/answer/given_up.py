"""What members do to an answer: a member stops it, or takes its question or its thread away."""

from dataclasses import dataclass, field

from gevent.event import Event

from errors import Stopped, Withdrawn
from slack_reply import links
from turns.prompt import Author
from wording import Say


@dataclass(slots=True)
class GivenUp:
    """For one answer. `withdrawn` and `stopped` are None until a member does so.

    `is_closed`: a member pressed Slack's own Stop button, so that the messages of the answer take no more text. `told`
    is set once it is known who stopped the answer.
    """

    author: Author
    withdrawn: Withdrawn | None = None
    stopped: Stopped | None = None
    is_closed: bool = False
    told: Event = field(default_factory=Event)

    @property
    def is_given_up(self) -> bool:
        """Whether a member stopped the answer, or took its place away."""
        return self.withdrawn is not None or self.stopped is not None

    @property
    def is_question_gone(self) -> bool:
        """Whether the question was deleted: then its answer goes with it."""
        return self.withdrawn is not None and self.withdrawn.question

    def withdraw(self, *, question: bool) -> Withdrawn:
        """Note that the question was deleted, or else the root of its thread. A deleted question counts more."""
        if self.withdrawn is None or question:
            self.withdrawn = Withdrawn(question=question)
        return self.withdrawn

    def stop(self, user: str) -> Stopped:
        """Note that the member `user` stopped the answer."""
        self.stopped = Stopped(user)
        self.told.set()
        return self.stopped

    def note(self) -> tuple[Say, dict[str, str]]:
        """The note under an answer that was stopped: a sentence with its values."""
        name = self.stopper()
        return (Say.STOPPED_BY, {"person": name}) if name else (Say.STOPPED, {})

    def stopper(self) -> str:
        """The name of the member who stopped the answer, without markup; "" if Slack does not tell the name."""
        user = self.stopped.user if self.stopped else ""
        return links.label_text(self.author.names([user])(user)) if user else ""
