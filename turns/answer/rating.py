"""The thumbs under an answer: which answers get them, and what a press of one brings back."""

import re
from dataclasses import dataclass
from typing import Self

from conversation_store import Presses
from dify_app import DifyApp, Rating
from message import Message
from slack_reply import Blocks, Thumb, thumbs
from turns.answer.answer_state import AnswerState
from turns.prompt import Author
from wording import Say

NOT_RATED = frozenset({"agent"})
"""Modes of apps whose answers take no feedback (docs/platform/dify-service-api.md#feedback)."""

_VALUE = re.compile(
    r"([+-]) ([A-Za-z0-9_-]{1,100}) (slack:[A-Za-z0-9]{1,64}:[A-Za-z0-9]{1,64}) ([A-Za-z0-9-]{1,64})",
    re.ASCII,
)
_SIGNS: dict[Rating, str] = {"like": "+", "dislike": "-"}
_RATINGS: dict[str, Rating] = {sign: rating for rating, sign in _SIGNS.items()}


@dataclass(frozen=True, slots=True)
class RatedAnswer:
    """An answer in Dify: the app, the end user to whom the conversation belongs, and the message.

    All of that stands in a button's value, so that a press needs no storage, however late it comes.
    """

    app_id: str
    user: str
    message_id: str

    def value(self, rating: Rating) -> str:
        """The value of the button that gives this rating."""
        return f"{_SIGNS[rating]} {self.app_id} {self.user} {self.message_id}"

    @classmethod
    def read(cls, value: str) -> tuple[Self, Rating] | None:
        """The reverse of `value`; None for any other text."""
        found = _VALUE.fullmatch(value)
        return (cls(found[2], found[3], found[4]), _RATINGS[found[1]]) if found else None


@dataclass(frozen=True, slots=True)
class RatingOffer:
    """For one message. Nothing is offered that would go nowhere."""

    message: Message
    app_id: str
    app: DifyApp
    author: Author
    presses: Presses

    def learn(self) -> None:
        """Ask the storage whether presses reach the hook, beside the run, so that the end of the answer need not."""
        if self.app.via == "api":
            self.presses.arrive()

    def blocks(self, state: AnswerState) -> tuple[Blocks, ...]:
        """The thumbs under a whole answer, in several forms; none for an answer that Dify takes no rating of."""
        message_id, form = kept_message(state), state.form
        if not message_id or form is None or form.mode in NOT_RATED or not self.presses.are_known:
            return ()
        answer, say = RatedAnswer(self.app_id, state.user, message_id), self.author.say
        if RatedAnswer.read(answer.value("like")) is None:
            return ()
        good = Thumb(answer.value("like"), say(Say.FEEDBACK_GOOD))
        bad = Thumb(answer.value("dislike"), say(Say.FEEDBACK_BAD))
        return thumbs(good, bad, self.message.team_id)


def kept_message(state: AnswerState) -> str:
    """The id of the whole answer as a message in Dify that a key can refer to; "" if there is none."""
    whole = state.ended is not None and state.error is None and not state.paused
    return state.run.message_id if whole and state.via == "api" and state.run is not None else ""
