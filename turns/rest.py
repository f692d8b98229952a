"""The rest of an answer that is too long for its thread, as a text file under it (design D16)."""

import gevent

from clock import Clock
from errors import SlackRefused
from slack_api.files import SlackFiles
from slack_reply.writer import Place
from turns.produced import is_shared
from turns.report import logger, where
from turns.transfers import HookTransfers
from wording import Say

NAME = "answer-continued.txt"
PATIENCE = 60.0  # seconds that Slack has for taking it
_NOT_GRANTED = frozenset({"missing_scope"})


class RestFile:
    """For one answer. `transfers` bounds how many files the process holds at once."""

    def __init__(self, slack: SlackFiles, place: Place, transfers: HookTransfers, clock: Clock) -> None:
        self._slack = slack
        self._place = place
        self._transfers = transfers
        self._clock = clock
        self._id = ""

    def store(self, text: str, seconds: float) -> Say:
        """Bring the text to Slack, where nobody sees it before `share`; what is to be said about it. Never raises."""
        storing = gevent.spawn(self._store, text)
        storing.join(timeout=self._clock.wall(min(seconds, PATIENCE)))
        if storing.ready():
            return storing.value or Say.REST_LEFT_OUT
        storing.kill(block=False)
        logger.warning("the rest of an answer could not be brought to Slack: no time is left")
        return Say.REST_LEFT_OUT

    def share(self) -> bool:
        """Show the stored file in the thread; False when it was stored and can't be shown. Never raises."""
        return not self._id or is_shared(self._slack, self._place, self._clock, self._id, NAME)

    def _store(self, text: str) -> Say:
        try:
            with self._transfers.place():
                self._id = self._slack.store(NAME, text.encode(errors="replace"))
        except Exception as error:  # noqa: BLE001 - what the thread shows already must not be lost with it
            code = error.error if isinstance(error, SlackRefused) else where(error)
            logger.warning("the rest of an answer could not be brought to Slack: %s", code)
            return Say.REST_NEEDS_SCOPE if code in _NOT_GRANTED else Say.REST_LEFT_OUT
        return Say.REST_IN_FILE
