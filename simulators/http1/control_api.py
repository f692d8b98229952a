"""The server side of a simulator's control API: named functions that take and give JSON.

All tests together make more than a hundred thousand calls, so a call goes without HTTP, which took most of its time: a
client posts to `PATH`, and the connection carries lines from then on. A call is the line ["name", {arguments}], its
answer the line [true, result] or [false, "what is wrong"].
"""

import contextlib
import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

PATH = "/_control"
SWITCHED = b"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: lines\r\n\r\n"

type Commands = Mapping[str, Callable[..., Any]]


def serve_control(sock: Any, commands: Commands) -> None:
    """Answer the calls that come over a connection on which somebody asked for `PATH`, until the connection ends."""
    with contextlib.suppress(OSError):
        sock.sendall(SWITCHED)
        for line in lines(sock):
            sock.sendall(_answer(line, commands) + b"\n")


def _answer(line: bytes, commands: Commands) -> bytes:
    """Whether the call went well, and its result or what is wrong, as JSON."""
    try:
        name, arguments = json.loads(line)
        command = commands.get(name)
        if command is None:
            return json.dumps([False, f"unknown; there are: {', '.join(sorted(commands))}"]).encode()
        return json.dumps([True, command(**arguments)]).encode()
    except Exception as error:
        return json.dumps([False, f"{type(error).__name__}: {error}"]).encode()


def lines(sock: Any) -> Iterator[bytes]:
    """Each whole line that comes, until the other side closes. Raises OSError."""
    parts: list[bytes] = []
    while data := sock.recv(1 << 16):
        first, *others = data.split(b"\n")
        parts.append(first)
        if others:
            yield b"".join(parts)
            yield from others[:-1]
            parts = others[-1:]
