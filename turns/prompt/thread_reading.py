"""The thread around a message, read from Slack when it is needed and then once."""

from collections import deque
from itertools import count

import gevent

from clock import Clock
from errors import SlackError
from message import Message, moment
from slack_api import SlackApi
from turns.prompt.thread_excerpt import MOST_MESSAGES, Raw, is_before

MOST_READ = (
    1_000  # messages looked at from the beginning on: Slack gives the oldest first, and has no way back
)
MOST_IN_SPAN = 2_000
FIRST_SPAN = (
    900  # seconds before the message; a longer thread is read again from there on, or from further back
)
WIDER = 4
THREAD_READ_TIMEOUT = 15.0  # seconds: an answer that does not know the thread is better than none
THREAD_END_READ_TIMEOUT = 10.0


class ThreadReading:
    """Never raises: without the history scope, or when Slack is slow, there is less to read."""

    def __init__(self, api: SlackApi, message: Message, clock: Clock) -> None:
        self._api = api
        self._message = message
        self._clock = clock
        self._root: Raw | None = None
        self._read: dict[str, tuple[Raw, ...]] = {}

    def after(self, ts: str) -> tuple[Raw, ...]:
        """The thread's latest messages behind `ts` ("": all of them), ours included, oldest first."""
        if ts not in self._read:
            self._read[ts] = tuple(self._replies(ts, MOST_READ if self._message.is_reply else 1))
        return self._read[ts]

    def message(self) -> Raw:
        """The message itself as Slack holds it: an `app_mention` may lack what it carries."""
        read = next(iter(self._read.values()), None)  # whatever was read reaches up to the newest message
        raws = self.after("") if read is None else read
        return next((raw for raw in raws if raw.get("ts") == self._message.ts), {})

    def root(self) -> Raw:
        """The message that the thread began with."""
        if self._root is None:
            self.after("")
        return self._root or {}

    def _replies(self, oldest: str, most: int) -> deque[Raw]:
        kept: deque[Raw] = deque(maxlen=MOST_MESSAGES)
        cut = False
        try:
            with gevent.Timeout(self._clock.wall(THREAD_READ_TIMEOUT), _LateError()):
                cut = self._take(kept, oldest, most) >= most > 1
        except _LateError:
            cut = bool(kept)
        except SlackError:
            pass
        return self._latest(kept) if cut else kept

    def _latest(self, first: deque[Raw]) -> deque[Raw]:
        """The end of a thread of which only the beginning was read, from ever further back until it is enough."""
        latest, begin = first, str(first[-1].get("ts"))
        try:
            with gevent.Timeout(self._clock.wall(THREAD_END_READ_TIMEOUT), _LateError()):
                for step in count():
                    since = f"{moment(self._message.ts)[0] - FIRST_SPAN * WIDER**step}.000000"
                    reaches = is_before(since, begin)  # up to what was read already
                    kept: deque[Raw] = deque(first if reaches else (), maxlen=MOST_MESSAGES)
                    full = self._take(kept, begin if reaches else since, MOST_IN_SPAN) >= MOST_IN_SPAN
                    if full and step:
                        break
                    latest = kept
                    if full or reaches or len(kept) >= MOST_MESSAGES:
                        break
        except (SlackError, _LateError):
            pass
        return latest

    def _take(self, kept: deque[Raw], oldest: str, most: int) -> int:
        """Read on behind `oldest`; how many messages Slack gave."""
        message, seen = self._message, 0
        for raw in self._api.replies(message.channel, message.root_ts, oldest=oldest, most=most):
            seen += 1
            is_root = raw.get("ts") == message.root_ts
            if is_root:
                self._root = raw
            if not (is_root and oldest):  # it comes first whatever is asked for
                kept.append(raw)
        return seen


class _LateError(Exception):
    """No OSError and no SlackError, which the call below would take for the network's and try again."""
