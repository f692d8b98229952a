"""What a member asks to stop (docs/architecture.md#d12-the-member-is-in-control). Pure."""

from collections.abc import Collection
from dataclasses import dataclass

from message import Message, moment
from turns.prompt import is_stop_word


@dataclass(frozen=True, slots=True)
class StopRequest:
    """The member `user` asks that answers in a channel stop.

    `at` is the ts at which the member asked: questions that came later are not meant. `message_ts` is the question, or
    a message of its answer; "" means all answers of the thread. `thread_ts` is the thread's root, "" for all threads of
    the channel. `user_team` is the member's workspace, "" where the request does not name it.
    """

    hook_id: str
    team_id: str
    channel: str
    user: str
    at: str
    thread_ts: str = ""
    message_ts: str = ""
    user_team: str = ""

    def means(self, channel: str, root_ts: str, ts: str, messages: Collection[str]) -> bool:
        """Whether the answer to the question `ts` is meant; `messages` are the messages of the answer."""
        if channel != self.channel or moment(ts) > moment(self.at):
            return False
        if self.message_ts:
            return self.message_ts == ts or self.message_ts in messages
        return self.thread_ts in {"", root_ts}


def says_stop(message: Message) -> bool:
    """Whether the whole message is a word that stops, in a thread or in a direct message."""
    return message.may_tell_us and not message.files and is_stop_word(message.text, message.bot_user_id)
