"""Says for a channel and a member which app answers there, which settings decide, and why somebody is not answered."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from errors import SettingsError
from message import Message, Source
from setup_page.report import CheckLine, Text, green, red, text, unseen
from slack_api import AuthInfo, UserInfo
from slack_events import AskThread, Ignore, Reason, Rules, admit
from turns import EndpointRequest, Services
from wording import SetupText

LONGEST: Final = 200  # characters of what an admin types
_CHANNEL: Final = re.compile(r"\b[CGD][A-Z0-9]{6,20}\b", re.ASCII)
_MEMBER: Final = re.compile(r"\b[UW][A-Z0-9]{6,20}\b", re.ASCII)
_BOT: Final = "U000000000"  # stands for the bot while Slack does not tell its id
_DM: Final = "D000000000"  # stands for the member's direct message with the bot
_TEAM: Final = "T000000000"
_SETTING_OFF: Final = {
    Reason.DIRECT_MESSAGES_OFF: "direct_messages",
    Reason.NOT_ADDRESSED: "follow_threads",
}


@dataclass(frozen=True, slots=True)
class WhichRule:
    """For one request. `rules` are those by which messages are let in."""

    endpoint: EndpointRequest
    services: Services
    rules: Rules

    def lines(self, channel: str, member: str) -> list[CheckLine]:
        """What holds for this member in this channel. Both are texts with an id in them; without a channel: by DM."""
        typed, found = channel[:LONGEST].strip(), _CHANNEL.search(channel[:LONGEST])
        if typed and not found:
            return [red(SetupText.CHANNEL, text(SetupText.NO_CHANNEL, name=typed))]
        asker = _MEMBER.search(member[:LONGEST])
        if not asker:
            return [red(SetupText.MEMBER, text(SetupText.NO_MEMBER, name=member[:LONGEST].strip()))]
        return list(self._lines(found.group() if found else _DM, asker.group()))

    def _lines(self, channel: str, member: str) -> Iterator[CheckLine]:
        yield self._app(channel)
        bot, user = self._asked(member)
        if user is not None and not user.known:
            yield red(SetupText.MEMBER, text(SetupText.NO_MEMBER, name=member))
            return
        message = _message(channel, member, bot, user)
        if message.is_dm:
            yield self._verdict(SetupText.BY_MESSAGE, message, user)
            return
        mention = replace(message, source="app_mention", text=f"<@{message.bot_user_id}>")
        yield self._verdict(SetupText.BY_MENTION, mention, user)
        reply = replace(message, ts="2.000000", thread_ts="1.000000", text="and then?")
        yield self._verdict(SetupText.BY_REPLY, reply, user)

    def _app(self, channel: str) -> CheckLine:
        settings = self.endpoint.settings
        try:
            app = settings.app_for(channel)
        except SettingsError as error:
            return red(error.setting, text(SetupText.SETTING_WRONG, cure=error.cure))
        setting = "channel_apps" if channel in settings.channel_apps else "app"
        return green(setting, text(SetupText.ANSWERING_APP, app=app, setting=setting))

    def _asked(self, member: str) -> tuple[AuthInfo | None, UserInfo | None]:
        """The bot and the member as Slack knows them; None each where the endpoint has no token."""
        try:
            api = self.services.api(self.endpoint, "")
        except SettingsError:
            return None, None
        return self.services.installation(api).bot(), self.services.users.one(api, member)

    def _verdict(self, title: SetupText, message: Message, user: UserInfo | None) -> CheckLine:
        if user is not None and user.is_bot:
            return red(title, text(SetupText.REFUSED_BOT))
        verdict = admit(message, self.rules)
        if isinstance(verdict, Ignore):
            return red(title, _why(verdict.reason, message))
        if not self.rules.slack_connect and self._is_outsider(message):
            return red(title, _why(Reason.EXTERNAL, message))
        if isinstance(verdict, AskThread):
            return unseen(title, text(SetupText.FOLLOWED))
        return green(title, text(SetupText.ANSWERED))

    def _is_outsider(self, message: Message) -> bool:
        try:
            api = self.services.api(self.endpoint, message.team_id)
        except SettingsError:
            return False
        return self.services.installation(api).outsiders(message, [(message.user, message.user_team)])[0]


def _message(channel: str, member: str, bot: AuthInfo | None, user: UserInfo | None) -> Message:
    """A message of this member in this channel, as an event would bring it."""
    source: Source = "message"
    team = (bot.team_id or bot.enterprise_id if bot else "") or _TEAM
    home = user.team_id if user is not None else ""
    return Message(
        team_id=team,
        channel=channel,
        ts="1.000000",
        source=source,
        channel_type="im" if channel.startswith("D") else "channel",
        user=member,
        user_team=home or team,
        enterprise_id=bot.enterprise_id if bot else "",
        bot_user_id=(bot.user_id if bot else "") or _BOT,
    )


def _why(reason: Reason, message: Message) -> Text:
    if reason in _SETTING_OFF:
        return text(SetupText.REFUSED_OFF, setting=_SETTING_OFF[reason])
    match reason:
        case Reason.EXTERNAL:
            return text(SetupText.REFUSED_EXTERNAL, setting="slack_connect")
        case Reason.USER_NOT_ALLOWED:
            return text(SetupText.REFUSED_LIST, setting="allowed_users", id=message.user)
        case Reason.CHANNEL_NOT_ALLOWED:
            return text(SetupText.REFUSED_LIST, setting="allowed_channels", id=message.channel)
        case _:
            return text(SetupText.REFUSED_OTHER, reason=reason.name.lower())
