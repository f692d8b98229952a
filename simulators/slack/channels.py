"""Channels, direct messages and what stands in them."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from simulators.slack.messages import Message
from simulators.slack.statuses import StatusLine

# which subscription covers a channel's messages, by the kind of channel (docs/platform/slack.md#event-subscriptions)
EVENT_OF = {
    "channel": "message.channels",
    "group": "message.groups",
    "im": "message.im",
    "mpim": "message.mpim",
}
TOMBSTONE = "tombstone"


@dataclass(slots=True)
class Channel:
    """`kind` is Slack's channel_type: channel (public), group (private), im, mpim."""

    id: str
    name: str
    kind: str
    members: set[str] = field(default_factory=set)
    archived: bool = False
    ext_shared: bool = False
    messages: dict[str, Message] = field(default_factory=dict)
    threads: dict[str, list[str]] = field(default_factory=dict)
    statuses: dict[str, StatusLine] = field(default_factory=dict)

    def add(self, message: Message) -> None:
        """Keep a message in the order of its coming."""
        self.messages[message.ts] = message
        if message.thread_ts and message.thread_ts != message.ts:
            self.threads.setdefault(message.thread_ts, []).append(message.ts)

    def get(self, ts: str) -> Message | None:
        """A message that still stands."""
        message = self.messages.get(ts)
        return None if message is None or message.deleted else message

    def has_lost(self, root: str) -> bool:
        """Whether the root of a thread was deleted: its place is empty, or holds a tombstone."""
        message = self.messages.get(root)
        return message is not None and (message.deleted or message.subtype == TOMBSTONE)

    def thread(self, root: str) -> Iterator[Message]:
        """The root, then its replies, without what was deleted."""
        for ts in [root, *self.threads.get(root, [])]:
            message = self.get(ts)
            if message is not None:
                yield message

    def top_level(self) -> Iterator[Message]:
        """What the channel itself shows: roots and broadcast replies."""
        for message in self.messages.values():
            if not message.deleted and (message.thread_ts in {"", message.ts} or message.broadcast):
                yield message
