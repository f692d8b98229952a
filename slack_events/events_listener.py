"""Answers `/slack/events`: it verifies, reads, decides and hands off, in this order. No turn runs here."""

import time
from collections.abc import Mapping
from dataclasses import dataclass

from clock import Clock
from errors import HandoffError, Malformed, SettingsError, StoreError
from handoff import EventHandOff
from job import Job
from message import Message
from slack_events.admission import Admit, AskThread, Ignore, Rules, admit, follow
from slack_events.channel_types import ChannelTypes
from slack_events.envelope import Envelope, Event, RateLimited, Removed, UrlVerification, parse
from slack_events.followers import Followers
from slack_events.refusals import Refusals
from slack_events.signature import verify
from turns import EndpointRequest, logger

OK, BAD_REQUEST, UNAUTHORIZED, LATER = 200, 400, 401, 503
LARGEST = 2 * 1024 * 1024
"""Bytes. Slack's largest message has about 40,000 characters, and an event carries them twice.
See docs/platform/slack.md#text-limits.
"""
LARGEST_UNSIGNED = 4096


@dataclass(frozen=True, slots=True)
class Ack:
    """The status and the plain text body of the answer to Slack."""

    status: int
    text: str = ""


@dataclass(frozen=True, slots=True)
class EventsListener:
    """For one request.

    `followers` are read only for replies without a mention; this is the only storage call before the ack. `refusals`
    writes to the log why a request was refused.
    """

    endpoint: EndpointRequest
    rules: Rules
    clock: Clock
    channel_types: ChannelTypes
    followers: Followers
    hand_off: EventHandOff
    refusals: Refusals

    def receive(self, raw: bytes, headers: Mapping[str, str]) -> Ack:
        """Answer Slack. A request without a valid signature gets 401 with an empty body, whatever it says."""
        received = self.clock.epoch()
        if not self.endpoint.settings.signing_secrets:
            return _unconfigured(raw)
        if len(raw) > LARGEST or not verify(raw, headers, self.endpoint.settings.signing_secrets, time.time):
            self._refuse("no valid signature")
            return Ack(UNAUTHORIZED)
        try:
            envelope = parse(raw)
        except Malformed as error:
            self._refuse(str(error))
            return Ack(BAD_REQUEST)
        return self._event(envelope, received)

    def _event(self, envelope: Envelope, received: float) -> Ack:
        match envelope:
            case UrlVerification(challenge):
                return Ack(OK, challenge)
            case Event(message):
                return self._message(message, received)
            case RateLimited(team_id, minute):
                logger.warning("Slack held back events of team %s in minute %s", team_id, minute)
            case Removed(team_id, kind):
                logger.warning("%s in team %s: the bot can't answer there any more", kind, team_id)
        self.hand_off.sweep_if_due()
        return Ack(OK)

    def _message(self, message: Message, received: float) -> Ack:
        message = self.channel_types.with_type(self.endpoint.id, message)
        verdict = admit(message, self.rules)
        if isinstance(verdict, AskThread):
            try:
                verdict = follow(message, self.followers.of(message))
            except StoreError:  # the reply may be for us: Slack sends it again
                self._refuse("the thread's record cannot be read")
                return Ack(LATER)
        if isinstance(verdict, Ignore):
            self.hand_off.sweep_if_due()
            return Ack(OK)
        assert isinstance(verdict, Admit)  # noqa: S101 - what is left of the union
        try:
            self.hand_off.hand(Job(message, self.endpoint.url, received))
        except SettingsError as error:
            logger.error("%s", error)
            return Ack(LATER, f"{error}\n")
        except HandoffError as error:
            self._refuse(str(error))
            return Ack(LATER)
        return Ack(OK)

    def _refuse(self, why: str) -> None:
        self.refusals.note(self.endpoint.id, why)


def _unconfigured(raw: bytes) -> Ack:
    """Slack must be able to check the URL before the admin has entered a signing secret.

    Source: docs/platform/slack.md#url-verification.
    """
    if len(raw) > LARGEST_UNSIGNED:
        return Ack(UNAUTHORIZED)
    try:
        envelope = parse(raw)
    except Malformed:
        return Ack(UNAUTHORIZED)
    return Ack(OK, envelope.challenge) if isinstance(envelope, UrlVerification) else Ack(UNAUTHORIZED)
