"""Answers `/slack/interactions`: it verifies, reads, decides and hands off, as the events listener does."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

from clock import Clock
from errors import HandoffError, RequestError, SettingsError
from handoff import Claims, EventHandOff, Stopping
from job import Job
from message import Message
from slack_events.admission import Admit, Ignore, admit
from slack_events.asked_again import AskedAgain
from slack_events.asked_elsewhere import AskedElsewhere
from slack_events.form_actions import FormActions, FormAnswered
from slack_events.interaction import BlockAction, Interaction, Shortcut, parse_interaction
from slack_events.presses import ReasonSent, SharePress, VotePress
from slack_events.seen_requests import SeenRequests
from slack_events.signed_request import LATER, OK, Ack, Refusals, read_signed, refuse
from slack_events.stop_signs import StopPress, stop_of_press
from turns import EndpointRequest, Feedback, RefusalNotice, Sharing, SideEvents, logger, with_app_name

AGAIN_SECONDS = 30.0  # within this time, a second press of a button by the same member is a double click


@dataclass(frozen=True, slots=True)
class InteractionsListener:
    """For one request. The answer goes into the thread; only why a shortcut fails is sent to its `response_url`.

    `presses` are the presses of the last AGAIN_SECONDS in this process; Slack sends no press twice
    (docs/platform/slack.md#interactivity-requests).
    """

    endpoint: EndpointRequest
    clock: Clock
    presses: Claims
    hand_off: EventHandOff
    refusals: Refusals
    notice: RefusalNotice
    asked: AskedElsewhere
    asked_again: AskedAgain
    feedback: Feedback
    side_events: SideEvents
    seen: SeenRequests
    stopping: Stopping
    forms: FormActions
    sharing: Sharing

    def receive(self, raw: bytes, headers: Mapping[str, str]) -> Ack:
        """Answer Slack. A request without a valid signature gets 401 with an empty body, whatever it says."""
        received = self.clock.epoch()
        try:
            secrets = self.endpoint.settings.signing_secrets
            interaction = read_signed(raw, headers, secrets, partial(parse_interaction, now=received))
        except RequestError as error:
            self.seen.refused(self.endpoint.id, error, headers)
            return refuse(error, self.endpoint.id, self.refusals)
        self.seen.came(self.endpoint.id, self.endpoint.url)
        self.seen.interaction(self.endpoint.id, interaction.message.api_app_id if interaction else "")
        if isinstance(interaction, FormAnswered):
            return self.forms.answered(interaction, received)
        if isinstance(interaction, BlockAction):
            return self._pressed(interaction, received)
        if interaction is not None:
            self._take(interaction, received)
            self.side_events.interaction_arrived()  # waits for the storage, and a form may not wait
        return Ack(OK)

    def _take(self, interaction: Interaction, received: float) -> None:
        """Take on what Slack gets its ack for in any case."""
        match interaction:
            case StopPress(message) if self._may(message):
                self.stopping.stop(stop_of_press(self.endpoint.id, interaction))
            case SharePress(message, name, response_url) if self._may(message):
                self.sharing.share(message, name, response_url)
            case Shortcut(message, response_url, again) if self.presses.take(
                f"{self.endpoint.id}/{interaction.name}"
            ):
                if again is None:
                    self.asked.ask(message, response_url, received)
                else:
                    self.asked_again.ask(message, again, response_url, received)
            case VotePress(message, answer, rating, trigger_id) if self._may(message):
                self.feedback.voted(message, answer, rating, trigger_id)
            case ReasonSent(message, answer, reason) if self._may(message):
                self.feedback.explained(message, answer, reason)

    def _may(self, message: Message) -> bool:
        """Whether the member may ask here, as far as the event tells; otherwise the member is told."""
        verdict = admit(message, self.endpoint.settings)
        if isinstance(verdict, Ignore) and verdict.ruling:
            self.notice.refused(message, verdict.ruling)
        return isinstance(verdict, Admit)

    def _pressed(self, press: BlockAction, received: float) -> Ack:
        message = with_app_name(press.message, self.endpoint.settings.app_names)
        button = f"{self.endpoint.id}/{press.button}"
        if not self._may(message) or not self.presses.take(button):
            return Ack(OK)
        try:
            self.hand_off.hand(Job(message, self.endpoint.url, received))
        except (SettingsError, HandoffError) as error:
            self.presses.give_back(button)
            logger.warning("a press in %s was not taken: %s", message.channel, error)
            return Ack(LATER)
        return Ack(OK)
