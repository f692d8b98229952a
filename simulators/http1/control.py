"""The client side of a simulator's control API.

JSON over HTTP with the standard library, for tests of any kind.
"""

import http.client
import json
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit


class ControlError(RuntimeError):
    """The simulator refused a control call, or a wait ended in vain."""


class ControlClient:
    """One simulator's `/_control/`; a connection per call, so it may be used from any thread or greenlet."""

    def __init__(self, url: str, timeout: float = 30.0) -> None:
        self.url = url.rstrip("/")
        self._timeout = timeout

    def call(self, command: str, /, **arguments: Any) -> Any:
        """Run one control call; gives its result, raises ControlError with the simulator's own words."""
        connection = http.client.HTTPConnection(urlsplit(self.url).netloc, timeout=self._timeout)
        try:
            body = json.dumps(arguments).encode()
            connection.request("POST", f"/_control/{command}", body, {"Content-Type": "application/json"})
            answer = connection.getresponse()
            text = answer.read()
        finally:
            connection.close()
        if answer.status != 200:
            raise ControlError(f"{command}: {answer.status} {text.decode(errors='replace')}")
        return json.loads(text)

    @staticmethod
    def until[Found](look: Callable[[], Found], timeout: float, what: str) -> Found:
        """Look every 20 ms until something true is found; `timeout` in the wall's seconds."""
        end = time.monotonic() + timeout
        while not (found := look()):
            if time.monotonic() > end:
                raise ControlError(f"waited {timeout:g} s for {what}")
            time.sleep(0.02)
        return found
