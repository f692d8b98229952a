"""Stops the streams that take no more text: without a stop they would stay as broken messages."""

from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from itertools import count

from errors import SlackError, SlackFateUnknown, SlackRefused
from slack_api import (
    APPEND,
    BRISK,
    SLACK_TROUBLE,
    STOP,
    STOP_STANDS,
    STOPPED,
    STREAM_OPEN,
    STREAM_OVER,
    UNFIT,
)
from slack_reply.markdown import Page, closed, page_arguments
from slack_reply.optional_blocks import BlockRefused
from slack_reply.shared import RateShare, Slack
from slack_reply.snapshot import Blocks
from slack_reply.writer import SlackAway, StoppedByUser
from slack_reply.writers.streamed_message import Chunks

# A stop may trail its text by a minute (docs/architecture.md#d5-writers), but a stream dies 300 s after its start:
# 240 s of writing and this much waiting stay below that.
TRAILING_SECONDS = 45.0
CLEANUP_TIMEOUT = 240.0  # seconds for the retries of a stop: after that Slack itself has ended the stream
SETTLE_TIMEOUT = 20.0  # seconds that the append before a stop waits
STOP_TIMEOUT = 20.0  # seconds that the stop before an edit waits for the rate budget
FIRST_PAUSE, LONGEST_PAUSE = 1.0, 15.0
REFUSALS = 4  # after so many refusals of one stop no more are tried
EXPIRY = 295.0  # seconds; streams expired 303 after their start (docs/platform/slack.md#stream-lifetime)


class StreamCleanup:
    """The open and the broken streams of one reply, and what they show."""

    def __init__(self, slack: Slack, share: RateShare) -> None:
        self._api = slack.api
        self._clock = slack.clock
        self._share = share
        self._channel = share.target.channel
        self._account = share.target.account
        self._blocks = slack.blocks
        self._below: dict[str, tuple[Blocks, ...]] = {}
        self._since: dict[str, float] = {}
        self._open: dict[str, Page] = {}
        self._closing: dict[str, Chunks] = {}
        self._broken: dict[str, Page] = {}  # expired and not updated (docs/platform/slack.md#stream-repair)
        self._tried: frozenset[str] = frozenset()
        self._refused: Counter[str] = Counter()

    def shows(self, ts: str, page: Page, closing: Chunks = ()) -> None:
        """Record that the stream is open and shows `page`; `closing` are chunks that end its cards before its stop."""
        self._since.setdefault(ts, self._clock.now())
        self._open[ts] = page
        self._closing[ts] = closing

    def seal(self, ts: str, below: tuple[Blocks, ...]) -> None:
        """The stream is the last of a whole answer: its stop brings these blocks, in the first form that is taken."""
        self._below[ts] = below

    def leave(self, ts: str) -> None:
        """The stream takes no more text. It is stopped now if a call is granted at once, else later in `tidy`."""
        settled = not self._closing.get(ts) or (self._share.try_take(APPEND) and self._settle(ts))
        if settled and self._share.try_take(STOP):
            self._stop(ts)

    def settle(self) -> tuple[str, ...]:
        """The text is complete: stop the streams that can be stopped at once. Returns the others, as `left` does."""
        for ts in tuple(self._open):
            self.leave(ts)
        return self.left

    @property
    def left(self) -> tuple[str, ...]:
        """The ts of the streams that are still open, or broken with text in them, the oldest first."""
        return tuple(sorted([*self._open, *(ts for ts, page in self._broken.items() if page.parts)]))

    def stop(self, ts: str) -> None:
        """Stop the stream now, since its message is edited next. Raises StoppedByUser if a member stopped it."""
        if ts not in self._open:
            return
        if self._closing.get(ts) and self._share.granted(APPEND, SETTLE_TIMEOUT, final=True):
            self._settle(ts)
        if self._share.granted(STOP, STOP_TIMEOUT, final=True) and self._stop(ts) in STOPPED:
            raise StoppedByUser

    def stopped(self, ts: str) -> None:
        """Forget a stream that was ended elsewhere or edited: it is neither open nor broken."""
        self._open.pop(ts, None)
        self._broken.pop(ts, None)

    def expired(self, ts: str) -> None:
        """The stream expired: its message is repaired now, or in `tidy`."""
        if ts in self._open:
            self._break(ts, self._open[ts])

    def unwanted(self, ts: str) -> None:
        """The message shall not stay: it is deleted now, or in `tidy`."""
        self._break(ts, Page((), 0))

    def tidy(self, stray: Callable[[], str] | None = None) -> None:
        """Stop and repair all, for at most CLEANUP_TIMEOUT. `stray` finds an unrecorded stream, or raises SlackAway."""
        ends = self._clock.now() + CLEANUP_TIMEOUT
        pause = FIRST_PAUSE
        stray = self._round(TRAILING_SECONDS, stray)
        while (self._open or self._broken or stray) and self._clock.now() + pause < ends:
            self._clock.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE)
            stray = self._round(LONGEST_PAUSE, stray)

    def _round(self, timeout: float, stray: Callable[[], str] | None) -> Callable[[], str] | None:
        """Try each stream once; a stop waits up to `timeout` seconds. Returns `stray` if it must be called again."""
        for ts in tuple(self._open):
            if self._closing.get(ts) and self._share.granted(APPEND, SETTLE_TIMEOUT, trailing=True):
                self._settle(ts)
            if self._share.granted(STOP, timeout, trailing=True):
                self._stop(ts)
        for ts in tuple(self._broken):
            self._mend(ts)
        try:
            found = stray() if stray else ""
        except SlackAway:
            return stray
        if found:
            self.unwanted(found)
        return None

    def _settle(self, ts: str) -> bool:
        """End the cards by an append, since Slack shows open ones as failed after a stop; False to try again.

        Source: docs/platform/slack.md#stream-end.
        """
        try:
            self._api.append_stream(self._channel, ts, self._closing[ts], patience=BRISK, acquired=True)
        except SlackRefused as error:
            if error.error in SLACK_TROUBLE:
                return False
        except SlackFateUnknown:
            pass  # sent twice, an output would stand twice
        except SlackError:
            return False
        self._closing.pop(ts)
        return True

    def _stop(self, ts: str) -> str:
        """Stop the stream; returns Slack's code if Slack refused. Stopping twice does no harm."""
        if ts not in self._open:
            return ""
        tries = count()

        def stop(below: Blocks) -> None:
            is_first = next(tries) == 0  # only the first call was acquired
            try:
                self._api.stop_stream(self._channel, ts, blocks=below, patience=BRISK, acquired=is_first)
            except SlackRefused as error:
                if below and error.error in UNFIT:
                    raise BlockRefused(error.error) from error
                raise

        try:
            self._blocks.send(self._account, self._below.get(ts, ()), stop)
        except SlackRefused as error:
            return self._not_stopped(ts, error.error)
        except SlackFateUnknown:
            self._tried |= {ts}
        except SlackError:
            pass
        else:
            self.stopped(ts)
        return ""

    def _not_stopped(self, ts: str, error: str) -> str:
        if error in SLACK_TROUBLE:
            return ""
        self._refused[ts] += 1
        old = self._clock.now() - self._since[ts] >= EXPIRY
        if error in STREAM_OVER and (old or ts not in self._tried):  # else our own stop ended the stream
            self.expired(ts)
        elif error in STREAM_OVER | STOPPED | STOP_STANDS or self._refused[ts] >= REFUSALS:
            self.stopped(ts)
        return error

    def _break(self, ts: str, page: Page) -> None:
        self._open.pop(ts, None)
        self._refused.pop(ts, None)
        self._broken[ts] = page
        self._mend(ts)

    def _mend(self, ts: str) -> None:
        """Update or delete the message."""
        page = self._broken[ts]
        try:
            if page.parts:
                self._api.update_message(self._channel, ts, **page_arguments(closed(page)))
            else:  # only cards: the next message shows them
                self._api.delete_message(self._channel, ts)
        except SlackRefused as error:
            if error.error in STREAM_OPEN:
                self._stop_first(ts)
            if error.error in STREAM_OPEN | SLACK_TROUBLE:
                return
        except SlackError:
            return
        self.stopped(ts)

    def _stop_first(self, ts: str) -> None:
        """Slack says that the stream is still open: stop it, and let the next round repair the message."""
        if self._share.try_take(STOP):
            self._refused[ts] += 1
            with suppress(SlackError):
                self._api.stop_stream(self._channel, ts, patience=BRISK, acquired=True)
        if self._refused[ts] >= REFUSALS:
            self.stopped(ts)
