"""Opens the modal in which a member fills in a form of a paused run (docs/platform/slack.md#trigger-ids)."""

from contextlib import suppress
from dataclasses import dataclass

import gevent

from errors import SettingsError, SlackError
from message import Message
from slack_reply import FormButton, form_modal
from turns.endpoint_request import EndpointRequest
from turns.notices.refusal_notice import RefusalNotice
from turns.report import logger
from turns.services import Services
from turns.throttle import RuleCheck
from wording import Say, language_for, say


@dataclass(frozen=True, slots=True)
class FormModals:
    """For one request."""

    services: Services
    endpoint: EndpointRequest
    notice: RefusalNotice

    def open(self, message: Message, button: FormButton, trigger_id: str, message_ts: str) -> bool:
        """Open the modal at once, since the trigger is good for 3 s. False if Slack does not open it.

        A modal that is sent names no place, so it carries the place of the form: nothing there is a secret. Who may not
        ask, by what Slack has told before, is told so and gets none; the turn decides on the others who send one.
        """
        place = {"team": message.team_id, "bot": message.bot_user_id, "channel": message.channel}
        place |= {"thread": message.root_ts, "message": message_ts}
        try:
            api = self.services.api(self.endpoint, message.team_id)
            rules = self.services.rules(self.endpoint, api)
            if rules.foresees_refusal(message):
                gevent.spawn(self._refuse, rules, message)
                return True
            known = self.services.users.known(api, message.user)  # no call to Slack comes before the modal
            language = language_for(self.endpoint.settings.language, known.locale if known else "")
            labels = {"send": say(language, Say.FORM_SEND), "cancel": say(language, Say.FORM_CANCEL)}
            api.open_view(trigger_id, form_modal(button, place, **labels))
        except (SettingsError, SlackError) as error:
            logger.warning("a form could not be opened in %s: %s", message.channel, error)
            return False
        return True

    def _refuse(self, rules: RuleCheck, message: Message) -> None:
        with suppress(SlackError):
            ruling = rules.ruling(message)
            if not ruling.answered:
                self.notice.refused(message, ruling)
