"""Finds the question that the word `again` asks once more: the last one of the same member in the same place."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from conversation_store import ThreadKey, ThreadRecord
from errors import SlackError
from json_fields import id_of, text_of
from message import Message, known_files, moment
from slack_api import SlackApi
from turns.asked_questions import AskedQuestions
from turns.prompt import AGAIN_WORDS, Author, Raw, is_before, is_one_of, message_text, readable

MOST_LOOKS = 5
"""How many earlier questions of a direct message are read, each by one call."""
type Files = tuple[Mapping[str, Any], ...]

_NOWHERE = {"button", "command", "reaction"}
"""Sources of questions that stand nowhere in Slack as words of the member's own."""


@dataclass(frozen=True, slots=True)
class AskingAgain:
    """For one message."""

    message: Message
    key: ThreadKey
    author: Author
    asked: AskedQuestions
    api: SlackApi

    def is_meant(self) -> bool:
        """Whether the message is the word, in a direct message or in a thread."""
        return self.message.may_tell_us and is_one_of(AGAIN_WORDS, self.author.query)

    def question(self, record: ThreadRecord) -> Message | None:
        """The present message with the words and files of the question; None if there is no question to be found.

        What a member has changed or deleted since is read anew, where Slack may be read.
        """
        kept = self.asked.last(self.key, self.message.author)
        if kept is not None and kept.source in _NOWHERE:
            return self._with(kept.text, kept.files)
        try:
            found = self._in_slack(record)
        except SlackError:
            return None if kept is None else self._with(kept.text, kept.files)
        return None if found is None else self._with(message_text(found), known_files(found))

    def _with(self, text: str, files: Files) -> Message:
        return replace(self.message, text=text, files=files, calling_text=None)

    def _in_slack(self, record: ThreadRecord) -> Raw | None:
        """The member's latest message among those that the app was asked. Raises SlackError."""
        message = self.message
        thread = self._thread() if message.is_reply else {}
        asked = (ts for ts in record.handled if ts not in record.unasked and is_before(ts, message.ts))
        looks = 0
        for ts in sorted(asked, key=moment, reverse=True):
            raw = thread.get(ts)
            if raw is None and message.is_dm and looks < MOST_LOOKS:
                looks += 1
                raw = next(self.api.replies(message.channel, ts, most=1), None)
            if raw is not None and self._is_question(raw, ts):
                return raw
        return None

    def _thread(self) -> dict[str, Raw]:
        message = self.message
        return {text_of(raw, "ts"): raw for raw in self.api.replies(message.channel, message.root_ts)}

    def _is_question(self, raw: Raw, ts: str) -> bool:
        text = message_text(raw)
        says = bool(text.strip()) or bool(known_files(raw))
        own = id_of(raw, "user") == self.message.user != "" and text_of(raw, "ts") == ts
        return own and says and not is_one_of(AGAIN_WORDS, readable(text, self.message.bot_user_id, str))
