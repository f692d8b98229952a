"""Lets several pytest sessions share test files: each free session takes the next file, and runs all tests of the file.

So the sessions end at about the same time, however long each file takes.
"""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from itertools import chain, pairwise
from pathlib import Path

import pytest


class SharedFiles:
    """A plugin of pytest. All sessions get the same `files` in the same order, and have the same `folder`.

    The folder is empty at first. A session takes a test file by making a file of the same name there, which the
    operating system lets one session alone do. It reads what it has taken, and no other file.
    """

    def __init__(self, folder: Path, files: Sequence[Path]) -> None:
        self._folder = folder
        self._files = files

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection(self) -> bool:
        """Called by pytest to collect the tests, which are collected file by file."""
        return True

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Called by pytest to run the tests. A file that can't be read fails the session, and the others run."""
        run = 0
        # A fixture of a file ends behind the file's last test, so pytest has to know the test after each test.
        for item, after in pairwise(chain(self._items(session), [None])):
            if item is not None:
                item.config.hook.pytest_runtest_protocol(item=item, nextitem=after)
                run += 1
            if session.shouldstop:
                raise session.Interrupted(session.shouldstop)
        session.testscollected = run
        return True

    def _items(self, session: pytest.Session) -> Iterator[pytest.Item]:
        for path in self._files:
            if self._take(path):
                yield from session.perform_collect([str(path)])

    def _take(self, path: Path) -> bool:
        with suppress(FileExistsError):
            (self._folder / path.name).touch(exist_ok=False)
            return True
        return False
