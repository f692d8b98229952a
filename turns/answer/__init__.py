"""The middle of a turn: it asks the app, shows the answer while it grows, and says how the answer ended."""

from turns.answer.answering import Answering
from turns.answer.asking import Asking
from turns.answer.forms import Forms
from turns.answer.greeting import Greeting, Welcomer
from turns.answer.turn_context import TurnContext
from turns.answer.words import RESET_WORDS

__all__ = [
    "RESET_WORDS",
    "Answering",
    "Asking",
    "Forms",
    "Greeting",
    "TurnContext",
    "Welcomer",
]
