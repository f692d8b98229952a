"""The members whom the bot answers in a thread without a mention: they asked the bot there before."""

from collections.abc import Collection
from dataclasses import dataclass

from conversation_store import ProcessStores
from errors import SettingsError
from message import Message
from turns import EndpointRequest


@dataclass(frozen=True, slots=True)
class Followers:
    """Reads the followers of a thread. One per request."""

    endpoint: EndpointRequest
    stores: ProcessStores

    def of(self, message: Message) -> Collection[str]:
        """The ids of the members who asked the bot in the message's thread.

        Raises StoreError when the store cannot tell whether the author is one of them.
        """
        try:
            store, key = self.endpoint.store(self.stores), self.endpoint.key(message)
            record = store.get_or_raise(key, lambda known: message.user in known.followers)
        except SettingsError:
            return ()
        return record.followers if record else ()
