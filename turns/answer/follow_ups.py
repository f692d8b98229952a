"""The questions that Dify suggests after an answer, as buttons in a message of their own under the answer."""

from contextlib import suppress
from dataclasses import dataclass

import gevent

from conversation_store import Presses, ThreadKey, ThreadRecord, ThreadStore
from dify_app import DifyApp
from errors import DifyError, SlackError, StoreError
from message import Message
from slack_api import SlackApi
from slack_reply import Reply, buttons, fits_button, listed, usable
from turns.answer.answer_state import AnswerState
from turns.answer.rating import kept_message
from turns.prompt import Author
from wording import Say

_NUMBER = 3  # of this extra message within an answer


@dataclass(frozen=True, slots=True)
class FollowUps:
    """For one message. A model thinks of the questions, so nobody waits for them."""

    message: Message
    key: ThreadKey
    store: ThreadStore
    author: Author
    app: DifyApp
    presses: Presses
    reply: Reply
    api: SlackApi

    def offer(self, state: AnswerState) -> None:
        """Post the questions under a whole answer, unless a newer question has come meanwhile. Never raises."""
        message_id = kept_message(state)
        suggests = state.form is not None and state.form.suggests
        if not message_id or not suggests or not self.presses.arrive() or self._is_late():
            return
        try:
            questions = usable(self.app.suggested(message_id))
        except DifyError:
            return
        if not questions or self._is_late():
            return
        title = self.author.say(Say.SUGGESTIONS)
        text = title if all(map(fits_button, questions)) else listed(title, questions)
        below = buttons(questions, self.message.team_id, self.message.app_name)
        if ts := self.reply.aside(text, _NUMBER, below):
            self._remember(ts)

    def remove(self, ts: str) -> None:
        """Delete the message of an earlier answer's questions. Returns at once and never raises."""
        gevent.spawn(self._delete, ts)

    def _is_late(self) -> bool:
        try:
            return self._has_newer(self.store.get(self.key, fresh=True) or ThreadRecord())
        except StoreError:
            return True  # nobody would take the questions away again

    def _has_newer(self, record: ThreadRecord) -> bool:
        return record.handled[-1:] != (self.message.ts,)

    def _remember(self, ts: str) -> None:
        """Note the message in the thread's record, where the next question finds it; delete it if that came already."""
        late = False

        def noted(record: ThreadRecord) -> ThreadRecord:
            nonlocal late
            late = self._has_newer(record)
            return record if late else record.with_suggested(ts)

        try:
            self.store.update(self.key, noted)
        except StoreError:
            late = True
        if late:
            self._delete(ts)

    def _delete(self, ts: str) -> None:
        with suppress(SlackError):
            self.api.delete_message(self.message.channel, ts)
