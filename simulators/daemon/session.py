"""A session: the life of one endpoint request.

Everything it started ends with it (docs/platform/dify.md#request-lifetime).
"""

import time
import uuid
from collections import deque
from collections.abc import Callable
from typing import Any

from gevent.event import Event

from simulators.http1.client import Call

QUEUE_LIMIT = 128


class Session:
    """The messages of the plugin wait here for the greenlet that serves the HTTP request."""

    def __init__(
        self,
        hook_id: str,
        endpoint_id: str,
        path: str,
        on_invoke: Callable[["Session", dict[str, Any]], None],
    ) -> None:
        self.session_id = str(uuid.uuid4())
        self.hook_id = hook_id
        self.endpoint_id = endpoint_id
        self.path = path
        self.process = -1
        self.began = time.time()
        self.closed = False
        self.cancelled = False
        self.calls: set[Call] = set()
        self.lost_chunks = 0
        self.streaming = False
        self._on_invoke = on_invoke
        self._messages: deque[tuple[str, dict[str, Any]]] = deque()
        self._arrived = Event()
        self._gone = Event()

    def listen(self, kind: str, data: dict[str, Any]) -> None:
        """Take a message of the plugin's; a reverse call begins at once."""
        if self.closed:
            return
        if kind == "invoke":
            self._on_invoke(self, data)
            return
        if self.streaming and kind == "stream" and len(self._messages) >= QUEUE_LIMIT:
            # A client that reads slowly loses what a queue of 128 cannot hold (docs/platform/dify.md#endpoint-answers).
            self.lost_chunks += 1
            return
        self._messages.append((kind, data))
        self._arrived.set()

    def begin_streaming(self) -> None:
        """The first body chunk is being passed on: if the end is here already, it overtakes all the others.

        The daemon closes its queue then (endpoint_service.go:88); measured: three of four short bodies were
        cut. An end that comes later waits for them.
        """
        self.streaming = True
        if any(kind in {"end", "error"} for kind, _ in self._messages):
            self.lost_chunks += sum(kind == "stream" for kind, _ in self._messages)
            self._messages = deque([("end", {})])

    def leave(self) -> None:
        """The client has gone."""
        self._messages.append(("gone", {}))
        self._gone.set()
        self._arrived.set()

    @property
    def abandoned(self) -> bool:
        """Whether the client has left."""
        return bool(self._gone.is_set())

    def hold(self, seconds: float) -> bool:
        """Let messages wait for so long (the wall's seconds); whether the client left meanwhile."""
        return bool(self._gone.wait(seconds))

    def next(self, timeout: float | None) -> tuple[str, dict[str, Any]]:
        """Wait for the next message: stream, end, error, gone; or timeout."""
        while not self._messages:
            self._arrived.clear()
            if not self._arrived.wait(timeout):
                return "timeout", {}
        return self._messages.popleft()

    def close(self) -> None:
        """End it: reverse calls are cancelled."""
        self.closed = True
        for call in list(self.calls):
            call.close()
        self.calls.clear()

    def cancel_calls(self) -> None:
        """End its reverse calls as if another request's end had cancelled them.

        Source: docs/platform/dify.md#cancelled-by-others.
        """
        self.cancelled = True
        for call in list(self.calls):
            call.close()

    def as_json(self) -> dict[str, Any]:
        """Tell about it."""
        return {
            "session_id": self.session_id,
            "hook_id": self.hook_id,
            "path": self.path,
            "process": self.process,
            "began": self.began,
            "calls": len(self.calls),
        }
