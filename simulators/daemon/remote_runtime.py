"""Remote debugging: a plugin elsewhere connects over TCP, declares itself, and then speaks the same lines."""

import json
import time
from typing import Any

import gevent
from gevent.event import Event
from gevent.server import StreamServer

from simulators.daemon.answers import CONNECTION_CLOSED
from simulators.daemon.declaration import Declaration, declare
from simulators.daemon.journal import Journal
from simulators.daemon.peer import Listener, Peer
from simulators.daemon.runtime import Begins, WriteFailed

SILENCE_LIMIT = 60.0  # the wall's seconds without a heartbeat (its debugging_runtime/lifetime.go)
HANDSHAKE_LIMIT = 10.0

_CLOSED = {"error_type": CONNECTION_CLOSED, "message": "Connection closed unexpectedly", "args": {}}


class HandshakeFailed(Exception):
    """Its text is sent to the plugin before the connection is closed."""


class Connection:
    """One plugin's connection: first its declarations, then a Peer."""

    def __init__(self, sock: Any, key: str, number: int, journal: Journal) -> None:
        self._sock = sock
        self._key = key
        self.number = number
        self._journal = journal
        self._manifest: dict[str, Any] = {}
        self._group: dict[str, Any] = {}
        self._shaken = False
        self.declaration: Declaration | None = None
        self.peer: Peer | None = None
        self.heard = time.monotonic()
        self.closed = Event()

    def initialize(self) -> None:
        """Read declarations until END; HandshakeFailed or OSError if that does not come."""
        rest = b""
        with gevent.Timeout(HANDSHAKE_LIMIT, HandshakeFailed("handshake timed out")):
            while True:
                data = self._sock.recv(1 << 16)
                if not data:
                    raise HandshakeFailed("closed")
                *lines, rest = (rest + data).split(b"\n")
                if any([self._declare(line) for line in lines if line]):  # noqa: C419 - each of them counts
                    return

    def _declare(self, line: bytes) -> bool:
        try:
            message = json.loads(line)
            kind, data = message["type"], message["data"]
        except (ValueError, KeyError, TypeError) as error:
            raise HandshakeFailed("handshake failed, invalid handshake message") from error
        if kind == "handshake":
            if data.get("key") != self._key:
                raise HandshakeFailed("handshake failed, invalid key")
            self._shaken = True
        elif kind == "manifest_declaration":
            self._manifest = data
        elif kind == "endpoint_declaration":
            self._group = data[0] if data else {}
        elif kind == "end":
            if not self._shaken or not self._group:
                raise HandshakeFailed("no registration transferred, cannot initialize")
            self.declaration = declare(self._manifest, self._group)
            return True
        return False

    def speak(self) -> None:
        """Go over to lines; returns when the connection is closed."""
        fd = self._sock.fileno()
        self.peer = Peer(self.number, (fd, fd), self._journal, self._heartbeat, self._end)
        while not self.closed.wait(SILENCE_LIMIT):
            if time.monotonic() - self.heard > SILENCE_LIMIT:
                self.peer.pump.stop()
                break
        self.peer.pump.stop()

    def _heartbeat(self) -> None:
        self.heard = time.monotonic()

    def _end(self, reason: str) -> None:
        self._journal.note("daemon", self.number, text="disconnected", reason=reason)
        self.closed.set()

    def fail(self, text: str) -> None:
        """Say why, and close."""
        self._sock.sendall(text.encode() + b"\n")


class RemoteRuntime:
    """The newest connection is the plugin."""

    def __init__(self, port: int, key: str, journal: Journal) -> None:
        self.key = key
        self._journal = journal
        self._current: Connection | None = None
        self._sessions: dict[str, tuple[Connection, Listener]] = {}
        self._count = 0
        self._server = StreamServer(("127.0.0.1", port), self._serve)
        self._server.start()

    @property
    def address(self) -> str:
        """REMOTE_INSTALL_URL for the plugin."""
        return f"127.0.0.1:{self._server.address[1]}"

    @property
    def declaration(self) -> Declaration | None:
        """What the connected plugin declared."""
        return self._current.declaration if self._current else None

    @property
    def launched(self) -> bool:
        """Whether a plugin is connected."""
        return self._current is not None

    def _serve(self, sock: Any, address: tuple[str, int]) -> None:
        self._count += 1
        connection = Connection(sock, self.key, self._count - 1, self._journal)
        try:
            connection.initialize()
        except HandshakeFailed as error:
            self._journal.note("daemon", connection.number, text=str(error))
            connection.fail(str(error))
            return
        self._journal.note("daemon", connection.number, text="ready", peer=f"{address[0]}:{address[1]}")
        self._current = connection
        connection.speak()
        if self._current is connection:
            self._current = None
        for session_id, (known, listener) in list(self._sessions.items()):
            if known is connection:
                self._sessions.pop(session_id, None)
                listener("error", _CLOSED)

    def begin(self, session: Begins, line: bytes) -> int:
        """Write the request; no second try in this runtime."""
        connection = self._current
        if connection is None or connection.peer is None:
            raise WriteFailed("connection not established\nfailed to write request")
        self._sessions[session.session_id] = (connection, session.listen)
        connection.peer.listeners[session.session_id] = session.listen
        connection.peer.pump.write(line)
        return connection.number

    def end(self, session_id: str) -> None:
        """Forget a session."""
        connection, _ = self._sessions.pop(session_id, (None, None))
        if connection is not None and connection.peer is not None:
            connection.peer.listeners.pop(session_id, None)

    def write(self, session_id: str, line: bytes, *, gently: bool = False) -> None:
        """Write whatever the session's state is.

        Running calls go on to deliver (docs/platform/dify.md#remote-debugging).
        """
        connection, _ = self._sessions.get(session_id, (self._current, None))
        if connection is None or connection.peer is None:
            return
        if gently:
            connection.peer.pump.write_gently(line)
        else:
            connection.peer.pump.write(line)

    def restart(self, count: int | None = None) -> None:
        """Close the connection, as a daemon does that restarts."""
        del count
        if self._current is not None and self._current.peer is not None:
            self._current.peer.pump.stop()
            self._current.closed.set()
