"""The status line under the thread, shown while no text comes (docs/platform/slack.md#thread-status)."""

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any, NamedTuple, Protocol

import gevent
from gevent.event import Event

from clock import Clock
from errors import SlackError, SlackRateLimited, SlackRefused
from plain_text import shortened, without_tokens
from slack_api import SLACK_TROUBLE, SlackApi
from wording import Say

REFRESH_SECONDS = 90.0  # Slack drops a status after two minutes
CHANGE_SECONDS = 3.0  # between two changes: the steps of an app may change faster than is worth a call
MOST_MESSAGES, MESSAGE_LIMIT = 10, 50  # loading messages, and the characters of one
CLEARING_PAUSES = (1.0, 5.0, 15.0, 30.0)  # seconds after each attempt to clear the line


class _Status(NamedTuple):
    text: str | Say = ""
    about: tuple[str, ...] = ()


NOTHING = _Status()


class Speaker(Protocol):
    """Whoever knows the author's language."""

    def say(self, key: Say) -> str:
        """One of the bot's own sentences. Slack may have to be asked for the language."""


class StatusLine:
    """Shows the latest status from its own greenlet, so that no answer waits for a status call, or for its language.

    If Slack refuses a status, no more are sent in this turn: the line is optional. A line that may be visible is
    cleared at the end.
    """

    def __init__(
        self,
        api: SlackApi,
        channel: str,
        thread_ts: str,
        clock: Clock,
        speaker: Speaker,
        spawn: Callable[..., Any] = gevent.spawn,
    ) -> None:
        self._set_status = partial(api.set_status, channel, thread_ts)
        self._clock = clock
        self._speaker = speaker
        self._spawn = spawn
        self._wanted: _Status = NOTHING
        self._shown: _Status = NOTHING
        self._changed = Event()
        self._running = False
        self._over = False  # no more statuses are taken
        self._left = False  # and the line is not cleared

    def show(self, status: str | Say, about: Iterable[str] = ()) -> None:
        """Show this status soon, and refresh it until it changes; an empty one shows none.

        A sentence of the bot is put into words later. `about` are lines that say what a long wait is about: Slack shows
        one of them after the other.
        """
        lines = tuple(shortened(without_tokens(line), MESSAGE_LIMIT) for line in about)[:MOST_MESSAGES]
        wanted = _Status(status, lines if status else ())
        if self._over or wanted == self._wanted:
            return
        self._wanted = wanted
        self._changed.set()
        if not self._running:
            self._running = True
            self._spawn(self._run)

    def written(self) -> None:
        """A write of ours into the thread has taken the line away: set it again if it is still wanted."""
        if self._wanted.text and not self._over:
            self._changed.set()

    def clear(self) -> None:
        """Clear the line; later statuses are ignored."""
        self._wanted = NOTHING
        self._over = True
        self._changed.set()

    def leave(self) -> None:
        """Stop without clearing the line: the request that continues the turn takes the line over."""
        self._left = self._over = True
        self._changed.set()

    def _run(self) -> None:
        while not self._left:
            self._changed.clear()
            wanted = self._words()
            if self._changed.is_set():
                continue
            if (wanted.text or self._shown.text) and not self._set(wanted):
                return
            if self._over and not (self._wanted.text or self._shown.text):
                return
            is_idle = not (self._wanted.text or self._shown.text)
            patience = self._clock.wall(CHANGE_SECONDS if is_idle else REFRESH_SECONDS)
            self._changed.wait(timeout=patience)
            if is_idle and not self._changed.is_set():
                # The next status begins anew: an answer that grows holds no greenlet here.
                self._running = False
                return
            if not self._over:
                self._clock.sleep(CHANGE_SECONDS if self._changed.is_set() else 0.0)

    def _words(self) -> _Status:
        wanted = self._wanted
        if not isinstance(wanted.text, Say):
            return wanted
        return wanted._replace(text=self._speaker.say(wanted.text))

    def _set(self, wanted: _Status) -> bool:
        """Set the status; False if Slack refuses statuses here. A status that may have been set counts as shown."""
        for pause in CLEARING_PAUSES:
            try:
                self._set_status(wanted.text, wanted.about)
                break
            except SlackRefused as error:
                if error.error not in SLACK_TROUBLE:
                    self._over = True
                    return False
            except SlackRateLimited:
                if wanted.text:
                    return True  # not set, and not worth another call
            except SlackError:
                pass
            if wanted.text:
                break
            self._clock.sleep(pause)
        self._shown = wanted
        return True
