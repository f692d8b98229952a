"""Logs what is wrong with an endpoint's settings, each problem at most once an hour."""

import logging
from collections.abc import Iterable

from cachetools import TTLCache

from errors import SettingsError

PAUSE = 3600.0  # seconds of the wall clock, even where time is scaled, since no code waits for this pause
PROBLEMS = 1_000

_log = logging.getLogger("slack_bridge.settings")  # the daemon receives the lines of the parent logger


class ProblemLog:
    """One per process. A problem's text names the setting and how to correct it, and never holds a secret."""

    def __init__(self) -> None:
        self._told: TTLCache[tuple[str, str], None] = TTLCache(PROBLEMS, PAUSE)

    def tell(self, hook_id: str, problems: Iterable[SettingsError]) -> None:
        """Write a line for each problem of this hook that was not told within the last hour."""
        for problem in problems:
            told = (hook_id, str(problem))
            if told not in self._told:
                self._told[told] = None
                _log.warning("%s", problem)
