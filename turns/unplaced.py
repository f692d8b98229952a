"""A mention in a channel whose type no event told yet: it may stand in a group direct message.

Whether Slack sends `app_mention` there is not documented (field/slack.md §1.4). If it does, the message's other event
comes too, unless the app is not subscribed to it: so the mention is answered, but gives way to that other event.
"""

from collections.abc import Callable
from dataclasses import dataclass

from clock import Clock
from conversation_store.record import ThreadKey
from conversation_store.store import ThreadStore
from errors import StoreError
from message import Message

OTHER_EVENT = 2.0
"""Seconds that a mention in a group direct message waits for it."""
SHORTEST = 1.0  # wall seconds: between processes without Redis a claim is good to that (design D2)


@dataclass(frozen=True, slots=True)
class Unplaced:
    """For one turn. `is_group_dm` may ask Slack; `holder` names this process."""

    message: Message
    direct_messages: bool
    is_group_dm: Callable[[], bool]
    store: ThreadStore
    key: ThreadKey
    holder: str
    clock: Clock

    @property
    def in_doubt(self) -> bool:
        """Whether it must be asked for at all; the hook's list says so, and nobody gives way to such a line."""
        message = self.message
        return message.source == "app_mention" and not message.channel_type and not message.is_dm

    def not_answered(self) -> str:
        """Why this turn leaves the message alone; "" if it goes on. May wait."""
        if not self.in_doubt or not self.is_group_dm():
            return ""
        if not self.direct_messages:
            return "direct messages are off"
        self.clock.sleep(max(OTHER_EVENT, SHORTEST / self.clock.wall(1.0)))
        return "its other event is answered" if self._is_taken() else ""

    def _is_taken(self) -> bool:
        """Whether another process took the message at the same moment; its claim may have overwritten ours, or not."""
        ts = self.message.ts
        try:
            record = self.store.get(self.key, fresh=True)
            if record and not any(turn.ts == ts and turn.holder == self.holder for turn in record.open):
                return True
            listed = self.store.in_flight(self.key.hook_id)
        except StoreError:
            return False
        return any(
            (one.key, one.ts) == (self.key, ts) and one.holder != self.holder and not one.in_doubt
            for one in listed
        )
