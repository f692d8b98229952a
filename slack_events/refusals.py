"""Writes to the log that requests were refused: the first at once, then at most once a minute for all of them."""

from dataclasses import dataclass

from cachetools import LRUCache

from clock import Clock
from turns import logger

PAUSE = 60.0
REASONS = 1_000


@dataclass(slots=True)
class _Reason:
    silent_until: float = float("-inf")
    untold: int = 0


class Refusals:
    """One per process. It counts each reason of each hook separately, so that a flood of one does not hide another."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._reasons: LRUCache[tuple[str, str], _Reason] = LRUCache(REASONS)

    def note(self, hook_id: str, why: str) -> None:
        """Count one more refused request of this hook. `why` is our own text, with nothing of the request in it."""
        now = self._clock.now()
        told = (hook_id, why)
        reason = self._reasons.setdefault(told, _Reason())
        if now < reason.silent_until:
            reason.untold += 1
            return
        logger.warning("refused a request: %s; %d more since the last such line", why, reason.untold)
        self._reasons[told] = _Reason(now + PAUSE)
