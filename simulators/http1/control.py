"""The client side of a simulator's control API: JSON over HTTP."""

import json
import time
from collections.abc import Callable
from typing import Any

import urllib3


class ControlError(RuntimeError):
    """The simulator refused a control call, or a wait ended in vain."""


class ControlClient:
    """One simulator's `/_control/`, for any thread or greenlet. Connections are kept, since tests make many calls."""

    def __init__(self, url: str, timeout: float = 30.0) -> None:
        self.url = url.rstrip("/")
        self._pool = urllib3.PoolManager(maxsize=4, retries=False, timeout=timeout)

    def call(self, command: str, /, **arguments: Any) -> Any:
        """Run one control call; gives its result, raises ControlError with the simulator's own words.

        Raises OSError if the simulator does not answer.
        """
        body = json.dumps(arguments).encode()
        headers = {"Content-Type": "application/json"}
        try:
            answer = self._pool.request("POST", f"{self.url}/_control/{command}", body=body, headers=headers)
        except urllib3.exceptions.HTTPError as error:
            raise OSError(str(error)) from error
        if answer.status != 200:
            raise ControlError(f"{command}: {answer.status} {answer.data.decode(errors='replace')}")
        return json.loads(answer.data)

    @staticmethod
    def until[Found](look: Callable[[], Found], timeout: float, what: str) -> Found:
        """Look every 20 ms until something true is found; `timeout` in the wall's seconds."""
        end = time.monotonic() + timeout
        while not (found := look()):
            if time.monotonic() > end:
                raise ControlError(f"waited {timeout:g} s for {what}")
            time.sleep(0.02)
        return found
