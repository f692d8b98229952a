"""The client side of a simulator's control API (simulators/http1/control_api.py)."""

import json
import socket
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from simulators.http1.control_api import PATH, SWITCHED, lines


class ControlError(RuntimeError):
    """The simulator refused a control call, or a wait ended in vain."""


class ControlClient:
    """Calls one simulator, from any thread or greenlet. Connections are kept, since tests make many calls."""

    def __init__(self, url: str, timeout: float = 30.0) -> None:
        self.url = url.rstrip("/")
        self._timeout = timeout
        self._free: list[_Connection] = []

    def call(self, command: str, /, **arguments: Any) -> Any:
        """Run one control call; gives its result, raises ControlError with the simulator's own words.

        Raises OSError if the simulator does not answer.
        """
        connection = self._free.pop() if self._free else _Connection(self.url, self._timeout)
        try:
            good, result = connection.ask(command, arguments)
        except BaseException:
            connection.close()
            self.close()  # a daemon that restarts has dropped all of them
            raise
        self._free.append(connection)
        if not good:
            raise ControlError(f"{command}: {result}")
        return result

    def close(self) -> None:
        """Give the connections back. The next call makes a new one."""
        while self._free:
            self._free.pop().close()

    @staticmethod
    def until[Found](look: Callable[[], Found], timeout: float, what: str) -> Found:
        """Look every 20 ms until something true is found; `timeout` in the wall's seconds."""
        end = time.monotonic() + timeout
        while not (found := look()):
            if time.monotonic() > end:
                raise ControlError(f"waited {timeout:g} s for {what}")
            time.sleep(0.02)
        return found


class _Connection:
    """One call at a time."""

    def __init__(self, url: str, timeout: float) -> None:
        where = urlsplit(url)
        self._socket = socket.create_connection((where.hostname, where.port), timeout)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._lines = lines(self._socket)
        try:
            self._socket.sendall(f"POST {PATH} HTTP/1.1\r\nHost: {where.netloc}\r\n\r\n".encode())
            for _ in range(SWITCHED.count(b"\n")):
                self._line()
        except BaseException:
            self.close()
            raise

    def ask(self, command: str, arguments: dict[str, Any]) -> tuple[bool, Any]:
        """Whether the call went well, and its result or what is wrong."""
        self._socket.sendall(json.dumps([command, arguments]).encode() + b"\n")
        good, result = json.loads(self._line())
        return good, result

    def close(self) -> None:
        self._socket.close()

    def _line(self) -> bytes:
        line = next(self._lines, None)
        if line is None:
            raise ConnectionError("the simulator has closed the connection")
        return line
