"""Asks a question that no message brought, from a slash command or a message shortcut."""

from dataclasses import dataclass

import gevent

from errors import HandoffError, SettingsError, SlackError
from handoff import EventHandOff
from job import Job, PrivateJob
from message import Message
from turns import EndpointRequest, QuestionPlace, logger, where, why_not, with_app_name
from wording import Say


@dataclass(frozen=True, slots=True)
class AskedElsewhere:
    """For one request. Slack gets its ack at once, since Slack does not send such a request again."""

    endpoint: EndpointRequest
    hand_off: EventHandOff
    place: QuestionPlace

    def ask(self, message: Message, response_url: str, received: float) -> None:
        """Check the rules, make a place for the question and hand the question off; otherwise tell the author why not.

        `message.thread_ts` is the thread that the question goes into; "" begins a thread. Returns at once.
        """
        named = with_app_name(message, self.endpoint.settings.app_names)
        gevent.spawn(self._ask, named, response_url, received)

    def ask_privately(self, message: Message, response_url: str, received: float) -> None:
        """Check the rules and hand the question off; its author alone sees the answer. Returns at once."""
        named = with_app_name(message, self.endpoint.settings.app_names)
        gevent.spawn(self._ask, named, response_url, received, private=True)

    def tell(self, message: Message, response_url: str, key: Say, **values: str) -> None:
        """Say a sentence to the author alone. Returns at once."""
        gevent.spawn(self.place.tell, message, response_url, key, **values)

    def _ask(self, message: Message, response_url: str, received: float, *, private: bool = False) -> None:
        try:
            key = self.place.refusal(message)
            if key is None and private:
                key = self._asked_privately(PrivateJob(message, self.endpoint.url, received, response_url))
            elif key is None:
                key = self._asked(message, received)
        except SettingsError as error:
            logger.error("%s", error)
            key = Say.NOT_SET_UP if error.setting == "bot_token" else Say.APP_MISCONFIGURED
        except SlackError as error:
            key = why_not(error)
        except Exception as error:  # noqa: BLE001 - the member must hear of any failure
            logger.error("a command broke: %s", where(error))
            key = Say.UNEXPECTED
        if key is not None:
            self.place.tell(message, response_url, key)

    def _asked(self, message: Message, received: float) -> Say | None:
        opened = self.place.open(message)
        try:
            self.hand_off.hand(Job(opened, self.endpoint.url, received))
        except (HandoffError, SettingsError) as error:
            logger.warning("a command in %s was not taken: %s", message.channel, error)
            self.place.close(opened)
            return Say.BUSY
        return None

    def _asked_privately(self, job: PrivateJob) -> Say | None:
        self.place.tell(job.message, job.response_url, Say.PRIVATE_WORKING)
        try:
            self.hand_off.ask_privately(job)
        except (HandoffError, SettingsError) as error:
            logger.warning("a private question in %s was not taken: %s", job.message.channel, error)
            return Say.BUSY
        return None
