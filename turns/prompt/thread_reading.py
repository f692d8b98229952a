"""The thread around a message, which is read from Slack only when it is needed, and only once."""

from collections import deque
from itertools import count

import gevent
from gevent.lock import RLock

from clock import Clock
from errors import SlackError
from message import Message, moment
from slack_api import SlackApi
from turns.prompt.thread_excerpt import MOST_MESSAGES, Raw, is_before

MOST_READ = 1_000  # messages that are read from the thread's beginning: Slack gives the oldest first
MOST_IN_SPAN = 2_000
FIRST_SPAN = 900  # seconds before the message, from which on the end of a longer thread is read
WIDER = 4
THREAD_READ_TIMEOUT = 15.0  # seconds: an answer without the thread is better than no answer
THREAD_END_READ_TIMEOUT = 10.0


class ThreadReading:
    """Never raises: without the history scope, or when Slack is slow, there is less to read."""

    def __init__(self, api: SlackApi, message: Message, clock: Clock) -> None:
        self._api = api
        self._message = message
        self._clock = clock
        self._lock = RLock()  # a second caller waits for the reading that runs, and makes none of its own
        self._root: Raw | None = None
        self._read: dict[str, tuple[Raw, ...]] = {}

    def after(self, ts: str) -> tuple[Raw, ...]:
        """The thread's latest messages after `ts` ("": from the beginning), with our own, the oldest first."""
        with self._lock:
            if ts not in self._read:
                self._read[ts] = tuple(self._replies(ts, MOST_READ if self._message.is_reply else 1))
            return self._read[ts]

    def message(self) -> Raw:
        """The message itself as Slack holds it: an `app_mention` event may lack the message's files."""
        with self._lock:
            read = next(iter(self._read.values()), None)  # every reading goes up to the newest message
            raws = self.after("") if read is None else read
        return next((raw for raw in raws if raw.get("ts") == self._message.ts), {})

    def root(self) -> Raw:
        """The thread's first message."""
        with self._lock:
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
        """The end of a thread whose beginning alone was read. Each try starts further back, until that is enough."""
        latest, begin = first, str(first[-1].get("ts"))
        try:
            with gevent.Timeout(self._clock.wall(THREAD_END_READ_TIMEOUT), _LateError()):
                for step in count():
                    since = f"{moment(self._message.ts)[0] - FIRST_SPAN * WIDER**step}.000000"
                    reaches = is_before(since, begin)  # the span meets the part that was read
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
        """Read the messages after `oldest`. Returns how many messages Slack gave."""
        message, seen = self._message, 0
        for raw in self._api.replies(message.channel, message.root_ts, oldest=oldest, most=most):
            seen += 1
            is_root = raw.get("ts") == message.root_ts
            if is_root:
                self._root = raw
            if not (is_root and oldest):  # Slack gives the root first in every reading
                kept.append(raw)
        return seen


class _LateError(Exception):
    """The time is over. This is no OSError and no SlackError, because the Slack client would retry those."""
