"""Answers one message: each message is claimed once, answered in its thread's order, and within the platforms' time."""

from slack_reply import FORM_ACTION, FormButton, pressed_button, submitted_form
from turns.answer import RESET_WORDS
from turns.endpoint_request import EndpointRequest
from turns.limits import HEARTBEAT_SECONDS, REQUEST_SECONDS
from turns.notices import FormModals, NoticeRun, QuestionPlace, RefusalNotice, SideEvents, why_not
from turns.prompt import FACTS, calling_text, message_text
from turns.recent_turns import PastTurn, RecentTurns, TurnsOfHook
from turns.recovery import ProcessIdentity, Recovery, SweepRun, SweepSchedule, Work
from turns.report import AckTimes, logger, where
from turns.services import Services
from turns.throttle import asker_of, place_of
from turns.turn_factory import TurnsOfEndpoint
from turns.turn_request import Place, TurnRequest

__all__ = [
    "FACTS",
    "FORM_ACTION",
    "HEARTBEAT_SECONDS",
    "REQUEST_SECONDS",
    "RESET_WORDS",
    "AckTimes",
    "EndpointRequest",
    "FormButton",
    "FormModals",
    "NoticeRun",
    "PastTurn",
    "Place",
    "ProcessIdentity",
    "QuestionPlace",
    "RecentTurns",
    "Recovery",
    "RefusalNotice",
    "Services",
    "SideEvents",
    "SweepRun",
    "SweepSchedule",
    "TurnRequest",
    "TurnsOfEndpoint",
    "TurnsOfHook",
    "Work",
    "asker_of",
    "calling_text",
    "logger",
    "message_text",
    "place_of",
    "pressed_button",
    "submitted_form",
    "where",
    "why_not",
]
