"""A tiny HTTP server that answers by script and counts connections: bytes on a socket."""

import json
import socket
import struct
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, BinaryIO

import gevent


@dataclass
class Asked:
    verb: str
    path: str
    headers: dict[str, str]
    body: bytes


Action = Callable[[socket.socket, Asked], bool]  # True keeps the connection


@dataclass
class ScriptedServer:
    """Each request is answered by the next action; the last one goes on for ever."""

    actions: list[Action]
    connections: int = 0
    asked: list[Asked] = field(default_factory=list)
    url: str = ""

    def take_action(self) -> Action:
        return self.actions.pop(0) if len(self.actions) > 1 else self.actions[0]

    def serve(self, connection: socket.socket) -> None:
        self.connections += 1
        with connection, connection.makefile("rb") as reader:
            while asked := _read(reader):
                self.asked.append(asked)
                if not self.take_action()(connection, asked):
                    return


def _read(reader: BinaryIO) -> Asked | None:
    try:
        first = reader.readline().decode()
        if not first:
            return None
        verb, path, _ = first.split(" ", 2)
        headers = {}
        while (line := reader.readline().decode().strip()) != "":
            name, _, value = line.partition(":")
            headers[name.lower()] = value.strip()
        body = reader.read(int(headers.get("content-length", 0)))
    except OSError:
        return None
    return Asked(verb, path, headers, body)


def answer(body: bytes | dict[str, Any], status: int = 200, **headers: str) -> Action:
    if isinstance(body, dict):
        body, headers = json.dumps(body).encode(), {"content_type": "application/json", **headers}
    lines = [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    if "content_length" not in headers and "transfer_encoding" not in headers:
        lines.append(f"Content-Length: {len(body)}")
    head = "\r\n".join([f"HTTP/1.1 {status} X", *lines, "", ""]).encode()

    def act(connection: socket.socket, asked: Asked) -> bool:
        connection.sendall(head + body)
        return True

    return act


def then_close(action: Action) -> Action:
    """Answer well, then hang up without saying so."""

    def act(connection: socket.socket, asked: Asked) -> bool:
        action(connection, asked)
        return False

    return act


def hang_up(connection: socket.socket, asked: Asked) -> bool:
    return False


def reset(connection: socket.socket, asked: Asked) -> bool:
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    return False


def stall(connection: socket.socket, asked: Asked) -> bool:
    gevent.sleep(30)
    return False


def raw(content: bytes, *, keep: bool = False, pause: float = 0.0, times: int = 1) -> Action:
    def act(connection: socket.socket, asked: Asked) -> bool:
        for _ in range(times):
            connection.sendall(content)
            gevent.sleep(pause)
        return keep

    return act


@contextmanager
def serving(*actions: Action) -> Iterator[ScriptedServer]:
    server = ScriptedServer(list(actions))
    listener = socket.create_server(("127.0.0.1", 0), backlog=512)
    server.url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    greenlets: list[gevent.Greenlet[..., None]] = []

    def accept() -> None:
        while True:
            connection, _ = listener.accept()
            greenlets.append(gevent.spawn(server.serve, connection))

    greenlets.append(gevent.spawn(accept))
    try:
        yield server
    finally:
        gevent.killall(greenlets)
        listener.close()
