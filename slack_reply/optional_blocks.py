"""Blocks under an answer that a workspace may refuse: the answer never fails for their sake."""

from collections.abc import Callable, Sequence

from cachetools import TTLCache

from clock import Clock
from slack_reply.snapshot import Blocks

REMEMBERED = 3600.0  # seconds that a workspace counts as one that refuses a type of block


class BlockRefused(Exception):
    """Slack refused the content, perhaps for the sake of the optional blocks. The text is Slack's code."""


class BlockSupport:
    """Remembers which types of optional blocks a workspace refused. An account is named as in `Written`.

    One per process.
    """

    def __init__(self, clock: Clock) -> None:
        self._refused: TTLCache[tuple[str, str], bool] = TTLCache(10_000, REMEMBERED, timer=clock.now)

    def send[T](self, account: str, forms: Sequence[Blocks], send: Callable[[Blocks], T]) -> T:
        """Send a message with the first of these forms of blocks that Slack takes, or with none of them.

        `send` raises BlockRefused. A form counts as refused only if the same message without it was taken: the
        message may have another fault. Raises what `send` raises without blocks.
        """
        refused: list[Blocks] = []
        for form in forms:
            if not self._takes(account, form):
                continue
            try:
                done = send(form)
            except BlockRefused:
                refused.append(form)
            else:
                break
        else:
            done = send(())
        for form in refused:
            self._refused.update({(account, str(block["type"])): True for block in form})
        return done

    def _takes(self, account: str, form: Blocks) -> bool:
        return not any((account, str(block["type"])) in self._refused for block in form)
