"""The endpoint of one request: the hook that the request came to, the hook's settings, and the session."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from conversation_store import ProcessStores, ResilientStore, ThreadKey
from message import Message
from provider import Settings, read_settings


@dataclass(frozen=True, slots=True)
class EndpointRequest:
    """`session` lives as long as the request; a later call is dropped (docs/platform/dify.md#endpoint-requests)."""

    id: str
    url: str
    settings: Settings
    session: Any

    @classmethod
    def of(cls, session: Any, headers: Mapping[str, str], raw: Mapping[str, Any]) -> Self:
        """Read the hook from the two headers in which the daemon names it (docs/platform/dify.md#hook-headers)."""
        return cls(
            headers.get("Dify-Hook-Id", ""), headers.get("Dify-Hook-Url", ""), read_settings(raw), session
        )

    def key(self, message: Message) -> ThreadKey:
        """The key of the message's thread; a 1:1 DM may be one thread as a whole.

        Raises SettingsError when the settings don't say which app answers there.
        """
        whole = message.is_dm and self.settings.dm_conversation == "continuous"
        return ThreadKey(
            hook_id=self.id,
            app_id=self.settings.app_for(message.channel, message.app_name),
            team_id=message.team_id,
            channel=message.channel,
            thread="" if whole else message.root_ts,
        )

    def store(self, stores: ProcessStores) -> ResilientStore:
        """The hook's conversation store. Raises SettingsError when `redis_url` can't be read."""
        settings = self.settings
        return stores.open(
            self.id, self.session.storage, days=settings.conversation_days, redis_url=settings.redis_url or ""
        )

    def can_answer(self, message: Message) -> None:
        """Raises SettingsError while the settings let nobody answer this message."""
        self.settings.require_token()
        self.settings.app_for(message.channel, message.app_name)
