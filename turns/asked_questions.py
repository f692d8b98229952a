"""Which question each answer of this process belongs to, and which question a member asked last in a place."""

from collections.abc import Iterable

from cachetools import TTLCache

from clock import Clock
from conversation_store import ThreadKey
from message import Message

MOST_CHARACTERS = 8_000_000
"""Characters of all questions that are kept, and of their files (docs/architecture.md#d16-tenants-and-bounds)."""

REMEMBERED = 86_400.0  # seconds

type _Name = tuple[str, ...]


class AskedQuestions:
    """One per process. What it has forgotten is looked for in Slack."""

    def __init__(self, clock: Clock) -> None:
        self._kept: TTLCache[_Name, Message] = TTLCache(
            MOST_CHARACTERS, REMEMBERED, timer=clock.now, getsizeof=_size
        )

    def asked(self, key: ThreadKey, question: Message) -> None:
        """The app was asked this question, in the conversation of `key`."""
        self._keep((key.digest(), question.author), question)
        self.answered(key.hook_id, question, [question.ts])

    def answered(self, hook_id: str, question: Message, messages: Iterable[str]) -> None:
        """These messages of ours belong to the question."""
        for ts in messages:
            self._keep((hook_id, question.channel, ts), question)

    def last(self, key: ThreadKey, member: str) -> Message | None:
        """The question that the member asked last in the conversation of `key`."""
        return self._kept.get((key.digest(), member))

    def of(self, hook_id: str, channel: str, ts: str) -> Message | None:
        """The question that our message `ts` answers or quotes."""
        return self._kept.get((hook_id, channel, ts))

    def _keep(self, name: _Name, question: Message) -> None:
        if _size(question) <= MOST_CHARACTERS:
            self._kept[name] = question


def _size(question: Message) -> int:
    return 1_000 + len(question.text) + sum(len(str(file)) for file in question.files)
