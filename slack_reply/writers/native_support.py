"""Where Slack's native streams are known not to work, for an hour (docs/architecture.md#d5-writers)."""

from cachetools import TTLCache

from clock import Clock
from slack_reply.writers.writer import ReplyTarget

REMEMBERED_SECONDS = 3600.0
_EVERYWHERE = "*"


class NativeSupport:
    """One per process. Only two refusals are remembered; every other one counts for its own turn only.

    Where nothing said of what type the channel is, what is refused there says nothing of any other channel.
    """

    def __init__(self, clock: Clock) -> None:
        self._missing: TTLCache[tuple[str, str], bool] = TTLCache(
            maxsize=10_000, ttl=REMEMBERED_SECONDS, timer=clock.now
        )

    def expected(self, place: ReplyTarget) -> bool:
        """Whether a native stream is worth the try."""
        kinds = (_EVERYWHERE, place.channel_type, place.channel)
        return not any((place.account, kind) in self._missing for kind in kinds)

    def refused(self, place: ReplyTarget, error: str) -> None:
        """Slack answered chat.startStream with this code."""
        if error == "unknown_method":
            self._missing[place.account, _EVERYWHERE] = True
        elif error == "channel_type_not_supported":
            self._missing[place.account, place.channel_type or place.channel] = True
