"""The objects that one turn works with."""

from collections.abc import Sequence
from dataclasses import dataclass

from clock import Clock
from conversation_store import ThreadKey, ThreadStore
from job import OpenRun
from message import Message
from slack_api import SlackApi
from slack_reply import Reply, StatusLine
from turns.answer.asking import Asking
from turns.answer.asking_again import AskingAgain
from turns.answer.follow_ups import FollowUps
from turns.answer.forms import Forms
from turns.answer.greeting import Greeting
from turns.answer.rating import RatingOffer
from turns.asked_questions import AskedQuestions
from turns.files import ProducedFiles, RestFile
from turns.prompt import Author


@dataclass(frozen=True, slots=True)
class TurnContext:
    """For one message and one request. `holder` names this process in the thread's record.

    `run` is the app's run that an earlier request began, if this request goes on with one. `usual_key` is the thread's
    key for the app that answers without a name; None if that is `key`.
    """

    message: Message
    key: ThreadKey
    store: ThreadStore
    reply: Reply
    status: StatusLine
    author: Author
    asking: Asking
    produced: ProducedFiles
    rest: RestFile
    greeting: Greeting
    rating: RatingOffer
    follow_ups: FollowUps
    again: AskingAgain
    asked: AskedQuestions
    forms: Forms
    clock: Clock
    holder: str
    received: float
    show_sources: bool
    api: SlackApi
    show_progress: bool
    continuation: int = 0
    run: OpenRun | None = None
    app_names: Sequence[str] = ()
    usual_key: ThreadKey | None = None

    @property
    def answers_form(self) -> bool:
        """Whether the message is a member's answer to a form of the app, and no question."""
        return self.forms.press is not None

    def since_received(self) -> float:
        """Design seconds since Slack's event came in."""
        return self.clock.epoch() - self.received
