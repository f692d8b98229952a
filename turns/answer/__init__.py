"""The middle of a turn: it asks the app, shows the answer while it grows, and says how the answer ended."""

from turns.answer.answer_state import AnswerState
from turns.answer.answering import Answering
from turns.answer.asking import Asking
from turns.answer.asking_again import AskingAgain
from turns.answer.ending import Ending, below
from turns.answer.follow_ups import FollowUps
from turns.answer.forms import Forms
from turns.answer.greeting import Greeting, Welcomer
from turns.answer.rating import RatedAnswer, RatingOffer
from turns.answer.turn_context import TurnContext

__all__ = [
    "AnswerState",
    "Answering",
    "Asking",
    "AskingAgain",
    "Ending",
    "FollowUps",
    "Forms",
    "Greeting",
    "RatedAnswer",
    "RatingOffer",
    "TurnContext",
    "Welcomer",
    "below",
]
