"""Remembers the messages of this process, so that a writer that searches a lost message takes no other answer's."""

from cachetools import LRUCache

REMEMBERED = 20_000


class Written:
    """One per process, shared by all replies. `account` names the app in its workspace (SlackApi.account)."""

    def __init__(self, remembered: int = REMEMBERED) -> None:
        self._known: LRUCache[tuple[str, str, str], bool] = LRUCache(remembered)

    def add(self, account: str, channel: str, ts: str) -> None:
        """Record that the message belongs to an answer."""
        self._known[account, channel, ts] = True

    def knows(self, account: str, channel: str, ts: str) -> bool:
        """Whether the message belongs to an answer of this process."""
        return (account, channel, ts) in self._known
