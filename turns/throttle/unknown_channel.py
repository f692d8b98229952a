"""Judges a mention in a channel of unknown type: the channel may be a group direct message.

`app_mention` may come in a group direct message (docs/platform/slack.md#mentions-in-group-direct-messages), beside the
message's other event. So the mention is answered, unless a turn for the other event claims the message.
"""

from dataclasses import dataclass

from clock import Clock
from conversation_store import ThreadKey, ThreadStore
from errors import StoreError
from message import Message
from slack_api import HASTY, PATIENT, Channels, Patience, SlackApi
from turns.throttle.bot_identities import Installation

OTHER_EVENT = 2.0  # seconds that a mention in a group direct message waits for the other event
# Wall seconds after which processes without Redis know each other's claims (docs/architecture.md#d2-once).
SHORTEST = 1.0


def is_in_doubt(message: Message) -> bool:
    """Whether another event may bring the same message. No turn gives way to a turn that is in doubt."""
    return _is_unplaced(message) and message.source == "app_mention"


def _is_unplaced(message: Message) -> bool:
    return not message.channel_type and not message.is_dm


@dataclass(frozen=True, slots=True)
class UnknownChannel:
    """For one turn. `holder` names this process. The rules on places decide later (turns/throttle/rule_check.py)."""

    message: Message
    direct_messages: bool
    allowed_channels: frozenset[str]
    channels: Channels
    api: SlackApi
    installation: Installation
    store: ThreadStore
    key: ThreadKey
    holder: str
    clock: Clock

    @property
    def _is_listed(self) -> bool:
        return not self.allowed_channels or self.message.channel in self.allowed_channels

    @property
    def _is_allowed_anyway(self) -> bool:
        return self.direct_messages and self._is_listed

    @property
    def _matters(self) -> bool:
        """Whether the channel's type decides anything, here or by the rules on places."""
        message = self.message
        return _is_unplaced(message) and (is_in_doubt(message) or not self._is_allowed_anyway)

    @property
    def _patience(self) -> Patience:
        return HASTY if self._is_allowed_anyway else PATIENT

    def look_up(self) -> None:
        """Ask Slack for the channel's type, if it matters and was not told within the hour."""
        if self._matters:
            self.channels.learn(self.api, self.message.channel, self.installation.scopes, self._patience)

    def not_answered(self) -> str:
        """Why this turn does not answer the message; "" if the turn goes on. This may wait."""
        if not is_in_doubt(self.message):
            return ""
        scopes = self.installation.scopes
        if not self.channels.is_group_dm(self.api, self.message.channel, scopes, self._patience):
            return ""
        self.clock.sleep(self.clock.stretched(OTHER_EVENT, at_least=SHORTEST))
        return "its other event is answered" if self._is_taken() else ""

    def _is_taken(self) -> bool:
        """Whether another process claimed the message at the same moment. Its claim may have overwritten ours."""
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
