"""Answers `/slack/events`: it verifies, reads, decides and hands off, in this order. No turn runs here."""

import uuid
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace

from clock import Clock
from errors import HandoffError, Malformed, RequestError, SettingsError, StoreError
from handoff import Claims, EventHandOff, Stopping
from job import Job, NoticeJob, ReactionJob
from message import Message
from slack_events.admission import (
    AskThread,
    Ignore,
    Reason,
    admit,
    asks_by_reaction,
    calls_us,
    follow,
    name_decides,
)
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
    """For one request. The storage is read for replies without a mention, for what is stopped, and for a claim.

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
                return self._reacted(envelope, received, is_last=is_last)
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
        return self._handed(Job(message, self.endpoint.url, received), message, is_last=is_last)

    def _reacted(self, reacted: Reacted, received: float, *, is_last: bool) -> Ack:
        """A stop sign stops, and the emoji of the settings asks; what it asks about is read after the ack."""
        settings = self.endpoint.settings
        if stop := stop_of_reaction(self.endpoint.id, reacted):
            self.stopping.stop(stop, tells=False)
        if not asks_by_reaction(reacted, settings):
            self.hand_off.sweep_if_due()
            return Ack(OK)
        message = self.channel_types.with_type(self.endpoint.id, reacted.message)
        # The root of the thread is not known yet, and a text under any other message would be seen by nobody.
        place = replace(message, thread_ts="")
        verdict = admit(message, settings)
        if isinstance(verdict, Ignore):
            self._ignored(place, verdict, is_call=bool(verdict.ruling))
            return Ack(OK)
        return self._handed(ReactionJob(message, self.endpoint.url, received), place, is_last=is_last)

    def _ignored(self, message: Message, verdict: Ignore, *, is_call: bool) -> None:
        self.seen.ignored(self.endpoint.id, verdict.reason)
        if verdict.reason is Reason.BOT and (message.source == "app_mention" or message.is_dm):
            self.refusals.note(self.endpoint.id, _APP % message.bot_id)
        if verdict.ruling and is_call:
            self.notice.refused(message, verdict.ruling)
        self.hand_off.sweep_if_due()

    def _handed(self, job: Job | ReactionJob, message: Message, *, is_last: bool) -> Ack:
        """`message` says whom to tell, and where, if nobody takes the job."""
        try:
            self.hand_off.hand(job)
        except SettingsError as error:
            logger.error("%s", error)
            return Ack(LATER, f"{error}\n")
        except HandoffError as error:
            if is_last:
                self.notice.not_taken(message)
            return self._later(str(error))
        return Ack(OK)

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
