"""Answers `/slack/events`: it verifies, reads, decides and hands off, in this order. No turn runs here."""

import uuid
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass

from clock import Clock
from errors import HandoffError, Malformed, RequestError, SettingsError, StoreError
from handoff import Claims, EventHandOff, Stopping
from job import Job, NoticeJob
from message import Message
from slack_events.admission import AskThread, Ignore, Reason, admit, calls_us, follow, name_decides
from slack_events.envelope import (
    Deleted,
    Envelope,
    Event,
    GroupChanged,
    HomeOpened,
    Invited,
    RateLimited,
    Reacted,
    Removed,
    SessionStopped,
    UrlVerification,
    parse,
)
from slack_events.remembered import ChannelTypes, Followers
from slack_events.seen_requests import SeenRequests
from slack_events.signed_request import LATER, OK, UNAUTHORIZED, Ack, Refusals, read_signed, refuse
from slack_events.stop_signs import stop_of_reaction, stop_of_session, stop_of_word
from turns import ChannelName, EndpointRequest, RefusalNotice, SideEvents, logger, with_app_name

LARGEST_UNSIGNED = 4096  # bytes
LAST_TRY = "3"

_APP = (
    "app %s may not ask, with or without a person's token. If it should, add it to the setting trusted_bots"
)


@dataclass(frozen=True, slots=True)
class EventsListener:
    """For one request. Before the ack, the storage is read only for replies without a mention and for what is stopped.

    `taken` are the words and reactions of the last minutes, since Slack repeats events.
    """

    endpoint: EndpointRequest
    clock: Clock
    channel_types: ChannelTypes
    followers: Followers
    hand_off: EventHandOff
    refusals: Refusals
    notice: RefusalNotice
    side_events: SideEvents
    channel_name: ChannelName
    seen: SeenRequests
    stopping: Stopping
    taken: Claims

    def receive(self, raw: bytes, headers: Mapping[str, str]) -> Ack:
        """Answer Slack. A request without a valid signature gets 401 with an empty body, whatever it says."""
        received = self.clock.epoch()
        if not self.endpoint.settings.signing_secrets:
            return _unconfigured(raw)
        try:
            envelope = read_signed(raw, headers, self.endpoint.settings.signing_secrets, parse)
        except RequestError as error:
            self.seen.refused(self.endpoint.id, error, headers)
            return refuse(error, self.endpoint.id, self.refusals)
        self.seen.came(self.endpoint.id, self.endpoint.url)
        self.seen.event(self.endpoint.id, envelope)
        return self._event(envelope, received, is_last=_is_last(headers))

    def _event(self, envelope: Envelope, received: float, *, is_last: bool) -> Ack:
        match envelope:
            case UrlVerification(challenge):
                return Ack(OK, challenge)
            case Event(message):
                return self._message(message, received, is_last=is_last)
            case Deleted(channel, ts):
                self.hand_off.deleted(channel, ts)
            case Reacted():
                self._reacted(envelope)
            case SessionStopped():
                self.stopping.stop(stop_of_session(self.endpoint.id, envelope), tells=False)
            case _:
                self._noticed(envelope)
        self.hand_off.sweep_if_due()
        return Ack(OK)

    def _noticed(self, envelope: Envelope) -> None:
        """Events of Slack that tell something and ask nothing."""
        match envelope:
            case HomeOpened(team_id, user, channel, shown):
                number = uuid.uuid4().hex
                self.hand_off.show(
                    NoticeJob(team_id, user, channel, is_hello=False, number=number, shown=shown)
                )
            case Invited(team_id, inviter, channel):
                name = f"hello/{team_id}/{channel}"
                self.hand_off.show(NoticeJob(team_id, inviter, channel, is_hello=True, number=name))
            case GroupChanged(team_id, group_id):
                self.side_events.group_changed(team_id, group_id)
            case RateLimited(team_id, minute):
                logger.warning("Slack held back events of team %s in minute %s", team_id, minute)
            case Removed(team_id, kind):
                logger.warning("%s in team %s: the bot can't answer there any more", kind, team_id)

    def _message(self, message: Message, received: float, *, is_last: bool) -> Ack:
        """`is_last`: Slack will not send the message again, so that its author should hear of a failure."""
        settings = self.endpoint.settings
        message = with_app_name(self.channel_types.with_type(self.endpoint.id, message), settings.app_names)
        name = self.channel_name.before_ack(message) if name_decides(message, settings) else ""
        if name is None:  # the message may be for us: Slack sends it again
            return self._later("Slack has not told the channel's name yet")
        verdict = admit(message, settings, name)
        if isinstance(verdict, AskThread):
            try:
                verdict = follow(message, self.followers.of(message))
                message = message if message.app_name else self.followers.with_app_name(message)
            except StoreError:  # the reply may be for us: Slack sends it again
                return self._later("the thread's record cannot be read")
        if isinstance(verdict, Ignore):
            self._ignored(
                message, verdict, is_call=bool(verdict.ruling) and calls_us(message, settings, name)
            )
            return Ack(OK)
        if stop := stop_of_word(self.endpoint.id, message, settings):
            if self.taken.take(f"{self.endpoint.id}/stop/{message.team_id}/{message.channel}/{message.ts}"):
                self.stopping.stop(stop)
            return Ack(OK)
        return self._handed(message, received, is_last=is_last)

    def _ignored(self, message: Message, verdict: Ignore, *, is_call: bool) -> None:
        self.seen.ignored(self.endpoint.id, verdict.reason)
        if verdict.reason is Reason.BOT and (message.source == "app_mention" or message.is_dm):
            self.refusals.note(self.endpoint.id, _APP % message.bot_id)
        if verdict.ruling and is_call:
            self.notice.refused(message, verdict.ruling)
        self.hand_off.sweep_if_due()

    def _handed(self, message: Message, received: float, *, is_last: bool) -> Ack:
        try:
            self.hand_off.hand(Job(message, self.endpoint.url, received))
        except SettingsError as error:
            logger.error("%s", error)
            return Ack(LATER, f"{error}\n")
        except HandoffError as error:
            if is_last:
                self.notice.not_taken(message)
            return self._later(str(error))
        return Ack(OK)

    def _reacted(self, reacted: Reacted) -> None:
        if stop := stop_of_reaction(self.endpoint.id, reacted):
            self.stopping.stop(stop, tells=False)

    def _later(self, why: str) -> Ack:
        self.refusals.note(self.endpoint.id, why)
        return Ack(LATER)


def _is_last(headers: Mapping[str, str]) -> bool:
    """Whether this is Slack's last try (docs/platform/slack.md#event-retries). A header decides nothing else."""
    numbers = [value for name, value in headers.items() if name.lower() == "x-slack-retry-num"]
    return numbers == [LAST_TRY]


def _unconfigured(raw: bytes) -> Ack:
    """Slack must be able to check the URL before a signing secret is set (docs/platform/slack.md#url-verification)."""
    with suppress(Malformed):
        if len(raw) <= LARGEST_UNSIGNED and isinstance(envelope := parse(raw), UrlVerification):
            return Ack(OK, envelope.challenge)
    return Ack(UNAUTHORIZED)
