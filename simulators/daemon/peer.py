"""One connected plugin process, over stdio or TCP: tells its lines apart and hands them to their sessions."""

import json
import time
from collections.abc import Callable
from typing import Any

from simulators.daemon.journal import Journal
from simulators.daemon.pump import Pump

Listener = Callable[[str, dict[str, Any]], None]


class Peer:
    """`on_end` is called once, when the process is gone. A line for a session that has ended is dropped."""

    def __init__(
        self,
        number: int,
        fds: tuple[int, int],
        journal: Journal,
        on_heartbeat: Callable[[], None],
        on_end: Callable[[str], None],
    ) -> None:
        self.number = number
        self.listeners: dict[str, Listener] = {}
        self.dropped = 0
        self.heard = time.monotonic()
        self.beats = 0
        self.longest_gap = 0.0
        self._beat = 0.0
        self._journal = journal
        self._on_heartbeat = on_heartbeat
        self.pump = Pump(*fds, self.line, on_end)

    def line(self, line: bytes) -> None:
        """Take one line of the plugin's."""
        self.heard = time.monotonic()
        try:
            message = json.loads(line)
            event = message["event"]
        except (ValueError, KeyError, TypeError):
            self._journal.note("stdout", self.number, text=line[:1024].decode(errors="replace"))
            return
        if event == "session":
            self._session(message)
        elif event == "heartbeat":
            self._beats()
        elif event == "log":
            self._journal.note("log", self.number, **(message.get("data") or {}))
        else:
            self._journal.note("error", self.number, data=message.get("data"))

    def _beats(self) -> None:
        if self.beats:
            self.longest_gap = max(self.longest_gap, self.heard - self._beat)
        self.beats += 1
        self._beat = self.heard
        self._on_heartbeat()

    def _session(self, message: dict[str, Any]) -> None:
        listener = self.listeners.get(message.get("session_id", ""))
        if listener is None:
            self.dropped += 1
            return
        data = message.get("data") or {}
        listener(data.get("type", ""), data.get("data") or {})
