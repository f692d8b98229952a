"""Remembers for an hour where Slack's native streams do not work (docs/architecture.md#d5-writers)."""

from cachetools import TTLCache

from clock import Clock
from slack_reply.writers.writer import ReplyTarget

REMEMBERED_SECONDS = 3600.0
_EVERYWHERE = "*"


class NativeSupport:
    """There is one per process. Only two error codes are remembered; any other refusal counts for its own turn only.

    If a channel's type is not known, a refusal there is remembered for that channel only.
    """

    def __init__(self, clock: Clock) -> None:
        self._missing: TTLCache[tuple[str, str], bool] = TTLCache(
            maxsize=10_000, ttl=REMEMBERED_SECONDS, timer=clock.now
        )

    def expected(self, target: ReplyTarget) -> bool:
        """Whether a native stream is worth trying."""
        kinds = (_EVERYWHERE, target.channel_type, target.channel)
        return not any((target.account, kind) in self._missing for kind in kinds)

    def refused(self, target: ReplyTarget, error: str) -> None:
        """Remember that Slack answered chat.startStream with this error code."""
        if error == "unknown_method":
            self._missing[target.account, _EVERYWHERE] = True
        elif error == "channel_type_not_supported":
            self._missing[target.account, target.channel_type or target.channel] = True
