"""Writes what the plugin tells the daemon, in place of the SDK's writer.

The SDK builds a second model around each message, and writes the message and the blank line after it one by one. Each
write wakes the daemon, which may take a third of a millisecond. Here all messages of one moment, until the greenlets
wait for something, are one write. What a message says is still decided by the SDK.
"""

from enum import Enum
from typing import Any

from dify_plugin.core.server.stdio.response_writer import StdioResponseWriter
from gevent import get_hub
from pydantic import BaseModel
from pydantic_core import to_json


class StandardOutput(StdioResponseWriter):  # type: ignore[misc]  # the SDK is not typed
    """One per process. Messages never mix: a write to the pipe lets no other greenlet run."""

    def __init__(self) -> None:
        super().__init__()
        self._unwritten: list[str] = []

    def put(
        self, event: Enum, session_id: str | None = None, data: dict[str, Any] | BaseModel | None = None
    ) -> None:
        """Write one message, once the greenlets that can run now have run."""
        if not self._unwritten:
            get_hub().loop.run_callback(self._write_all)
        message = {"event": event.value, "session_id": session_id, "data": data}
        self._unwritten.append(to_json(message, inf_nan_mode="null").decode() + "\n\n")

    def _write_all(self) -> None:
        texts = "".join(self._unwritten)
        self._unwritten.clear()
        self.write(texts)
