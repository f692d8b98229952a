"""A member shares a private answer: question and answer are posted where the command was given."""

from contextlib import ExitStack
from dataclasses import dataclass, replace

import gevent

from errors import SettingsError, SlackError, SlackFateUnknown
from message import Message
from slack_reply import message_pages
from turns.endpoint_request import EndpointRequest
from turns.notices.private_run import PAGES
from turns.notices.question_place import QuestionPlace, why_not
from turns.private_answers import PrivateAnswer
from turns.report import logger, where
from turns.services import Services
from wording import Say


@dataclass(frozen=True, slots=True)
class Sharing:
    """For one request. The text comes from this process's memory: what a press says is not trusted."""

    services: Services
    endpoint: EndpointRequest
    place: QuestionPlace

    def share(self, message: Message, name: str, response_url: str) -> None:
        """Share the answer `name`. `message` tells who pressed, and where. Returns at once, and never raises."""
        gevent.spawn(self._share, message, name, response_url)

    def _share(self, message: Message, name: str, response_url: str) -> None:
        answers = self.services.private_answers
        answer = answers.take(self.endpoint.id, message.user, name)
        if answer is None:
            if not answers.is_taken(name):
                self.place.tell(message, response_url, Say.PRIVATE_GONE)
            return
        may_try_again = True
        try:
            key = self.place.refusal(message)
            if key is None:
                self._post(message, answer)
        except SlackFateUnknown:
            # Slack may show the answer: it must not stand there twice
            key, may_try_again = Say.UNEXPECTED, False
        except SlackError as error:
            key = why_not(error)
        except SettingsError:
            key = Say.NOT_SET_UP
        except Exception as error:  # noqa: BLE001 - the member must hear of any failure
            logger.error("a private answer could not be shared: %s", where(error))
            key = Say.UNEXPECTED
        if key is None:
            self.place.tell_instead(message, response_url, Say.SHARED)
        else:
            if may_try_again:
                answers.give_back(name, answer)
            self.place.tell(message, response_url, key)

    def _post(self, message: Message, answer: PrivateAnswer) -> None:
        """Post the quoted question, and the answer into its thread. After an error, what was posted is deleted."""
        with ExitStack() as undo:
            asked = self.place.open(replace(message, text=answer.question, thread_ts=""))
            undo.callback(self.place.close, asked)
            api = self.services.api(self.endpoint, message.team_id)
            for page in message_pages(answer.text, PAGES)[0]:
                ts = api.post_message(message.channel, asked.ts, **page)
                undo.callback(self.place.close, replace(asked, ts=ts))
            undo.pop_all()
