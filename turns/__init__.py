"""Answers one message: each message is claimed once, answered in its thread's order, and within the platforms' time."""

from dify_app import Rating
from slack_reply import FORM_ACTION, SHARE_ACTION, FormButton, pressed_button, submitted_form
from turns.answer import RatedAnswer
from turns.asked_questions import AskedQuestions
from turns.channel_name import ChannelName
from turns.endpoint_request import EndpointRequest
from turns.feedback import REASON_FORM, Feedback, Votes, reason_of, told_by
from turns.limits import HEARTBEAT_SECONDS, REQUEST_SECONDS
from turns.notices import (
    FormModals,
    QuestionPlace,
    RefusalNotice,
    Sharing,
    SideEvents,
    why_not,
)
from turns.prompt import AGAIN_WORDS, FACTS, RESET_WORDS, calling_text, is_one_of, message_text, with_app_name
from turns.recent_turns import PastTurn, RecentTurns, TurnsOfHook
from turns.recovery import ProcessIdentity, Recovery, SweepSchedule, Work
from turns.report import AckTimes, logger, where
from turns.services import Services
from turns.stop_request import StopRequest, says_stop
from turns.stop_rules import StopRules
from turns.throttle import asker_of, place_of
from turns.turn_factory import TurnsOfEndpoint
from turns.turn_request import Place, TurnRequest

__all__ = [
    "AGAIN_WORDS",
    "FACTS",
    "FORM_ACTION",
    "HEARTBEAT_SECONDS",
    "REASON_FORM",
    "REQUEST_SECONDS",
    "RESET_WORDS",
    "SHARE_ACTION",
    "AckTimes",
    "AskedQuestions",
    "ChannelName",
    "EndpointRequest",
    "Feedback",
    "FormButton",
    "FormModals",
    "PastTurn",
    "Place",
    "ProcessIdentity",
    "QuestionPlace",
    "RatedAnswer",
    "Rating",
    "RecentTurns",
    "Recovery",
    "RefusalNotice",
    "Services",
    "Sharing",
    "SideEvents",
    "StopRequest",
    "StopRules",
    "SweepSchedule",
    "TurnRequest",
    "TurnsOfEndpoint",
    "TurnsOfHook",
    "Votes",
    "Work",
    "asker_of",
    "calling_text",
    "is_one_of",
    "logger",
    "message_text",
    "place_of",
    "pressed_button",
    "reason_of",
    "says_stop",
    "submitted_form",
    "told_by",
    "where",
    "why_not",
    "with_app_name",
]
