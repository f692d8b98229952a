"""Reads what Slack sent: is the request genuine, what does it say, and is the message for us."""

from slack_events.events_listener import EventsListener
from slack_events.interactions_listener import AGAIN_SECONDS, InteractionsListener
from slack_events.remembered import ChannelTypes, Followers
from slack_events.signed_request import Refusals

__all__ = [
    "AGAIN_SECONDS",
    "ChannelTypes",
    "EventsListener",
    "Followers",
    "InteractionsListener",
    "Refusals",
]
