"""What stands in the thread before an answer, or in its place: a greeting, or the question of a pressed button."""

from dataclasses import dataclass, replace

from conversation_store import Presses, ThreadKey, ThreadRecord, ThreadStore
from errors import StoreError
from message import Message
from plain_text import shortened
from slack_reply import Reply, Snapshot, buttons, links
from turns.answer.welcome import Welcomer
from turns.prompt import Author

LONGEST_NAME = 80
LONGEST_QUOTE = 300  # it only tells what was pressed, and escaping may double it
_GREETING, _QUESTION = 1, 2


@dataclass(frozen=True, slots=True)
class Greeting:
    """For one message. What is shown before an answer is a courtesy: if Slack does not take it, it is left out."""

    message: Message
    key: ThreadKey
    store: ThreadStore
    author: Author
    welcomer: Welcomer
    presses: Presses
    reply: Reply

    def greet(self) -> None:
        """In the place of an answer. Raises what `Reply.finish` raises."""
        greeting = self.welcomer.greet()
        below = buttons(greeting.questions, self.message.team_id)
        if not below or not self.reply.aside(greeting.text, _GREETING, below):
            self.reply.finish(Snapshot(greeting.plain))

    def play(self, record: ThreadRecord) -> None:
        """Before the answer. `record` is the thread's, with this message in it."""
        if self.message.source == "button":
            self.presses.note()
            self.reply.aside(self._quoted(), _QUESTION)
        elif self.message.is_dm and self._is_first(record):
            greeting = self.welcomer.welcome()
            if greeting is not None:
                self.reply.aside(greeting.text, _GREETING, buttons(greeting.questions, self.message.team_id))

    def _quoted(self) -> str:
        """A press leaves no message: without this nobody could tell what is answered here, and to whom."""
        return f"> **{_plain(self.author.name, LONGEST_NAME)}:** {_plain(self.author.query, LONGEST_QUOTE)}"

    def _is_first(self, record: ThreadRecord) -> bool:
        """Whether this member never wrote to the bot before, as far as is remembered."""
        if record.conversation_id or record.last_answer_ts or len(record.handled) > 1:
            return False
        if not self.key.thread:
            return True
        whole = replace(self.key, thread="")  # of the direct message, of which this is one thread
        try:
            if self.store.get(whole) is not None:
                return False
            self.store.update(whole, lambda known: known.with_follower(self.message.user))
        except StoreError:
            return False
        return True


def _plain(text: str, longest: int) -> str:
    """On one line, and none of it markup."""
    return links.label_text(shortened(" ".join(text.split()), longest))
