"""A member's files on their way from Slack into the app.

Source: docs/platform/slack.md#file-download, docs/platform/dify.md#files-in.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import gevent

from clock import Clock
from dify_app import DifyApp, FileSlot, OfferedFile, PlacedFile
from errors import DifyError, FileRefused
from slack_api import Bounds, SlackFiles, declared_size, download_url, mime_of, name_of
from turns.files.transfers import HookTransfers
from turns.report import logger, where

MOST_FILES = 20
MOST_BYTES = 20 * 1024 * 1024  # of one file, even if the app takes more: memory holds the file on its way
FILES_DOWNLOAD_TIMEOUT = 120.0  # seconds for all files of a question together

type SlackFile = Mapping[str, Any]
type Brought = PlacedFile | FileRefused


@dataclass(frozen=True, slots=True)
class Attachments:
    """Brings files to one app. `transfers` bounds how many files the process holds at once."""

    slack: SlackFiles
    app: DifyApp
    transfers: HookTransfers
    clock: Clock

    def wanted(self) -> bool:
        """Whether the app takes files. False if the app can't be asked."""
        return _is_sure(self.app.takes_files)

    def required(self) -> bool:
        """Whether the app does not run without a file. False if the app can't be asked."""
        return _is_sure(self.app.needs_file)

    def bring(self, files: Sequence[SlackFile]) -> list[Brought]:
        """The result of each file, in order. Empty if the app can't be asked: the run of the app will tell why."""
        try:
            return self._bring(files[:MOST_FILES]) + [
                FileRefused(name_of(file), "file_too_many") for file in files[MOST_FILES:]
            ]
        except DifyError:
            return []

    def _bring(self, files: Sequence[SlackFile]) -> list[Brought]:
        if not self.app.takes_files():
            return [FileRefused(name_of(file), "file_no_variable") for file in files]
        whole = [self._judged(file) for file in files]
        places = iter(self.app.place([_offered(file) for file in whole if not isinstance(file, FileRefused)]))
        moves = [
            file if isinstance(file, FileRefused) else (file, gevent.spawn(self._move, file, next(places)))
            for file in whole
        ]
        moving = [move[1] for move in moves if isinstance(move, tuple)]
        try:
            gevent.joinall(moving, timeout=self.clock.wall(FILES_DOWNLOAD_TIMEOUT))
            return [
                (move[1].value or FileRefused(name_of(move[0]), "file_stalled"))
                if isinstance(move, tuple)
                else move
                for move in moves
            ]
        finally:
            gevent.killall(moving, block=False)

    def _judged(self, file: SlackFile) -> SlackFile | FileRefused:
        """Slack's whole object of a file that may be fetched, or the refusal."""
        try:
            whole = self.slack.resolve(file)
            download_url(whole, MOST_BYTES)
        except FileRefused as refused:
            return refused
        return whole

    def _move(self, file: SlackFile, place: FileSlot | FileRefused) -> Brought:
        if isinstance(place, FileRefused):
            return place
        try:
            limit = self.app.form().limits.size(place.kind) or MOST_BYTES
            with self.transfers.place():
                loaded = self.slack.download(file, Bounds(size=min(limit, MOST_BYTES)))
                return self.app.upload(place, loaded.content)
        except FileRefused as refused:
            return refused
        except Exception as error:  # noqa: BLE001 - one file must not cost the answer
            logger.warning("a file broke on its way into the app: %s", where(error))
            return FileRefused(place.file.name, "file_download_failed")


def _offered(file: SlackFile) -> OfferedFile:
    size = declared_size(file)
    return OfferedFile(name_of(file), mime_of(file), 1 if size is None else size)


def _is_sure(ask: Callable[[], bool]) -> bool:
    try:
        return ask()
    except DifyError:
        return False
