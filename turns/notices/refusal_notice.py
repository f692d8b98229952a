"""Tells a member alone why there is no answer: once a day that a rule of the admin forbids one."""

from contextlib import suppress
from dataclasses import dataclass

import gevent

from errors import SettingsError, SlackError
from message import Message
from provider import Ruling
from turns.endpoint_request import EndpointRequest
from turns.services import Services
from wording import Say, language_for, say

_SAY = {
    "allowed_users": Say.NOT_ALLOWED,
    "guests": Say.NO_GUESTS,
    "slack_connect": Say.NO_OUTSIDERS,
    "allowed_channels": Say.NOT_IN_CHANNEL,
    "direct_messages": Say.NO_DIRECT_MESSAGES,
}


def refusal_of(ruling: Ruling) -> Say:
    """The sentence for a ruling that says no."""
    return Say.RULE_UNKNOWN if ruling.lacks else _SAY.get(ruling.settings[0], Say.APP_MISCONFIGURED)


@dataclass(frozen=True, slots=True)
class RefusalNotice:
    """For one request. Nothing is ever said to apps, nor where others can read it."""

    services: Services
    endpoint: EndpointRequest

    def refused(self, message: Message, ruling: Ruling) -> None:
        """Tell the author, unless this process did within a day. Returns at once and never raises."""
        person = f"{self.endpoint.id}/{message.team_id}/{message.user}"
        if (
            ruling.settings[0] not in _SAY
            or not message.user
            or message.bot_id
            or person in self.services.refused_today
        ):
            return
        self.services.refused_today[person] = None
        thread_ts = message.root_ts if message.is_reply else ""
        self.tell(message.team_id, message.channel, message.user, refusal_of(ruling), thread_ts)

    def not_taken(self, message: Message) -> None:
        """Tell the author that the message is left without an answer. Returns at once and never raises."""
        if message.user and not message.bot_id:
            thread_ts = message.root_ts if message.is_reply else ""
            self.tell(message.team_id, message.channel, message.user, Say.NOT_TAKEN, thread_ts)

    def tell(self, team_id: str, channel: str, user: str, key: Say, thread_ts: str = "") -> None:
        """Say a sentence to one member alone, in the thread or in the channel. Returns at once and never raises."""
        gevent.spawn(self._tell, team_id, channel, user, key, thread_ts)

    def _tell(self, team_id: str, channel: str, user: str, key: Say, thread_ts: str) -> None:
        services = self.services
        with suppress(SettingsError, SlackError):
            api = services.api(self.endpoint, team_id)
            locale = services.users.many(api, [user])[user].locale
            text = say(language_for(self.endpoint.settings.language, locale), key)
            api.post_ephemeral(channel, user, text, thread_ts)
