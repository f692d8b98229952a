"""What the bot shows to one member alone, and what it does in Slack of its own accord."""

from turns.notices.form_modals import FormModals
from turns.notices.notice_run import NoticeRun
from turns.notices.private_run import PrivateRun
from turns.notices.question_place import QuestionPlace, why_not
from turns.notices.reaction_run import ReactionRun, TakesJobs
from turns.notices.refusal_notice import RefusalNotice, refusal_of
from turns.notices.sharing import Sharing
from turns.notices.side_events import SideEvents

__all__ = [
    "FormModals",
    "NoticeRun",
    "PrivateRun",
    "QuestionPlace",
    "ReactionRun",
    "RefusalNotice",
    "Sharing",
    "SideEvents",
    "TakesJobs",
    "refusal_of",
    "why_not",
]
