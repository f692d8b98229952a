"""Where Slack's native streams are known not to work, for an hour (design D5)."""

from cachetools import TTLCache

from clock import Clock

REMEMBERED_SECONDS = 3600.0
_EVERYWHERE = "*"  # not "": a mention does not say its channel's type


class NativeSupport:
    """One per process. Only two refusals are remembered; every other one counts for its own turn only."""

    def __init__(self, clock: Clock) -> None:
        self._missing: TTLCache[tuple[str, str], bool] = TTLCache(
            maxsize=10_000, ttl=REMEMBERED_SECONDS, timer=clock.now
        )

    def expected(self, team_id: str, channel_type: str) -> bool:
        """Whether a native stream is worth the try."""
        return (team_id, _EVERYWHERE) not in self._missing and (team_id, channel_type) not in self._missing

    def refused(self, team_id: str, channel_type: str, error: str) -> None:
        """Slack answered chat.startStream with this code."""
        if error == "unknown_method":
            self._missing[team_id, _EVERYWHERE] = True
        elif error == "channel_type_not_supported":
            self._missing[team_id, channel_type] = True
