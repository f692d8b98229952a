"""What stands in the thread before an answer, or in its place: a greeting, or the question of a pressed button."""

from dataclasses import dataclass, replace

from conversation_store.presses import Presses
from conversation_store.record import ThreadKey, ThreadRecord
from conversation_store.store import ThreadStore
from errors import StoreError
from message import Message
from slack_reply import links
from slack_reply.reply import Reply
from slack_reply.suggestions import buttons
from slack_reply.view import View
from turns.greeting import Greeter
from turns.question import Asker

LONGEST_NAME = 80
LONGEST_QUOTE = 300  # it only tells what was pressed, and escaping may double it
_GREETING, _QUESTION = 1, 2


@dataclass(frozen=True, slots=True)
class Overture:
    """For one message. What is shown before an answer is a courtesy: if Slack does not take it, it is left out."""

    message: Message
    key: ThreadKey
    store: ThreadStore
    asker: Asker
    greeter: Greeter
    presses: Presses
    reply: Reply

    def greet(self) -> None:
        """In the place of an answer. Raises what `Reply.finish` raises."""
        greeting = self.greeter.greet()
        below = buttons(greeting.questions, self.message.team_id)
        if not below or not self.reply.aside(greeting.text, _GREETING, below):
            self.reply.finish(lambda: View(greeting.plain))

    def play(self, record: ThreadRecord) -> None:
        """Before the answer. `record` is the thread's, with this message in it."""
        if self.message.source == "button":
            self.presses.note()
            self.reply.aside(self._quoted(), _QUESTION)
        elif self.message.is_dm and self._is_first(record):
            greeting = self.greeter.welcome()
            if greeting is not None:
                self.reply.aside(greeting.text, _GREETING, buttons(greeting.questions, self.message.team_id))

    def _quoted(self) -> str:
        """A press leaves no message: without this nobody could tell what is answered here, and to whom."""
        return f"> **{_plain(self.asker.name, LONGEST_NAME)}:** {_plain(self.asker.query, LONGEST_QUOTE)}"

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
    line = " ".join(text.split())
    return links.label_text(line if len(line) <= longest else f"{line[: longest - 1].rstrip()}…")
