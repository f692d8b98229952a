"""Decides which waiting call of one method in one workspace is granted next. Pure: the rate limiter waits."""

from dataclasses import dataclass, field
from enum import IntEnum
from itertools import takewhile

from gevent.event import Event

from slack_api.rate_limit.tiers import Tier
from slack_api.rate_limit.token_bucket import TokenBucket

LONGEST_TRAILING_WAIT = 40.0  # seconds; a trailing call that waited longer is granted before all others
FORGET = 300.0  # seconds; a message without a call for this time is not counted: no stream lasts longer
LATE = 1.05  # a call is late after 1.05 x N x 60/tier seconds; the factor 1.2 must never be reached
MANY = 500  # at this many channels the idle ones are dropped


class Urgency(IntEnum):
    """Calls of a lower number are granted first."""

    FINAL = 0
    FLUSH = 1
    TRAILING = 2


@dataclass(slots=True, eq=False)
class QueuedCall:
    """One call that waits, or that was granted."""

    key: str
    urgency: Urgency
    channel: str
    since: float
    granted: bool = False
    woken: Event = field(default_factory=Event)
    """Set when the call is granted, and by the rate limiter when the caller should look for another reason."""


class FairQueue:
    """Grants the tickets of one (team, method) within its rate, and within each channel's rate if the method has one.

    Among equally urgent tickets the queue takes the message whose last call is the oldest, so each of N messages gets
    one call in N. A flush that has waited longer than its share counts as urgent as a final text: many answers that
    end at the same time do not stop the others.
    """

    def __init__(self, tier: Tier, per_channel: Tier | None, now: float) -> None:
        self._bucket = TokenBucket(tier, now)
        self._per_channel = per_channel
        self._channels: dict[str, TokenBucket] = {}
        self.waiting: list[QueuedCall] = []
        self._served: dict[str, float] = {}  # when each message had its last call
        self._over: set[str] = set()  # messages in `_served` that need no more calls
        self._slot = tier.interval

    def enqueue(self, key: str, urgency: Urgency, channel: str, now: float) -> QueuedCall:
        """Add a ticket, which waits until it is granted or removed."""
        ticket = QueuedCall(key, urgency, channel, now)
        self.waiting.append(ticket)
        return ticket

    def remove(self, ticket: QueuedCall) -> None:
        """Take a ticket out of the queue, if the ticket still waits there."""
        if ticket in self.waiting:
            self.waiting.remove(ticket)

    def grant_ready(self, now: float) -> None:
        """Grant all tickets that the rates allow at `now`."""
        while self.waiting and self._bucket.ready_at(now) <= now:
            free = [ticket for ticket in self.waiting if self._channel_ready(ticket.channel, now) <= now]
            if not free:
                return
            share = len(self._messages(now)) * self._slot * LATE
            self._grant(min(free, key=lambda ticket: self._rank(ticket, now, share)), now)

    def try_acquire(self, key: str, channel: str, now: float) -> bool:
        """Grant one call at once; False if the rate does not allow a call now, or if another ticket waits for it."""
        self.grant_ready(now)
        rivals = any(ticket.channel == channel or self._per_channel is None for ticket in self.waiting)
        if rivals or max(self._bucket.ready_at(now), self._channel_ready(channel, now)) > now:
            return False
        self._grant(self.enqueue(key, Urgency.FLUSH, channel, now), now)
        return True

    def give_back(self, key: str, now: float) -> None:
        """Uncount the last call of a message, which was not sent. The message keeps its place behind the others."""
        if key in self._served:
            self._bucket.give_back(self._served[key], now)

    def next_grant_at(self, now: float) -> float:
        """The time before which `grant_ready` can grant nothing."""
        ready = self._bucket.ready_at(now)
        if ready > now:
            return ready
        channels = {ticket.channel for ticket in self.waiting}
        return min((self._channel_ready(channel, now) for channel in channels), default=now)

    def pause(self, channel: str, now: float, retry_after: float) -> None:
        """After a 429, pause the channel's rate if the method has one, else the rate of the workspace."""
        (self._channel_bucket(channel, now) or self._bucket).pause(now, retry_after)

    def add_message(self, key: str, now: float) -> None:
        """Count a message from now on, as if its last call were granted at `now`."""
        self._served.pop(key, None)
        self._served[key] = now
        self._over.discard(key)
        self._prune(now)

    def remove_message(self, key: str) -> None:
        """Stop counting a message."""
        if key in self._served:
            self._over.add(key)

    def call_interval(self, now: float) -> float:
        """Seconds between two calls of the same message, if one more message were counted."""
        return (len(self._messages(now)) + 1) / self._bucket.calls_per_second(now)

    def is_idle(self, now: float) -> bool:
        """Whether no ticket waits and a new queue would behave in the same way, so that this one may be dropped."""
        buckets = (self._bucket, *self._channels.values())
        return not self._messages(now) and all(bucket.is_idle(now) for bucket in buckets)

    def _messages(self, now: float) -> set[str]:
        """The keys of all messages that are being written by this method."""
        self._prune(now)
        return {ticket.key for ticket in self.waiting} | (self._served.keys() - self._over)

    def _prune(self, now: float) -> None:
        """Forget the messages without a call for FORGET seconds. `_served` is in the order of the last calls."""
        for key in list(takewhile(lambda key: now - self._served[key] >= FORGET, self._served)):
            del self._served[key]
            self._over.discard(key)

    def _grant(self, ticket: QueuedCall, now: float) -> None:
        for bucket in filter(None, (self._bucket, self._channel_bucket(ticket.channel, now))):
            bucket.spend(now)
        ticket.granted = True
        ticket.woken.set()
        self.remove(ticket)
        self.add_message(ticket.key, now)

    def _rank(self, ticket: QueuedCall, now: float, share: float) -> tuple[Urgency, float]:
        """The lowest rank is granted first; of equal ones, the ticket that was enqueued first."""
        if ticket.urgency is Urgency.TRAILING:
            late = now - ticket.since >= LONGEST_TRAILING_WAIT
        else:
            late = now - self._served.get(ticket.key, ticket.since) >= share
        return Urgency.FINAL if late else ticket.urgency, self._served.get(ticket.key, float("-inf"))

    def _channel_ready(self, channel: str, now: float) -> float:
        bucket = self._channel_bucket(channel, now)
        return bucket.ready_at(now) if bucket else now

    def _channel_bucket(self, channel: str, now: float) -> TokenBucket | None:
        """The bucket of a channel; None if the method has no rate per channel."""
        if not channel or self._per_channel is None:
            return None
        if channel not in self._channels:
            if len(self._channels) >= MANY:
                self._channels = {name: one for name, one in self._channels.items() if not one.is_idle(now)}
            self._channels[channel] = TokenBucket(self._per_channel, now)
        return self._channels[channel]
