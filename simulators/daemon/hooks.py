"""Endpoints: hook id → settings, encrypted by Dify and decrypted for every request.

Source: docs/platform/dify.md#decrypted-settings.
"""

import uuid
from dataclasses import dataclass, field
from typing import Any

from simulators.daemon.declaration import Declaration, check_settings
from simulators.daemon.dify_api import DifyApi


@dataclass(slots=True)
class Hook:
    """One endpoint; `sealed` are its settings with the secrets encrypted, once that was done."""

    hook_id: str
    settings: dict[str, Any]
    enabled: bool = True
    endpoint_id: str = field(default_factory=lambda: str(uuid.uuid4()))
    sealed: dict[str, Any] | None = None


class Hooks:
    """All endpoints of the plugin."""

    def __init__(self, dify: DifyApi) -> None:
        self._dify = dify
        self._hooks: dict[str, Hook] = {}

    def set(self, hook_id: str, settings: dict[str, Any], declaration: Declaration | None) -> None:
        """Set one up or change its settings.

        ValueError as the daemon's validation, where the plugin is known.
        """
        if declaration is not None:
            check_settings(declaration, settings)
        hook = self._hooks.setdefault(hook_id, Hook(hook_id, settings))
        hook.settings, hook.sealed = settings, None

    def get(self, hook_id: str) -> Hook | None:
        """Find one."""
        return self._hooks.get(hook_id)

    def remove(self, hook_id: str) -> bool:
        """Delete one; whether it was there."""
        return self._hooks.pop(hook_id, None) is not None

    def opened(self, hook: Hook, declaration: Declaration) -> dict[str, Any]:
        """Give the settings for a request; CallFailed when Dify cannot decrypt them."""
        if not declaration.has_secrets:
            return hook.settings
        settings, sealed = hook.settings, hook.sealed
        if sealed is None:
            sealed = self._encrypt("encrypt", hook, declaration, settings)
            if hook.settings is settings:  # otherwise they were changed during the call
                hook.sealed = sealed
        return self._encrypt("decrypt", hook, declaration, sealed)

    def _encrypt(
        self, opt: str, hook: Hook, declaration: Declaration, data: dict[str, Any]
    ) -> dict[str, Any]:
        members = {"opt": opt, "namespace": "endpoint", "identity": hook.endpoint_id, "data": data}
        body = self._dify.body("encrypt", members, config=declaration.settings_json)
        found: dict[str, Any] = self._dify.nested("invoke/encrypt", body)
        return found
