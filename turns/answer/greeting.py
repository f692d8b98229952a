"""What the thread shows before an answer, or instead of it: a greeting, or the question of a pressed button."""

from dataclasses import dataclass, replace

from conversation_store import Presses, ThreadKey, ThreadRecord, ThreadStore
from errors import StoreError
from message import Message
from plain_text import shortened
from slack_reply import Reply, Snapshot, buttons, links
from turns.answer.welcome import Welcomer
from turns.prompt import Author

LONGEST_NAME = 80
LONGEST_QUOTE = 300  # characters; the quote only reminds of the question, and escaping may double its length
_GREETING, _QUESTION = 1, 2


@dataclass(frozen=True, slots=True)
class Greeting:
    """For one message. If Slack does not take a greeting before an answer, the answer comes without the greeting."""

    message: Message
    key: ThreadKey
    store: ThreadStore
    author: Author
    welcomer: Welcomer
    presses: Presses
    reply: Reply

    def greet(self) -> None:
        """Show the greeting instead of an answer. Raises what `Reply.finish` raises."""
        greeting = self.welcomer.greet()
        below = buttons(greeting.questions, self.message.team_id)
        if not below or not self.reply.aside(greeting.text, _GREETING, below):
            self.reply.finish(Snapshot(greeting.plain))

    def play(self, record: ThreadRecord) -> None:
        """Show the greeting before the answer. `record` is the thread's record, with this message in it."""
        if self.message.source == "button":
            self.presses.note()
            self.reply.aside(self._quoted(), _QUESTION)
        elif self.message.is_dm and self._is_first(record):
            greeting = self.welcomer.welcome()
            if greeting is not None:
                self.reply.aside(greeting.text, _GREETING, buttons(greeting.questions, self.message.team_id))

    def _quoted(self) -> str:
        """The question of a pressed button, quoted: a press leaves no message that would show the question."""
        return f"> **{_plain(self.author.name, LONGEST_NAME)}:** {_plain(self.author.query, LONGEST_QUOTE)}"

    def _is_first(self, record: ThreadRecord) -> bool:
        """Whether the store knows no earlier message of this member to the bot."""
        if record.conversation_id or record.last_answer_ts or len(record.handled) > 1:
            return False
        if not self.key.thread:
            return True
        whole = replace(self.key, thread="")  # the key of the whole direct message
        try:
            if self.store.get(whole) is not None:
                return False
            self.store.update(whole, lambda known: known.with_follower(self.message.user))
        except StoreError:
            return False
        return True


def _plain(text: str, longest: int) -> str:
    """The text on one line, without markup."""
    return links.label_text(shortened(" ".join(text.split()), longest))
