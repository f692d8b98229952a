"""Asks Slack and Dify side by side, at a turn's beginning, what the turn will need before the app is asked."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial

import gevent

from conversation_store import ThreadRecord
from dify_app import DifyApp
from errors import DifyError
from slack_api import SlackApi, Users
from turns.prompt import Author, PromptBuilder
from turns.report import logger, where
from turns.throttle import Admittance, Installation, UnknownChannel


@dataclass(slots=True)
class LookAhead:
    """For one turn. Decides nothing: the parts that ask later find the answer, or wait for the call that runs.

    So a first question waits for one round trip to Slack, and what Slack refuses is told by the part that needs it.
    `is_next`: no other turn of the thread comes before this one, so the thread's record is the one that counts.
    """

    api: SlackApi
    users: Users
    installation: Installation
    admittance: Admittance
    unknown_channel: UnknownChannel | None
    author: Author
    app: DifyApp
    prompt_builder: PromptBuilder
    is_next: bool
    _running: "frozenset[gevent.Greenlet[..., None]]" = frozenset()

    def begin(self, record: ThreadRecord) -> None:
        """Begin all calls; returns at once. A message that will be refused costs no call."""
        channel = self.unknown_channel
        if self.admittance.foresees_refusal():
            return
        calls: list[Callable[[], object]] = [self.installation.bot, self._people, self._form]
        if channel is not None:
            calls.append(channel.look_up)
        if self.is_next:
            calls.append(partial(self.prompt_builder.read_ahead, record))
        for call in calls:
            running = gevent.spawn(_guarded, call)
            self._running |= {running}
            running.rawlink(self._forget)

    def end(self) -> None:
        """End the calls that still run: the request, and with it Dify's session, may end now."""
        gevent.killall(list(self._running))

    def _forget(self, ended: "gevent.Greenlet[..., None]") -> None:
        self._running -= {ended}

    def _people(self) -> None:
        self.users.many(self.api, self.author.people_named)

    def _form(self) -> None:
        with suppress(DifyError):
            self.app.form()


def _guarded(call: Callable[[], object]) -> None:
    try:
        call()
    except Exception as error:  # noqa: BLE001 - the part that needs the answer asks again, and its error counts
        logger.error("a look-up broke: %s", where(error))
