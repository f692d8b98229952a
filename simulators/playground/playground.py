"""The playground running: three simulators, the plugin, and the page's address."""

import json
import socket
import urllib.request
from typing import Self

from simulators.playground.furnish import furnish
from simulators.playground.site import HEADER
from simulators.stack import SimulatedDaemon, Stack

PORT = 8765  # if nobody has it: an address that stays the same from one start to the next


class Playground:
    """`url`: what to open in a browser."""

    def __init__(self, stack: Stack) -> None:
        self.stack = stack
        self.url = f"{stack.slack.url}/playground/"

    @classmethod
    def start(cls, scale: float = 1.0, *, port: int = 0, real: tuple[str, str] = ("", "")) -> Self:
        """Start everything. `real`: see `furnish`. Raises RuntimeError or ControlError."""
        program = ("simulators.playground.slack_program", "--port", str(port))
        stack = Stack.start(scale, tiers=True, slack_program=program)
        playground = cls(stack)
        try:
            playground._furnish(real)
        except BaseException:
            stack.stop()
            raise
        return playground

    def stop(self) -> None:
        """End everything."""
        self.stack.stop()

    def _furnish(self, real: tuple[str, str]) -> None:
        stack = self.stack
        assert isinstance(stack.daemon, SimulatedDaemon)  # noqa: S101 - for mypy: no other was asked for
        told = furnish(stack.slack, stack.dify, stack.daemon.control, real)
        request = urllib.request.Request(  # noqa: S310 - http, to our own simulator
            f"{self.url}behind", json.dumps(told).encode(), {HEADER: "1"}, method="POST"
        )
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        opener.open(request, timeout=10).close()


def free_port(wanted: int = PORT) -> int:
    """The wanted port, or 0 for any if another program has it."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", wanted))
        except OSError:
            return 0
    return wanted
