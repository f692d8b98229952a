"""Tells the listener of events the name of a channel, where only the name decides whether a message is a question."""

from dataclasses import dataclass

from errors import SettingsError
from message import Message
from turns.endpoint_request import EndpointRequest
from turns.services import Services

BEFORE_ACK = 1.5  # seconds: Slack waits 3 s for its ack (docs/platform/slack.md#ack)


@dataclass(frozen=True, slots=True)
class ChannelName:
    """For one request."""

    services: Services
    endpoint: EndpointRequest

    def before_ack(self, message: Message) -> str | None:
        """The name without `#`, "" if Slack tells none; None if Slack has not answered within BEFORE_ACK seconds.

        Slack is asked once in ten minutes for a channel. The answer cannot be left to a turn, which would make the
        author of any remark a follower of the thread.
        """
        try:
            api = self.services.api(self.endpoint, message.team_id)
        except SettingsError:
            return ""
        return self.services.channel_names.soon(api, message.channel, BEFORE_ACK)
