"""What `/slack/events` does with a request: verify, understand, decide, hand off. In this order, and no turn here."""

import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

from clock import Clock
from errors import HandoffError, Malformed, SettingsError, StoreError
from job import Job
from message import Message
from slack_events.admission import Admit, AskThread, Ignore, Rules, admit, follow
from slack_events.envelope import Envelope, Event, RateLimited, Removed, UrlVerification, parse
from slack_events.signature import verify
from turns.report import logger

OK, BAD_REQUEST, UNAUTHORIZED, LATER = 200, 400, 401, 503
LARGEST = 2 * 1024 * 1024
"""Bytes; Slack's largest message has some 40,000 characters, told twice (field/slack.md §3.2)."""
LARGEST_UNSIGNED = 4096


@dataclass(frozen=True, slots=True)
class Ack:
    """Status and plain text body of the answer to Slack."""

    status: int
    text: str = ""


@dataclass(frozen=True, slots=True)
class EventsListener:
    """For one request.

    `followers` asks the thread's record who is followed there: the one storage call before the ack, made only for
    replies without a mention; it raises StoreError when it can't know.
    `hand_off` returns once the turn is owned and raises HandoffError; it raises SettingsError when the settings don't
    let anyone answer. `spare` is called for what Slack signed and no turn
    answers, `refused` with the reason for what is not taken; neither may wait for anything. `typed` adds the channel's
    type to a message that does not say it, as far as it is known.
    """

    signing_secrets: tuple[str, ...]
    rules: Rules
    clock: Clock
    followers: Callable[[Message], Collection[str]]
    hand_off: Callable[[Job], None]
    hook_url: str
    spare: Callable[[], None] = lambda: None
    refused: Callable[[str], None] = lambda _: None
    typed: Callable[[Message], Message] = lambda message: message

    def take(self, raw: bytes, headers: Mapping[str, str]) -> Ack:
        """Answer Slack. Whatever comes, what is not signed is 401 with an empty body."""
        received = self.clock.epoch()
        if not self.signing_secrets:
            return _unconfigured(raw)
        if len(raw) > LARGEST or not verify(raw, headers, self.signing_secrets, time.time):
            self.refused("no valid signature")
            return Ack(UNAUTHORIZED)
        try:
            envelope = parse(raw)
        except Malformed as error:
            self.refused(str(error))
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
        self.spare()
        return Ack(OK)

    def _message(self, message: Message, received: float) -> Ack:
        message = self.typed(message)
        verdict = admit(message, self.rules)
        if isinstance(verdict, AskThread):
            try:
                verdict = follow(message, self.followers(message))
            except StoreError:  # perhaps one for us: Slack comes again
                self.refused("the thread's record cannot be read")
                return Ack(LATER)
        if isinstance(verdict, Ignore):
            self.spare()
            return Ack(OK)
        assert isinstance(verdict, Admit)  # noqa: S101 - what is left of the union
        try:
            self.hand_off(Job(message, self.hook_url, received))
        except SettingsError as error:
            logger.error("%s", error)
            return Ack(LATER, f"{error}\n")
        except HandoffError as error:
            self.refused(str(error))
            return Ack(LATER)
        return Ack(OK)


def _unconfigured(raw: bytes) -> Ack:
    """Before the signing secret is there, Slack must still be able to check the URL (design §4)."""
    if len(raw) > LARGEST_UNSIGNED:
        return Ack(UNAUTHORIZED)
    try:
        envelope = parse(raw)
    except Malformed:
        return Ack(UNAUTHORIZED)
    return Ack(OK, envelope.challenge) if isinstance(envelope, UrlVerification) else Ack(UNAUTHORIZED)
