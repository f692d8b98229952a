"""Asks a question once more, from a message shortcut on the question or on its answer."""

from dataclasses import dataclass, replace

import gevent

from errors import SettingsError, SlackError
from message import MENTION, Message
from slack_events.asked_elsewhere import AskedElsewhere
from turns import (
    AGAIN_WORDS,
    AskedQuestions,
    EndpointRequest,
    QuestionPlace,
    is_one_of,
    logger,
    where,
)
from wording import Say

AGAIN = "ask_dify_again"
"""The `callback_id` of the shortcut."""


@dataclass(frozen=True, slots=True)
class AskedAgain:
    """For one request. Only who asked may ask again."""

    endpoint: EndpointRequest
    asked: AskedElsewhere
    questions: AskedQuestions
    place: QuestionPlace

    def ask(self, message: Message, about: Message, response_url: str, received: float) -> None:
        """`message` is who asks and where, `about` the message that the shortcut was chosen on. Returns at once."""
        gevent.spawn(self._ask, message, about, response_url, received)

    def _ask(self, message: Message, about: Message, response_url: str, received: float) -> None:
        try:
            question = self._question(message, about)
        except (SettingsError, SlackError):
            question = None
        except Exception as error:  # noqa: BLE001 - the member must hear of any failure
            logger.error("asking again broke: %s", where(error))
            question = None
        if question is None:
            self.asked.tell(message, response_url, Say.AGAIN_NOTHING)
        elif question.user != message.user:
            self.asked.tell(message, response_url, Say.AGAIN_NOT_YOURS)
        else:
            again = replace(message, text=question.text, files=question.files, app_name=question.app_name)
            self.asked.ask(again, response_url, received)

    def _question(self, message: Message, about: Message) -> Message | None:
        """The question itself, or the one behind an answer of ours; None if it cannot be found."""
        kept = self.questions.of(self.endpoint.id, about.channel, about.ts)
        is_word = is_one_of(AGAIN_WORDS, MENTION.sub("", about.text))
        if kept is not None and (is_word or kept.ts != about.ts or kept.user != about.user):
            return kept
        if about.app_id and about.app_id == about.api_app_id:
            return self.place.question_before(message, about.ts)
        return about if about.text.strip() or about.files else None
