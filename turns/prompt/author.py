"""The author of a message: the author's words as the app reads them, name and language."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from message import Message
from slack_api import UserInfo
from turns.prompt.readable import mentioned, readable
from wording import Language, Say, language_for, say

# Dify's codes for the languages of tools' names.
_LOCALES = {Language.EN: "en_US", Language.JA: "ja_JP", Language.ZH_HANS: "zh_Hans", Language.PT_BR: "pt_BR"}

FACTS = ("slack_user_id", "slack_user_name", "slack_channel_id", "slack_thread_ts", "slack_team_id")
"""The variables of an app that the author and the place of a message fill."""


@dataclass(frozen=True)
class Author:
    """The person who wrote the message. `people` asks Slack about users who are not known yet, and never raises.

    `setting` is the setting `language`.
    """

    message: Message
    people: Callable[[Iterable[str]], Mapping[str, UserInfo]]
    setting: str

    @cached_property
    def language(self) -> Language:
        """The language of the bot's own words for this person."""
        locale = self._user.locale if self.setting == "auto" else ""
        return language_for(self.setting, locale)

    @property
    def locale(self) -> str:
        """The same language as Dify writes it."""
        return _LOCALES[self.language]

    @property
    def name(self) -> str:
        """The person's display name; the user id if Slack does not tell the name."""
        return _name_of(self._user) or self.message.author

    @property
    def people_named(self) -> Sequence[str]:
        """The users whose names or language the app needs to be told: the author, and whom the message mentions."""
        message = self.message
        named = dict.fromkeys([message.user, *mentioned(message.text)])
        return [user for user in named if user and user != message.bot_user_id]

    @property
    def _user(self) -> UserInfo:
        user = self.message.user
        return self.people([user])[user]

    def names(self, users: Iterable[str]) -> Callable[[str], str]:
        """Look up the users. Returns a function from an id to the display name, "" if Slack does not tell the name."""
        people = self.people(users)
        return lambda user: _name_of(people.get(user))

    def say(self, key: Say, **values: str) -> str:
        """One of the bot's own sentences."""
        return say(self.language, key, **values)

    @cached_property
    def query(self) -> str:
        """The message without our mention and with readable Slack entities; empty for a bare mention."""
        text, ours = self.message.text, self.message.bot_user_id
        return readable(text, ours, self.names(user for user in mentioned(text) if user != ours))

    def context(self) -> Mapping[str, str]:
        """The author and the place, as values for the FACTS that the app declares (README.md#what-the-app-learns)."""
        message = self.message
        return {
            "slack_user_id": message.user,
            "slack_user_name": _name_of(self._user),
            "slack_channel_id": message.channel,
            "slack_thread_ts": message.root_ts,
            "slack_team_id": message.team_id,
        }


def _name_of(user: UserInfo | None) -> str:
    return user.name if user and user.known else ""
