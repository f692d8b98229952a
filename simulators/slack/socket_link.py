"""One WebSocket of Socket Mode, as Slack's end of it. wsproto frames, this module sends and waits."""

import contextlib
import json
import socket
from typing import Any

from gevent.event import AsyncResult
from gevent.lock import RLock
from wsproto import ConnectionType, WSConnection
from wsproto.events import AcceptConnection, CloseConnection, Ping, TextMessage
from wsproto.utilities import ProtocolError

from simulators.slack.messages import Json

Headers = list[tuple[bytes, bytes]]


class SocketLink:
    """`acks`: those that came for an envelope of this link. `silent`: neither reads nor says anything any more."""

    def __init__(self, sock: Any) -> None:
        self.open = True
        self.silent = False
        self.acks = 0
        self._sock = sock
        self._ws = WSConnection(ConnectionType.SERVER)
        self._writing = RLock()
        self._waiting: dict[str, AsyncResult[Any]] = {}
        self._text = ""

    def accept(self, headers: Headers, path: str) -> None:
        """Answer the handshake. Raises ProtocolError for what is none."""
        self._ws.initiate_upgrade_connection(headers, path)
        list(self._ws.events())
        self._send(AcceptConnection())

    def say(self, message: Json) -> None:
        """One message; what is said to a closed link is lost."""
        self._send(TextMessage(data=json.dumps(message)))

    def expect(self, envelope_id: str) -> "AsyncResult[Any]":
        """What the ack of an envelope will bring: its payload, or None."""
        return self._waiting.setdefault(envelope_id, AsyncResult())

    def run(self) -> None:
        """Read until the link ends."""
        with contextlib.suppress(OSError, ProtocolError):
            while self.open and (data := self._sock.recv(65536)):
                if not self.silent:
                    self._ws.receive_data(data)
                    for event in self._ws.events():
                        self._take(event)
        self.open = False

    def close(self) -> None:
        """End it as Slack does, with a closing frame."""
        self._send(CloseConnection(1000))

    def cut(self) -> None:
        """End it without a word, by an RST."""
        self.open = False
        with contextlib.suppress(OSError):
            self._sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")
            self._sock.shutdown(socket.SHUT_RDWR)

    def _take(self, event: object) -> None:
        if isinstance(event, Ping):
            self._send(event.response())
        elif isinstance(event, CloseConnection):
            self._send(event.response())
            self.open = False
        elif isinstance(event, TextMessage):
            self._text += event.data
            if event.message_finished:
                text, self._text = self._text, ""
                self._acked(json.loads(text))

    def _acked(self, ack: Json) -> None:
        waiting = self._waiting.pop(str(ack.get("envelope_id")), None)
        if waiting is not None:
            self.acks += 1
            waiting.set(ack.get("payload"))

    def _send(self, event: Any) -> None:
        with self._writing:
            if self.silent:
                return
            with contextlib.suppress(OSError, ProtocolError):
                self._sock.sendall(self._ws.send(event))
