"""What an answer shares with other answers: its workspace's rate limits, and what the process remembers."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from cachetools import LRUCache, TTLCache

from clock import Clock
from slack_api import APPEND, MAYBE_TABLES, POST, START, STOP, RateLimiter, SlackApi
from slack_reply.markdown import Limits
from slack_reply.optional_blocks import BlockSupport
from slack_reply.writer import ReplyTarget, SlackAway

METHOD_REMEMBERED = 3600.0  # seconds that a workspace counts as one without streams
CHANNEL_REMEMBERED = 300.0  # seconds that a channel does: perhaps the bot is only not a member of it yet
MESSAGES_REMEMBERED = 20_000
# Seconds that a text waits for the rate limiter. An unfinished text stops waiting once its answer is over: see `over`.
RATE_LIMIT_TIMEOUT = 300.0
OTHER_METHOD_RETRY_AFTER = 1.0  # seconds: this method got no call in time, another method may
# Calls that take Slack's status line away (docs/platform/slack.md#thread-status).
_CLEARING = frozenset({POST, START, APPEND, STOP})
_SEVERAL, _DATA = "several tables", "data_table"


class NativeSupport:
    """Remembers where Slack's native streams do not work (docs/architecture.md#d5-writers).

    Only two error codes are remembered: that a workspace has no streams, for METHOD_REMEMBERED, and that one channel
    takes none, for CHANNEL_REMEMBERED. Any other refusal counts for its own turn only.
    """

    def __init__(self, clock: Clock) -> None:
        self._workspaces: TTLCache[str, bool] = TTLCache(1_000, METHOD_REMEMBERED, timer=clock.now)
        self._channels: TTLCache[tuple[str, str], bool] = TTLCache(
            10_000, CHANNEL_REMEMBERED, timer=clock.now
        )

    def expected(self, target: ReplyTarget) -> bool:
        """Whether a native stream is worth trying."""
        place = target.account, target.channel
        return target.account not in self._workspaces and place not in self._channels

    def refused(self, target: ReplyTarget, error: str) -> None:
        """Remember that Slack answered chat.startStream with this error code."""
        if error == "unknown_method":
            self._workspaces[target.account] = True
        elif error == "channel_type_not_supported":
            self._channels[target.account, target.channel] = True


class TableSupport:
    """Remembers for an hour which tables a workspace refused, so that no further answer sends such tables.

    Whether a message may hold several tables is disputed (docs/platform/slack.md#table-block), and `data_table` blocks
    are new. An account is named as in `Written`.
    """

    def __init__(self, clock: Clock) -> None:
        self._refused: TTLCache[tuple[str, str], bool] = TTLCache(10_000, METHOD_REMEMBERED, timer=clock.now)

    def fitting(self, account: str, limits: Limits) -> Limits:
        """The limits without the tables that were refused."""
        several, data = ((account, kind) not in self._refused for kind in (_SEVERAL, _DATA))
        return replace(
            limits,
            several_tables=limits.several_tables and several,
            data_tables=limits.data_tables and data,
        )

    def refused(self, account: str, error: str, types: Sequence[str]) -> bool:
        """Remember what of a message with these types of blocks may have been refused; False if it is none of these.

        `error` is Slack's code.
        """
        if error not in MAYBE_TABLES:
            return False
        if _DATA in types:
            self._refused[account, _DATA] = True
        elif types.count("table") > 1:
            self._refused[account, _SEVERAL] = True
        else:
            return False
        return True


class Written:
    """The messages of this process's answers, so that a search for a lost message takes no other answer's message.

    `account` names the app in its workspace (SlackApi.account).
    """

    def __init__(self, remembered: int = MESSAGES_REMEMBERED) -> None:
        self._known: LRUCache[tuple[str, str, str], bool] = LRUCache(remembered)

    def add(self, account: str, channel: str, ts: str) -> None:
        """Record that the message belongs to an answer."""
        self._known[account, channel, ts] = True

    def knows(self, account: str, channel: str, ts: str) -> bool:
        """Whether the message belongs to an answer of this process."""
        return (account, channel, ts) in self._known


@dataclass(frozen=True, slots=True)
class Slack:
    """The collaborators that all answers of one workspace share.

    `support`, `tables`, `written` and `blocks` are those of the process.
    """

    api: SlackApi
    budget: RateLimiter
    support: NativeSupport
    tables: TableSupport
    written: Written
    clock: Clock
    blocks: BlockSupport


class RateShare:
    """One answer's share of the rate limits: its writers ask here before every call.

    `over` returns True once the answer is complete or its time is up: then no unfinished text waits any longer.
    `patience` is how many seconds a text waits for the rate limiter at most. `clearing` counts the calls that took the
    thread's status line away.
    """

    def __init__(self, limiter: RateLimiter, target: ReplyTarget) -> None:
        self.target = target
        self.over: Callable[[], bool] = lambda: False
        self.patience = RATE_LIMIT_TIMEOUT
        self.clearing = 0
        self._limiter = limiter
        self._account = target.account
        self._key = f"{target.channel}/{target.trigger_ts}"  # names the answer in the rate limiter
        self._ahead: frozenset[str] = frozenset()
        self._final = False

    def try_take(self, method: str) -> bool:
        """Acquire one call if the rate limiter grants it at once."""
        granted = self._limiter.try_acquire(self._account, method, self._key)
        self.clearing += granted and method in _CLEARING
        return granted

    def granted(self, method: str, timeout: float, *, final: bool = False, trailing: bool = False) -> bool:
        """Wait up to `timeout` seconds for one call. False: the call was not granted, and nothing may be sent."""
        channel = self.target.channel
        granted = self._limiter.acquire(
            self._account, method, self._key, timeout=timeout, final=final, trailing=trailing, channel=channel
        )
        self.clearing += granted and method in _CLEARING
        return granted

    def ahead(self, method: str, *, final: bool) -> None:
        """Acquire the next call before its text is read. Raises SlackAway if the call is not granted."""
        self._give_back(method)
        self._final = final
        self._acquire(method)
        self._ahead |= {method}

    def spend(self, method: str) -> None:
        """Use the call that `ahead` acquired, or acquire one. Raises SlackAway if the call is not granted."""
        if method in self._ahead:
            self._ahead -= {method}
        else:
            self._acquire(method)
        self.clearing += method in _CLEARING

    def interval(self, method: str) -> float:
        """Seconds between two calls of the same message, if this answer joined the method."""
        return self._limiter.call_interval(self._account, method)

    def join(self, method: str) -> None:
        """Count the message, which has just been shown, as written by this method from now on."""
        self._limiter.add_message(self._account, method, self._key)

    def leave(self, *methods: str) -> None:
        """Stop counting the message for these methods."""
        for method in methods:
            self._give_back(method)
            self._limiter.remove_message(self._account, method, self._key)

    def _give_back(self, method: str) -> None:
        """Give back a call that was acquired before its text was read, if there was nothing to send."""
        if method in self._ahead:
            self._ahead -= {method}
            self._limiter.give_back(self._account, method, self._key)

    def _acquire(self, method: str) -> None:
        final, timeout = self._final, min(self.patience, RATE_LIMIT_TIMEOUT)
        over = None if final else self.over
        if not self._limiter.acquire(
            self._account, method, self._key, timeout=timeout, final=final, cancelled=over
        ):
            raise SlackAway(OTHER_METHOD_RETRY_AFTER)
