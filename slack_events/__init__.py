"""Reads what Slack sent: is the request genuine, what does it say, and is the message for us."""

from slack_events.admission import Admit, AskThread, Ignore, Reason, admit
from slack_events.asked_again import AGAIN, AskedAgain
from slack_events.asked_elsewhere import AskedElsewhere
from slack_events.commands_listener import REPLAY_SECONDS, CommandsListener
from slack_events.events_listener import EventsListener
from slack_events.form_actions import FormActions
from slack_events.interactions_listener import AGAIN_SECONDS, InteractionsListener
from slack_events.remembered import ChannelTypes, DirectConversation, Followers
from slack_events.seen_requests import COMMANDS, INTERACTIVITY, SeenOfHook, SeenRequests
from slack_events.signed_request import Refusals

__all__ = [
    "AGAIN",
    "AGAIN_SECONDS",
    "COMMANDS",
    "INTERACTIVITY",
    "REPLAY_SECONDS",
    "Admit",
    "AskThread",
    "AskedAgain",
    "AskedElsewhere",
    "ChannelTypes",
    "CommandsListener",
    "DirectConversation",
    "EventsListener",
    "Followers",
    "FormActions",
    "Ignore",
    "InteractionsListener",
    "Reason",
    "Refusals",
    "SeenOfHook",
    "SeenRequests",
    "admit",
]
