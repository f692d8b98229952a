"""The rest of an answer that is too long for its thread, as a text file in the thread.

See docs/architecture.md#d16-tenants-and-bounds.
"""

import gevent

from clock import Clock
from errors import SlackRefused
from slack_api import SlackFiles
from slack_reply import ReplyTarget
from turns.files.produced import is_shared
from turns.files.transfers import HookTransfers
from turns.report import logger, where
from wording import Say

NAME = "answer-continued.txt"
REST_UPLOAD_TIMEOUT = 60.0  # seconds for the upload of the rest of the text
_NOT_GRANTED = frozenset({"missing_scope"})


class RestFile:
    """For one answer. `transfers` bounds how many files the process holds at once."""

    def __init__(self, slack: SlackFiles, place: ReplyTarget, transfers: HookTransfers, clock: Clock) -> None:
        self._slack = slack
        self._place = place
        self._transfers = transfers
        self._clock = clock

    def bring(self, text: str, seconds: float) -> Say:
        """Show the text as a file in the thread, within `seconds`. Returns the note for the member. Never raises."""
        bringing = gevent.spawn(self._bring, text)
        bringing.join(timeout=self._clock.wall(min(seconds, REST_UPLOAD_TIMEOUT)))
        if bringing.ready():
            return bringing.value or Say.REST_LEFT_OUT
        bringing.kill(block=False)
        logger.warning("the rest of an answer could not be brought to Slack: no time is left")
        return Say.REST_LEFT_OUT

    def _bring(self, text: str) -> Say:
        try:
            with self._transfers.place():
                file_id = self._slack.store(NAME, text.encode(errors="replace"))
        except Exception as error:  # noqa: BLE001 - the answer that the thread shows must not be lost with the file
            code = error.error if isinstance(error, SlackRefused) else where(error)
            logger.warning("the rest of an answer could not be brought to Slack: %s", code)
            return Say.REST_NEEDS_SCOPE if code in _NOT_GRANTED else Say.REST_LEFT_OUT
        shared = is_shared(self._slack, self._place, self._clock, file_id, NAME)
        return Say.REST_IN_FILE if shared else Say.REST_LEFT_OUT
