"""Members rate answers: their votes and reasons on the way to Dify."""

from turns.feedback.feedback import Feedback
from turns.feedback.reason_form import REASON_FORM, reason_of, told_by
from turns.feedback.votes import Votes

__all__ = ["REASON_FORM", "Feedback", "Votes", "reason_of", "told_by"]
