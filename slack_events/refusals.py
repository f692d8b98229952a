"""Says in the log that requests were refused: at once, then at most once a minute, however many come."""

from dataclasses import dataclass

from cachetools import LRUCache

from clock import Clock
from turns.report import logger

PAUSE = 60.0
REASONS = 64


@dataclass(slots=True)
class _Reason:
    silent_until: float = float("-inf")
    untold: int = 0


class Refusals:
    """One per process; counts each reason by itself, so that no flood hides what else is wrong."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._reasons: LRUCache[str, _Reason] = LRUCache(REASONS)

    def note(self, why: str) -> None:
        """One more; `why` is ours and holds nothing of the request."""
        now = self._clock.now()
        reason = self._reasons.setdefault(why, _Reason())
        if now < reason.silent_until:
            reason.untold += 1
            return
        logger.warning("refused a request: %s; %d more since the last such line", why, reason.untold)
        self._reasons[why] = _Reason(now + PAUSE)
