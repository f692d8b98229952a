"""The rest of an answer too long for its thread, as a text file (docs/architecture.md#d16-tenants-and-bounds)."""

from dataclasses import dataclass

import gevent

from clock import Clock
from slack_api import SlackFiles
from slack_reply import ReplyTarget
from turns.files.produced import code_of, is_shared
from turns.files.transfers import HookTransfers
from turns.report import logger
from wording import Say

NAME = "answer-continued.txt"
REST_UPLOAD_TIMEOUT = 60.0  # seconds for the upload of the rest of the text


@dataclass(frozen=True, slots=True)
class RestFile:
    """For one answer. `transfers` bounds how many files the process holds at once."""

    slack: SlackFiles
    place: ReplyTarget
    transfers: HookTransfers
    clock: Clock

    def bring(self, text: str, seconds: float) -> Say:
        """Show the text as a file in the thread, within `seconds`. Returns the note for the member. Never raises."""
        bringing = gevent.spawn(self._bring, text)
        bringing.join(timeout=self.clock.wall(min(seconds, REST_UPLOAD_TIMEOUT)))
        if not bringing.ready():
            bringing.kill(block=False)
            logger.warning("the rest of an answer could not be brought to Slack: no time is left")
        return bringing.value or Say.REST_LEFT_OUT

    def _bring(self, text: str) -> Say:
        try:
            with self.transfers.place():
                file_id = self.slack.store(NAME, text.encode(errors="replace"))
        except Exception as error:  # noqa: BLE001 - the answer that the thread shows must not be lost with the file
            code = code_of(error)
            logger.warning("the rest of an answer could not be brought to Slack: %s", code)
            return Say.REST_NEEDS_SCOPE if code == "missing_scope" else Say.REST_LEFT_OUT
        shared = is_shared(self.slack, self.place, self.clock, file_id, NAME)
        return Say.REST_IN_FILE if shared else Say.REST_LEFT_OUT
