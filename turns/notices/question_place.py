"""Makes a place for a question that no message brought, and answers its author alone where no place can be made.

Such a question comes by a slash command or by a message shortcut. The place is a message of ours that quotes the
question: the answer comes into the thread of that message.
"""

from contextlib import suppress
from dataclasses import dataclass, replace

from errors import SettingsError, SlackError, SlackRefused
from json_fields import id_of, text_of
from message import Message, known_files
from plain_text import shortened
from slack_api import TOKEN_DEAD
from slack_reply import links, whole_message
from turns.endpoint_request import EndpointRequest
from turns.notices.refusal_notice import refusal_of
from turns.prompt import AGAIN_WORDS, RESET_WORDS, is_before, is_one_of, mentioned, message_text, readable
from turns.services import Services
from wording import Say, language_for, say

LONGEST_NAME = 80
LONGEST_QUOTE = 1_000
_NOT_THERE = {"not_in_channel", "channel_not_found", "is_archived"}


@dataclass(frozen=True, slots=True)
class QuestionPlace:
    """For one request. The methods may wait for Slack, so they are called after the ack."""

    services: Services
    endpoint: EndpointRequest

    def refusal(self, message: Message) -> Say | None:
        """Why the rules allow no answer; None if they allow one. Raises SettingsError without a token."""
        api = self.services.api(self.endpoint, message.team_id)
        ruling = self.services.rules(self.endpoint, api).ruling(message)
        return None if ruling.answered else refusal_of(ruling)

    def open(self, message: Message) -> Message:
        """Post the quoted question and return the message at its place. Raises SlackError, SettingsError."""
        api = self.services.api(self.endpoint, message.team_id)
        users = dict.fromkeys([message.user, *mentioned(message.text)])
        people = self.services.users.many(api, users)
        words = readable(
            message.text, message.bot_user_id, lambda user: people[user].name if user in people else ""
        )
        name, words = _plain(people[message.user].name, LONGEST_NAME), _plain(words, LONGEST_QUOTE)
        ts = api.post_message(message.channel, message.thread_ts, **whole_message(f"> **{name}:** {words}"))
        bot = self.services.installation(api).bot()
        return replace(message, ts=ts, bot_user_id=bot.user_id if bot else message.bot_user_id)

    def question_before(self, message: Message, ts: str) -> Message | None:
        """The latest question of the message's author in its thread before our answer `ts`, as far as Slack tells.

        Raises SlackError, SettingsError.
        """
        api = self.services.api(self.endpoint, message.team_id)
        bot = self.services.installation(api).bot()
        found = None
        for raw in api.replies(message.channel, message.thread_ts):
            said = text_of(raw, "ts")
            if id_of(raw, "user") != message.user or not is_before(said, ts):
                continue
            one = replace(
                message,
                bot_user_id=bot.user_id if bot else "",
                ts=said,
                text=message_text(raw),
                files=known_files(raw),
            )
            asks = one.is_dm or one.mentions_us or (one.is_reply and not one.mentions_others)
            words = readable(one.text, one.bot_user_id, str)
            if asks and (words.strip() or one.files) and not is_one_of(AGAIN_WORDS | RESET_WORDS, words):
                found = one
        return found

    def close(self, message: Message) -> None:
        """Take the place away again, since nobody answers there. Never raises."""
        with suppress(SettingsError, SlackError):
            self.services.api(self.endpoint, message.team_id).delete_message(message.channel, message.ts)

    def tell(self, message: Message, response_url: str, key: Say, **values: str) -> None:
        """Say a sentence to the author alone. Never raises; a `response_url` of another host is not used."""
        text = say(self._language(message), key, **values)
        with suppress(SlackError):
            self.services.response_urls.tell(response_url, text)

    def tell_instead(self, message: Message, response_url: str, key: Say) -> None:
        """Say a sentence in place of the message that the author pressed, which others do not see. Never raises."""
        text = say(self._language(message), key)
        with suppress(SlackError):
            self.services.response_urls.show(response_url, {"text": text, "blocks": []}, replace=True)

    def _language(self, message: Message) -> str:
        """The author's language; without a token Slack does not tell."""
        setting, locale = self.endpoint.settings.language, ""
        if setting == "auto":
            with suppress(SettingsError):
                api = self.services.api(self.endpoint, message.team_id)
                locale = self.services.users.many(api, [message.user])[message.user].locale
        return language_for(setting, locale)


def why_not(error: SlackError) -> Say:
    """The sentence for an error of `QuestionPlace.open`."""
    code = error.error if isinstance(error, SlackRefused) else ""
    if code in TOKEN_DEAD | {"missing_scope"}:
        return Say.NOT_SET_UP
    return Say.NOT_INVITED if code in _NOT_THERE else Say.UNEXPECTED


def _plain(text: str, longest: int) -> str:
    """The text on one line, without markup."""
    return links.label_text(shortened(" ".join(text.split()), longest))
