"""The thread around a message, read from Slack when it is needed and then once."""

from collections import deque

import gevent

from clock import Clock
from errors import SlackError
from message import Message
from slack_api.client import SlackApi
from turns.thread_context import MOST_MESSAGES, Raw

MOST_READ = 2_000  # messages looked at; Slack gives the oldest first
PATIENCE = 15.0  # seconds: an answer without the thread is better than none


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
        message = self._message
        kept: deque[Raw] = deque(maxlen=MOST_MESSAGES)
        try:
            with gevent.Timeout(self._clock.wall(PATIENCE), _LateError()):
                for raw in self._api.replies(message.channel, message.root_ts, oldest=oldest, most=most):
                    kept.append(raw)
                    if raw.get("ts") == message.root_ts:
                        self._root = raw
        except (SlackError, _LateError):
            pass
        return kept


class _LateError(Exception):
    """No OSError and no SlackError, which the call below would take for the network's and try again."""
