"""What an event does not say, but earlier ones did: the type of its channel, and who asked the bot in its thread."""

from collections.abc import Collection
from dataclasses import dataclass, replace

from cachetools import TTLCache

from clock import Clock
from conversation_store import ProcessStores
from errors import SettingsError
from message import Message
from turns import EndpointRequest

KEPT_SECONDS = 3600.0
CHANNELS = 10_000


class ChannelTypes:
    """Channels' types: `app_mention` names none, `message` does (docs/platform/slack.md#event-subscriptions).

    One per process. Each hook has its own memory, since an event is verified with the hook's own signing secret. If a
    channel's type is known here, the app is subscribed to the `message` events of channels of that type.
    """

    def __init__(self, clock: Clock) -> None:
        self._heard: TTLCache[tuple[str, str, str], str] = TTLCache(CHANNELS, KEPT_SECONDS, timer=clock.now)

    def with_type(self, hook_id: str, message: Message) -> Message:
        """The message with its channel's type, if this hook knows it. If the message has a type, it is remembered."""
        place = (hook_id, message.team_id, message.channel)
        if message.channel_type:
            self._heard[place] = message.channel_type
            return message
        return replace(message, channel_type=self._heard.get(place, ""))


@dataclass(frozen=True, slots=True)
class DirectConversation:
    """The conversation of a direct message. One per request."""

    endpoint: EndpointRequest
    stores: ProcessStores

    def reset(self, message: Message) -> None:
        """The next message begins a new conversation. Raises StoreError, and SettingsError while no app is certain."""
        store, key = self.endpoint.store(self.stores), self.endpoint.key(message)
        store.update(key, lambda record: record.with_conversation(""))


@dataclass(frozen=True, slots=True)
class Followers:
    """The members whom the bot answers in a thread without a mention: they asked the bot there. One per request."""

    endpoint: EndpointRequest
    stores: ProcessStores

    def with_app_name(self, message: Message) -> Message:
        """The message with the name of the app that was asked last in its thread, if that app was chosen by a name."""
        names = self.endpoint.settings.app_names
        record = self.endpoint.store(self.stores).get(self.endpoint.key(message)) if names else None
        return replace(message, app_name=record.app_name) if record and record.app_name in names else message

    def of(self, message: Message) -> Collection[str]:
        """The ids of these members. Raises StoreError when the store cannot tell whether the author is one of them.

        A message that was written before the first question of the thread has none of them: Slack may deliver its
        event minutes later (docs/platform/slack.md#event-retries).
        The store itself is asked, not its cache: the author may have asked in another process a moment ago.
        """
        try:
            store, key = self.endpoint.store(self.stores), self.endpoint.key(message)
            record = store.get_or_raise(key, lambda known: message.user in known.followers, fresh=True)
        except SettingsError:
            return ()
        return () if record is None or record.is_before_the_first(message.ts) else record.followers
