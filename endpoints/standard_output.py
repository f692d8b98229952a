"""Writes what the plugin tells the daemon, in place of the SDK's writer.

The SDK builds a second model around each message, and writes the message and the blank line after it one by one, which
wakes the daemon twice. Here a message is one write. What a message says is still decided by the SDK.
"""

from enum import Enum
from typing import Any

from dify_plugin.core.server.stdio.response_writer import StdioResponseWriter
from pydantic import BaseModel
from pydantic_core import to_json


class StandardOutput(StdioResponseWriter):  # type: ignore[misc]  # the SDK is not typed
    """Messages never mix: a write to the pipe lets no other greenlet run."""

    def put(
        self, event: Enum, session_id: str | None = None, data: dict[str, Any] | BaseModel | None = None
    ) -> None:
        """Write one message."""
        message = {"event": event.value, "session_id": session_id, "data": data}
        self.write(to_json(message, inf_nan_mode="null").decode() + "\n\n")
