"""The status line under the thread, shown while no text comes (docs/platform/slack.md#thread-status)."""

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any, NamedTuple, Protocol

import gevent

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
    """Shows the latest status from a greenlet of its own, so that no answer waits for a status call, or its language.

    Between two calls a timer takes the greenlet's place, since an open turn may need no call for minutes.
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
        spawn_later: Callable[..., Any] = gevent.spawn_later,
    ) -> None:
        self._set_status = partial(api.set_status, channel, thread_ts)
        self._clock = clock
        self._speaker = speaker
        self._spawn_later = spawn_later
        self._wanted: _Status = NOTHING
        self._shown: _Status = NOTHING
        self._set_at = float("-inf")
        self._next: Any = None  # the greenlet that brings the line next, at its time
        self._changed = False  # since the line was brought, or is being brought
        self._is_busy = False  # a greenlet brings the line now
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
        self._change()

    def written(self) -> None:
        """A write of ours into the thread has taken the line away: set it again if it is still wanted."""
        if self._wanted.text and not self._over:
            self._change()

    def clear(self) -> None:
        """Clear the line; later statuses are ignored."""
        self._wanted = NOTHING
        self._over = self._changed = True
        if self._next is not None:
            self._plan(0.0)

    def leave(self) -> None:
        """Stop without clearing the line: the request that continues the turn takes the line over."""
        self._left = self._over = True
        if self._next is not None:
            self._next.kill(block=False)
            self._next = None

    def _change(self) -> None:
        if not self._changed:
            self._changed = True
            if not self._is_busy:
                self._plan(self._pause())

    def _pause(self) -> float:
        """Seconds until a change is brought: a line that has been empty for a while is set at once."""
        is_fresh = self._clock.now() - self._set_at < CHANGE_SECONDS
        return CHANGE_SECONDS if self._shown.text or is_fresh else 0.0

    def _plan(self, seconds: float) -> None:
        if self._next is not None:
            self._next.kill(block=False)
        self._next = self._spawn_later(self._clock.wall(seconds), self._run)

    def _run(self) -> None:
        self._next, self._is_busy = None, True
        self._bring()
        self._is_busy = False
        if self._left:
            return
        if self._changed:
            self._plan(0.0 if self._over else self._pause())
        elif self._wanted.text or (self._shown.text and not self._over):
            self._plan(REFRESH_SECONDS)

    def _bring(self) -> None:
        """Set the line as it is wanted, unless it is empty and stays so."""
        while True:
            self._changed = False
            wanted = self._words()
            if self._left:
                return
            if not self._changed:
                break
        if wanted.text or self._shown.text:
            self._set(wanted)

    def _words(self) -> _Status:
        wanted = self._wanted
        if not isinstance(wanted.text, Say):
            return wanted
        return wanted._replace(text=self._speaker.say(wanted.text))

    def _set(self, wanted: _Status) -> None:
        """Set the status. If Slack refuses statuses here, no more are taken. What may have been set counts as shown."""
        for pause in CLEARING_PAUSES:
            try:
                self._set_status(wanted.text, wanted.about)
                break
            except SlackRefused as error:
                if error.error not in SLACK_TROUBLE:
                    self._wanted, self._over, self._changed = NOTHING, True, False
                    return
            except SlackRateLimited:
                if wanted.text:
                    return  # not set, and not worth another call
            except SlackError:
                pass
            if wanted.text:
                break
            self._clock.sleep(pause)
        self._shown, self._set_at = wanted, self._clock.now()
