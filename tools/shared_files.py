"""Lets several pytest sessions share test files: each free session takes the next file, and runs all tests of the file.

So the sessions end at about the same time, however long each file takes.
"""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from itertools import chain, pairwise
from pathlib import Path

import pytest


class SharedFiles:
    """A plugin of pytest. All sessions collect the same files in the same order and have the same `folder`.

    The folder is empty at first. A session takes a test file by making a file of the same name there, which the
    operating system lets one session alone do.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool | None:
        """Called by pytest to run the tests. Leaves it to pytest to end a session that could not read all files."""
        if session.testsfailed:
            return None
        # A fixture of a file ends behind the file's last test, so pytest has to know the test after each test.
        for item, after in pairwise(chain(self._items(session.items), [None])):
            if item is not None:
                item.config.hook.pytest_runtest_protocol(item=item, nextitem=after)
            if session.shouldstop:
                raise session.Interrupted(session.shouldstop)
        return True

    def _items(self, items: Sequence[pytest.Item]) -> Iterator[pytest.Item]:
        files: dict[Path, list[pytest.Item]] = {}
        for item in items:
            files.setdefault(item.path, []).append(item)
        for path, of_file in files.items():
            if self._take(path):
                yield from of_file

    def _take(self, path: Path) -> bool:
        with suppress(FileExistsError):
            (self._folder / path.name).touch(exist_ok=False)
            return True
        return False
