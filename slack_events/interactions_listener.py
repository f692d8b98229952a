"""Answers `/slack/interactions`: it verifies, reads, decides and hands off, as the events listener does."""

import time
from collections.abc import Mapping
from dataclasses import dataclass

from clock import Clock
from errors import HandoffError, Malformed, SettingsError
from handoff import Claims, EventHandOff
from job import Job
from slack_events.admission import Admit, Rules, admit
from slack_events.block_action import BlockAction, parse_block_action
from slack_events.events_listener import BAD_REQUEST, LARGEST, LATER, OK, UNAUTHORIZED, Ack
from slack_events.refusals import Refusals
from slack_events.signature import verify
from turns import EndpointRequest, logger

AGAIN_SECONDS = 30.0
"""A second press of the same button by the same person within this time is a double click."""


@dataclass(frozen=True, slots=True)
class InteractionsListener:
    """For one request.

    `presses` are the presses of the last AGAIN_SECONDS in this process; Slack sends no press twice
    (docs/platform/slack.md#interactivity-requests). Nothing is ever sent to the `response_url`: the answer goes
    into the thread.
    """

    endpoint: EndpointRequest
    rules: Rules
    clock: Clock
    presses: Claims
    hand_off: EventHandOff
    refusals: Refusals

    def receive(self, raw: bytes, headers: Mapping[str, str]) -> Ack:
        """Answer Slack. A request without a valid signature gets 401 with an empty body, whatever it says."""
        received = self.clock.epoch()
        if len(raw) > LARGEST or not verify(raw, headers, self.endpoint.settings.signing_secrets, time.time):
            self.refusals.note(self.endpoint.id, "no valid signature")
            return Ack(UNAUTHORIZED)
        try:
            press = parse_block_action(raw)
        except Malformed as error:
            self.refusals.note(self.endpoint.id, str(error))
            return Ack(BAD_REQUEST)
        return self._pressed(press, received) if press else Ack(OK)

    def _pressed(self, press: BlockAction, received: float) -> Ack:
        message = press.message
        button = f"{self.endpoint.id}/{press.button}"
        if not isinstance(admit(message, self.rules), Admit) or not self.presses.take(button):
            return Ack(OK)
        try:
            self.hand_off.hand(Job(message, self.endpoint.url, received))
        except (SettingsError, HandoffError) as error:
            self.presses.give_back(button)
            logger.warning("a press in %s was not taken: %s", message.channel, error)
            return Ack(LATER)
        return Ack(OK)
