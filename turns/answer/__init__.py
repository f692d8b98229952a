"""The middle of a turn: it asks the app, shows the answer while it grows, and says how the answer ended."""

from turns.answer.answering import Answering
from turns.answer.asking import Asking
from turns.answer.greeting import Greeting, Welcomer
from turns.answer.turn_context import TurnContext

__all__ = [
    "Answering",
    "Asking",
    "Greeting",
    "TurnContext",
    "Welcomer",
]
