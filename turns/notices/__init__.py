"""What the bot does in Slack of its own accord, without asking an app."""

from turns.notices.form_modals import FormModals
from turns.notices.notice_run import NoticeRun
from turns.notices.question_place import QuestionPlace, why_not
from turns.notices.refusal_notice import RefusalNotice, refusal_of
from turns.notices.side_events import SideEvents

__all__ = [
    "FormModals",
    "NoticeRun",
    "QuestionPlace",
    "RefusalNotice",
    "SideEvents",
    "refusal_of",
    "why_not",
]
