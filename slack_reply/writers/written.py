"""Which messages this process wrote: a writer that looks for a lost message of its own must not take another's."""

from cachetools import LRUCache

REMEMBERED = 20_000


class Written:
    """One per process, shared by all replies. `account` tells apps in their workspaces apart (SlackApi.account)."""

    def __init__(self, remembered: int = REMEMBERED) -> None:
        self._known: LRUCache[tuple[str, str, str], bool] = LRUCache(remembered)

    def add(self, account: str, channel: str, ts: str) -> None:
        """The message belongs to an answer."""
        self._known[account, channel, ts] = True

    def knows(self, account: str, channel: str, ts: str) -> bool:
        """Whether some answer has it."""
        return (account, channel, ts) in self._known
