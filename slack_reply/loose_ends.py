"""Streams that take no more text and must still be stopped, else they stay as broken messages for ever."""

from clock import Clock
from errors import SlackError, SlackFateUnknown, SlackRefused
from slack_api.budget import Budget
from slack_api.client import SlackApi
from slack_api.outcome import SLACK_TROUBLE, STOPPED, STREAM_OVER
from slack_api.retry import BRISK
from slack_api.tiers import STOP
from slack_reply.parts import Page
from slack_reply.sheet import Chunks
from slack_reply.slack_form import closed, page_arguments
from slack_reply.writer import Place, StoppedByUser

# A stop may trail its text by a minute (design D5), but a stream dies 300 s after its start: 240 s of writing and
# this much waiting stay below that.
TRAILING_SECONDS = 45.0
PATIENCE = 240.0  # a stop that fails is tried for so long: after that the stream is over anyway, and mended
FIRST_PAUSE, LONGEST_PAUSE = 1.0, 15.0
UPDATE_LIMIT = 3_900  # chat.update takes 4,000 characters (field/slack.md §3.2, §4.3)


class LooseEnds:
    """For one reply: its open streams, with what they show."""

    def __init__(self, api: SlackApi, budget: Budget, place: Place, clock: Clock) -> None:
        self._api = api
        self._budget = budget
        self._place = place
        self._clock = clock
        self._open: dict[str, Page] = {}
        self._closing: dict[str, Chunks] = {}
        self._broken: dict[str, Page] = {}  # expired: so until they are updated (field/slack.md §4.3)
        self._tried: set[str] = set()

    def shows(self, ts: str, page: Page, closing: Chunks = ()) -> None:
        """The stream is open and shows this; `closing` is to be added when it is stopped."""
        self._open[ts] = page
        self._closing[ts] = closing

    def leave(self, ts: str) -> None:
        """It takes no more text: stopped now if the limits allow that at once and Slack does it, else in `tidy`."""
        if self._budget.try_take(self._place.account, STOP, self._place.key):
            self._stop(ts)

    def stop(self, ts: str) -> None:
        """Stop it before anything else, since its message shall be edited next. Raises StoppedByUser."""
        if self._stop(ts) in STOPPED:
            raise StoppedByUser

    def stopped(self, ts: str) -> None:
        """Somebody else ended it, or its message is edited, so that it is neither open nor broken."""
        self._open.pop(ts, None)
        self._broken.pop(ts, None)

    def expired(self, ts: str) -> None:
        """It died: mended now, or in `tidy`."""
        page = self._open.pop(ts, None)
        if page is not None:
            self._broken[ts] = page
            self._mend(ts)

    def tidy(self) -> None:
        """Stop and mend all; gives up after PATIENCE."""
        ends = self._clock.now() + PATIENCE
        pause = FIRST_PAUSE
        self._round(TRAILING_SECONDS)
        while (self._open or self._broken) and self._clock.now() + pause < ends:
            self._clock.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE)
            self._round(LONGEST_PAUSE)

    def _round(self, timeout: float) -> None:
        """One try for each; a stop waits at most so long for its turn."""
        for ts in tuple(self._open):
            self._budget.take(self._place.account, STOP, self._place.key, timeout=timeout, trailing=True)
            self._stop(ts)
        for ts in tuple(self._broken):
            self._mend(ts)

    def _stop(self, ts: str) -> str:
        """Slack's code when it refused; stopping twice does no harm."""
        if ts not in self._open:
            return ""
        try:
            self._api.stop_stream(self._place.channel, ts, self._closing.get(ts, ()), patience=BRISK)
        except SlackRefused as error:
            return self._not_stopped(ts, error.error)
        except SlackFateUnknown:
            self._tried.add(ts)
        except SlackError:
            pass
        else:
            self.stopped(ts)
        return ""

    def _not_stopped(self, ts: str, error: str) -> str:
        if error in SLACK_TROUBLE:
            return ""
        if self._closing.pop(ts, ()) and error not in STREAM_OVER | STOPPED:
            return self._stop(ts)  # without them
        if error in STREAM_OVER and ts not in self._tried:
            self.expired(ts)
        else:
            self.stopped(ts)
        return error

    def _mend(self, ts: str) -> None:
        """Whether Slack takes a long page is not known (field/slack.md §13); else it stays readable, as it is."""
        page = self._broken[ts]
        try:
            if page.parts:
                self._api.update_message(self._place.channel, ts, **page_arguments(closed(page)))
            else:  # nothing but cards: the next message shows them
                self._api.delete_message(self._place.channel, ts)
        except SlackRefused as error:
            if error.error in SLACK_TROUBLE:
                return
        except SlackError:
            return
        self.stopped(ts)


def fits_update(page: Page) -> bool:
    """Whether one edit of a message can show it."""
    return sum(len(part.text) for part in page.parts) <= UPDATE_LIMIT
