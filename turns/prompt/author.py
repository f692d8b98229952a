"""The author of a message: the author's words as the app reads them, name and language."""

from collections.abc import Callable, Iterable, Mapping
from functools import cached_property

from message import Message
from slack_api import UserInfo
from turns.prompt.readable import mentioned, readable
from wording import Language, Say, language_for, say

# Dify's codes for the languages of tools' names.
_LOCALES = {
    Language.EN: "en_US",
    Language.JA: "ja_JP",
    Language.ZH_HANS: "zh_Hans",
    Language.PT_BR: "pt_BR",
}


class Author:
    """The person who wrote the message. `user` and `people` ask Slack once for each user, and never raise."""

    def __init__(
        self,
        message: Message,
        user: Callable[[str], UserInfo],
        people: Callable[[Iterable[str]], Mapping[str, UserInfo]],
        language: str,
    ) -> None:
        self._message = message
        self._user = user
        self._people = people
        self._setting = language
        self._language: Language | None = None

    @property
    def language(self) -> Language:
        """The language of the bot's own words for this person."""
        if self._language is None:
            locale = self._user(self._message.user).locale if self._setting == "auto" else ""
            self._language = language_for(self._setting, locale)
        return self._language

    @property
    def locale(self) -> str:
        """The same language as Dify writes it."""
        return _LOCALES[self.language]

    @property
    def name(self) -> str:
        """The person's display name; the user id if Slack does not tell the name."""
        return _name_of(self._user(self._message.user)) or self._message.user

    def say(self, key: Say, **values: str) -> str:
        """One of the bot's own sentences."""
        return say(self.language, key, **values)

    @cached_property
    def query(self) -> str:
        """The message without our mention and with readable Slack entities; empty for a bare mention."""
        text, ours = self._message.text, self._message.bot_user_id
        people = self._people(user for user in mentioned(text) if user != ours)
        return readable(text, ours, lambda user: _name_of(people.get(user)))

    def context(self) -> Mapping[str, str]:
        """The author and the place, as values for the app's declared variables (README.md#what-the-app-learns)."""
        message = self._message
        return {
            "slack_user_id": message.user,
            "slack_user_name": _name_of(self._user(message.user)),
            "slack_channel_id": message.channel,
            "slack_thread_ts": message.root_ts,
            "slack_team_id": message.team_id,
        }


def _name_of(user: UserInfo | None) -> str:
    return user.name if user and user.known else ""
