"""Answers that one member alone has seen, kept for the time in which the member may share them."""

import uuid
from dataclasses import dataclass

from cachetools import TTLCache

from clock import Clock

SECONDS = 1_800.0  # in which a member may press the button; a `response_url` lives as long
MOST = 2_000


@dataclass(frozen=True, slots=True)
class PrivateAnswer:
    """`question` is as Slack told it. `text` is Markdown, as much of the answer as the member saw."""

    hook_id: str
    user: str
    question: str
    text: str


class PrivateAnswers:
    """One per process: no text of an answer goes into a storage. `take` gives each answer once."""

    def __init__(self, clock: Clock) -> None:
        self._kept: TTLCache[str, PrivateAnswer | None] = TTLCache(MOST, SECONDS, timer=clock.now)

    def keep(self, answer: PrivateAnswer) -> str:
        """Keep the answer. Returns its name, which nobody can guess."""
        name = uuid.uuid4().hex
        self._kept[name] = answer
        return name

    def take(self, hook_id: str, user: str, name: str) -> PrivateAnswer | None:
        """The answer of this name, if it is this member's and nobody took it."""
        answer = self._kept.get(name)
        if answer is None or (answer.hook_id, answer.user) != (hook_id, user):
            return None
        self._kept[name] = None
        return answer

    def is_taken(self, name: str) -> bool:
        """Whether the answer is known, and was taken already: the member pressed twice."""
        return name in self._kept and self._kept[name] is None

    def give_back(self, name: str, answer: PrivateAnswer) -> None:
        """The answer could not be shared: it may be taken again."""
        self._kept[name] = answer
