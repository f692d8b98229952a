"""Tells the log what is wrong with an endpoint's settings, each problem once an hour."""

import logging
from collections.abc import Iterable

from cachetools import TTLCache

from errors import SettingsError

PAUSE = 3600.0  # seconds of the wall: nobody waits for this
PROBLEMS = 1_000

_log = logging.getLogger("slack_bridge.settings")  # its parent's lines reach the daemon


class ProblemLog:
    """One per process. A problem's text names the setting and the cure, and never holds a secret."""

    def __init__(self) -> None:
        self._told: TTLCache[tuple[str, str], None] = TTLCache(PROBLEMS, PAUSE)

    def tell(self, hook_id: str, problems: Iterable[SettingsError]) -> None:
        """Write a line for each problem of this hook that was not told within the last hour."""
        for problem in problems:
            told = (hook_id, str(problem))
            if told not in self._told:
                self._told[told] = None
                _log.warning("%s", problem)
