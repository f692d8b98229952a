"""Files that the app makes, on their way into the thread.

Source: docs/platform/dify.md#files-out, docs/platform/slack.md#file-upload.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import gevent

from clock import Clock
from dify_app import FetchedFile, FileProduced
from errors import SlackError, SlackFateUnknown, SlackRefused
from slack_api import SlackFiles
from slack_reply import ReplyTarget
from turns.files.transfers import HookTransfers
from turns.report import logger, where

MOST_FILES = 10
MOST_LINKS = 100  # links to files on other hosts
MOST_BYTES = 20 * 1024 * 1024
FILES_UPLOAD_TIMEOUT = 90.0  # seconds after the text in which the app's files may come to Slack
_FAILED = "a file of the app could not be brought to Slack: %s"
APPEARING = 3.0  # seconds until a shared file is visible in its thread: Slack answers before that


@dataclass(slots=True)
class ProducedFiles:
    """The files of one answer.

    Each file is fetched as soon as Dify names it, since its address is signed for 300 s only, and uploaded to Slack at
    once, so that no file waits in memory for the end of the text. After the text the files are shown. `fetch` gives
    None for a file that can't be fetched, `owns` tells whether an address may be fetched, `transfers` bounds how many
    files the process holds at once.
    """

    slack: SlackFiles
    place: ReplyTarget
    fetch: Callable[[str], FetchedFile | None]
    owns: Callable[[str], bool]
    transfers: HookTransfers
    clock: Clock
    _coming: list[tuple[FileProduced, Any]] = field(default_factory=list, init=False)
    _elsewhere: list[FileProduced] = field(default_factory=list, init=False)
    _lost: list[str] = field(default_factory=list, init=False)

    @property
    def links(self) -> tuple[tuple[str, str], ...]:
        """Names and addresses of files on other hosts: the answer links to them."""
        return tuple((file.name, file.url) for file in self._elsewhere)

    @property
    def any(self) -> bool:
        """Whether the app made a file that is uploaded to Slack."""
        return bool(self._coming or self._lost)

    def take(self, file: FileProduced) -> None:
        """Begin to fetch the file. Returns at once."""
        is_elsewhere = not self.owns(file.url)
        if not is_elsewhere and len(self._coming) < MOST_FILES:
            self._coming.append((file, gevent.spawn(self._store, file)))
        elif (
            is_elsewhere
            and file.url.startswith(("http://", "https://"))
            and len(self._elsewhere) < MOST_LINKS
        ):
            self._elsewhere.append(file)
        else:
            self._lost.append(file.name)

    def share(self, seconds: float) -> tuple[str, ...]:
        """Show all files in the thread, in their order. Returns the names of the files that could not be brought."""
        ends = self.clock.now() + min(seconds, FILES_UPLOAD_TIMEOUT)
        lost = list(self._lost)
        for file, storing in self._coming:
            storing.join(timeout=self.clock.wall(max(0.0, ends - self.clock.now())))
            file_id = storing.value
            if not (file_id and is_shared(self.slack, self.place, self.clock, file_id, file.name)):
                lost.append(file.name)
        self.drop()
        return tuple(lost)

    def drop(self) -> None:
        """Stop all transfers: the files are not wanted any more."""
        gevent.killall([storing for _, storing in self._coming], block=False)
        self._coming.clear()
        self._lost.clear()

    def _store(self, file: FileProduced) -> str | None:
        try:
            with self.transfers.place():
                found = self.fetch(file.url)
                return self.slack.store(file.name, found.content) if found else None
        except Exception as error:  # noqa: BLE001 - one file must not cost the answer
            logger.warning(_FAILED, code_of(error))
            return None


def is_shared(slack: SlackFiles, place: ReplyTarget, clock: Clock, file_id: str, name: str) -> bool:
    """Show an uploaded file in the thread; False when that fails. Raises no SlackError."""
    try:
        slack.share(file_id, name, place.channel, place.thread_ts)
    except SlackFateUnknown:
        clock.sleep(APPEARING)
        return slack.is_shown(file_id, place.channel, place.thread_ts, after=place.trigger_ts)
    except SlackError as error:
        logger.warning(_FAILED, code_of(error))
        return False
    return True


def code_of(error: Exception) -> str:
    """What the log says of the error: Slack's code, or the place in our code."""
    return error.error if isinstance(error, SlackRefused) else where(error)
