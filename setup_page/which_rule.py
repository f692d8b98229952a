"""Says for a channel and a member which app answers there, which settings decide, and why somebody is not answered."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from errors import SettingsError, SlackError, SlackRefused
from message import Message
from provider import Fact, Ruling, is_open, rule
from setup_page.app_manifest import HANDLE
from setup_page.chosen import chosen_channel, chosen_member
from setup_page.report import CheckLine, Text, green, red, text, unseen
from slack_api import HASTY, AuthInfo, Directory, UserInfo
from slack_events import Admit, AskThread, Ignore, Reason, admit
from turns import EndpointRequest, Services, asker_of, place_of
from wording import SetupText

LONGEST: Final = 200  # characters of what an admin types
_BOT: Final = "U000000000"  # stands for the bot while Slack does not tell its id
_DM: Final = "D000000000"  # stands for the member's direct message with the bot
_TEAM: Final = "T000000000"
_APP_NAME: Final = re.compile(r"~[\w-]{1,40}")
_SCOPES: Final = {
    Fact.ORGANISATION: "users:read",
    Fact.GUEST: "users:read",
    Fact.EMAIL: "users:read.email",
    Fact.GROUPS: "usergroups:read",
    Fact.CHANNEL_KIND: "mpim:read",
    Fact.CHANNEL_NAME: "channels:read, groups:read",
}
"""The scope with which Slack tells each fact."""


@dataclass(frozen=True, slots=True)
class WhichRule:
    """For one request. The rules are asked as a turn asks them, with what Slack tells of channel and member."""

    endpoint: EndpointRequest
    services: Services

    def lines(self, channel: str, member: str) -> list[CheckLine]:
        """What holds for this member in this channel, both as an admin types them; without a channel: by DM.

        `~name` behind the channel means a question that begins with the name of an app. May ask Slack for all names.
        """
        named = _APP_NAME.search(channel[:LONGEST])
        typed = _APP_NAME.sub("", channel[:LONGEST], count=1).strip()
        directory = self._directory()
        place = chosen_channel(typed, directory) if typed else _DM
        if isinstance(place, CheckLine):
            return [place]
        asker = chosen_member(member[:LONGEST].strip(), directory)
        if isinstance(asker, CheckLine):
            return [asker]
        app_name = named.group()[1:].casefold() if named else ""
        return list(self._lines(place, asker, app_name))

    def _directory(self) -> Directory | None:
        try:
            return Directory(self.services.api(self.endpoint, ""))
        except SettingsError:
            return None

    def _lines(self, channel: str, member: str, app_name: str) -> Iterator[CheckLine]:
        yield self._app(channel, app_name)
        bot, user = self._asked(member)
        if channel != _DM and (membership := self._membership(channel, bot)):
            yield membership
        if user is not None and not user.known:
            yield red(SetupText.MEMBER, text(SetupText.NO_MEMBER, name=member))
            return
        message = _message(channel, member, bot, user)
        message = replace(message, app_name=app_name, channel_type=self._channel_type(message))
        if message.is_dm:
            yield self._verdict(SetupText.BY_MESSAGE, message, user)
            return
        calling = replace(message, text=f"<@{message.bot_user_id}>")
        mention = calling if message.is_group_dm else replace(calling, source="app_mention")
        yield self._verdict(SetupText.BY_MENTION, mention, user)
        if self._is_open(message):
            yield self._verdict(SetupText.BY_OPENING, replace(message, text="a question"), user, opens=True)
        reply = replace(message, ts="2.000000", thread_ts="1.000000", text="and then?")
        yield self._verdict(SetupText.BY_REPLY, reply, user)

    def _membership(self, channel: str, bot: AuthInfo | None) -> CheckLine | None:
        """Whether the bot is in the channel, so that it hears of messages there; None where Slack says nothing.

        Source: docs/platform/slack.md#finding-by-name.
        """
        name, title = (bot.bot_name if bot else "") or HANDLE, SetupText.PLACE
        try:
            known = self.services.api(self.endpoint, "").channel(channel, HASTY)
        except SlackRefused as error:
            if error.error == "missing_scope":
                return unseen(title, text(SetupText.PLACE_UNKNOWN))
            is_hidden = error.error == "channel_not_found"
            return red(title, text(SetupText.PLACE_UNSEEN, bot=name)) if is_hidden else None
        except (SettingsError, SlackError):
            return None
        if known.get("is_archived") is True:
            return red(title, text(SetupText.PLACE_ARCHIVED))
        if known.get("is_member") is False:
            return red(title, text(SetupText.PLACE_NO_MEMBER, bot=name))
        return green(title, text(SetupText.PLACE_MEMBER)) if known.get("is_member") is True else None

    def _channel_type(self, message: Message) -> str:
        if message.channel.startswith("D"):
            return "im"
        try:
            api = self.services.api(self.endpoint, message.team_id)
        except SettingsError:
            return "channel"
        scopes = self.services.installation(api).scopes
        return (
            "mpim" if self.services.channels.is_group_dm(api, message.channel, scopes, HASTY) else "channel"
        )

    def _app(self, channel: str, app_name: str) -> CheckLine:
        settings = self.endpoint.settings
        try:
            app = settings.app_for(channel, app_name)
        except SettingsError as error:
            return red(error.setting, text(SetupText.SETTING_WRONG, cure=error.cure))
        setting = settings.app_setting(channel, app_name)
        return green(setting, text(SetupText.ANSWERING_APP, app=app, setting=setting))

    def _asked(self, member: str) -> tuple[AuthInfo | None, UserInfo | None]:
        """The bot and the member as Slack knows them; None each where the endpoint has no token."""
        try:
            api = self.services.api(self.endpoint, "")
        except SettingsError:
            return None, None
        return self.services.installation(api).bot(), self.services.users.one(api, member)

    def _verdict(
        self, title: SetupText, message: Message, user: UserInfo | None, *, opens: bool = False
    ) -> CheckLine:
        """`opens`: the message begins a thread in a channel where that is a question."""
        if user is not None and user.is_bot:
            return red(title, text(SetupText.REFUSED_BOT))
        ruling = self._ruling(message)
        if not ruling.answered:
            return red(title, _why(ruling, message))
        verdict = Admit() if opens else admit(message, self.endpoint.settings)
        if isinstance(verdict, Ignore):
            return red(title, _not_for_us(verdict.reason))
        if isinstance(verdict, AskThread):
            return unseen(title, text(SetupText.FOLLOWED))
        if ruling.settings:
            return green(title, text(SetupText.ANSWERED_BY, settings=", ".join(ruling.settings)))
        return green(title, text(SetupText.ANSWERED))

    def _is_open(self, message: Message) -> bool:
        settings = self.endpoint.settings
        try:
            api = self.services.api(self.endpoint, message.team_id)
        except SettingsError:
            return is_open(settings, place_of(message)) is True
        return self.services.rules(self.endpoint, api).is_open(message)

    def _ruling(self, message: Message) -> Ruling:
        """What the rules say; without a token, what they say by the message alone."""
        settings = self.endpoint.settings
        try:
            api = self.services.api(self.endpoint, message.team_id)
        except SettingsError:
            return rule(settings, asker_of(message), place_of(message), message.app_name)
        return self.services.rules(self.endpoint, api).ruling(message)


def _message(channel: str, member: str, bot: AuthInfo | None, user: UserInfo | None) -> Message:
    """A message of this member in this channel, as an event would bring it."""
    team = (bot.team_id or bot.enterprise_id if bot else "") or _TEAM
    home = user.team_id if user is not None else ""
    return Message(
        team_id=team,
        channel=channel,
        ts="1.000000",
        source="message",
        user=member,
        user_team=home or team,
        enterprise_id=bot.enterprise_id if bot else "",
        bot_user_id=(bot.user_id if bot else "") or _BOT,
    )


def _why(ruling: Ruling, message: Message) -> Text:
    setting = ruling.settings[0]
    if ruling.lacks is not None:
        return text(SetupText.REFUSED_UNKNOWN, setting=setting, scope=_SCOPES[ruling.lacks])
    match setting:
        case "slack_connect":
            return text(SetupText.REFUSED_EXTERNAL, setting=setting)
        case "guests":
            return text(SetupText.REFUSED_GUEST, setting=setting)
        case "allowed_users":
            return text(SetupText.REFUSED_LIST, setting=setting, id=message.user)
        case "allowed_channels":
            return text(SetupText.REFUSED_LIST, setting=setting, id=message.channel)
        case _:
            return text(SetupText.REFUSED_OFF, setting=setting)


def _not_for_us(reason: Reason) -> Text:
    if reason is Reason.NOT_ADDRESSED:
        return text(SetupText.REFUSED_OFF, setting="follow_threads")
    return text(SetupText.REFUSED_OTHER, reason=reason.name.lower())
