"""Takes members' votes on answers, passes them on to Dify, and tells the members whether they arrived."""

from dataclasses import dataclass

import gevent

from dify_app import Rating
from errors import DifyError, SettingsError, SlackError
from message import Message
from slack_api import SlackApi
from turns.answer import RatedAnswer
from turns.endpoint_request import EndpointRequest
from turns.feedback.reason_form import reason_form
from turns.feedback.votes import Vote, Votes
from turns.notices import RefusalNotice, refusal_of
from turns.report import logger, where
from turns.services import Services
from wording import Language, Say, language_for

LANGUAGE_TIMEOUT = 1.0  # seconds of a trigger id's 3 that the look for the member's language may take


@dataclass(frozen=True, slots=True)
class Feedback:
    """For one request. `votes` are those of the process.

    Slack gets its ack at once. What follows uses neither the session nor the storage, and so may outlive the request.
    """

    services: Services
    endpoint: EndpointRequest
    votes: Votes
    notice: RefusalNotice

    def voted(self, message: Message, answer: RatedAnswer, rating: Rating, trigger_id: str) -> None:
        """A member pressed a thumb. A bad vote of who may ask opens the form for the reason. Returns at once."""
        if rating == "dislike" and trigger_id:
            gevent.spawn(self._ask_why, message, answer, trigger_id)
        gevent.spawn(self._take, message, answer, rating, "", self.votes.number())

    def explained(self, message: Message, answer: RatedAnswer, reason: str) -> None:
        """A member sent the form. Returns at once."""
        gevent.spawn(self._take, message, answer, "dislike", reason, self.votes.number())

    def _ask_why(self, message: Message, answer: RatedAnswer, trigger_id: str) -> None:
        try:
            api = self.services.api(self.endpoint, message.team_id)
            seconds = self.services.clock.wall(LANGUAGE_TIMEOUT, at_least=0.5)
            language = gevent.with_timeout(
                seconds,
                self._language,
                api,
                message,
                timeout_value=language_for(self.endpoint.settings.language, ""),
            )
            if self.services.rules(self.endpoint, api).foresees_refusal(message):
                return  # the vote is refused, and the member told why
            api.open_view(trigger_id, reason_form(message, answer.value("dislike"), language))
        except (SettingsError, SlackError) as error:
            logger.warning("the form for a reason could not be opened: %s", type(error).__name__)
        except Exception as error:  # noqa: BLE001 - the vote itself is on its way
            logger.error("the form for a reason broke: %s", where(error))

    def _take(self, message: Message, answer: RatedAnswer, rating: Rating, reason: str, number: int) -> None:
        try:
            api = self.services.api(self.endpoint, message.team_id)
            ruling = self.services.rules(self.endpoint, api).ruling(message)
            if not ruling.answered:
                self._tell(message, refusal_of(ruling))
                return
            name = self.services.users.one(api, message.user).name
            key = self._passed_on(message, answer, Vote(number, rating, name, reason))
            if key is not None:
                self._tell(message, key)
        except (SettingsError, SlackError) as error:
            logger.warning("a vote in %s was not taken: %s", message.channel, type(error).__name__)
        except Exception as error:  # noqa: BLE001 - nobody waits for a vote
            logger.error("a vote broke: %s", where(error))

    def _passed_on(self, message: Message, answer: RatedAnswer, vote: Vote) -> Say | None:
        """Tell Dify all votes on the answer. The sentence for the member; None if there is nothing new to say."""
        way = self.services.api_way(self.endpoint, answer.app_id, answer.user, self.endpoint.url)
        if way is None or not answer.user.startswith(f"slack:{message.team_id}:"):
            return Say.FEEDBACK_LOST
        ballot = self.votes.on(self.endpoint.id, answer.message_id)
        is_new = ballot.cast(message.user, vote)
        with ballot.sending:
            whole = ballot.whole
            if ballot.told != whole:
                try:
                    way.rate(answer.message_id, *whole)
                except DifyError as error:
                    logger.warning("Dify did not take a vote: %s", error.kind)
                    return Say.FEEDBACK_LOST
                ballot.told, is_new = whole, True
        if not is_new:
            return None
        return Say.REASON_ARRIVED if vote.reason else Say.FEEDBACK_ARRIVED

    def _language(self, api: SlackApi, message: Message) -> Language:
        setting = self.endpoint.settings.language
        locale = self.services.users.one(api, message.user).locale if setting == "auto" else ""
        return language_for(setting, locale)

    def _tell(self, message: Message, key: Say) -> None:
        root = message.thread_ts if message.is_reply else ""
        self.notice.tell(message.team_id, message.channel, message.user, key, root)
