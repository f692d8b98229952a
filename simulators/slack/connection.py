"""The socket under a request, for answers that are no answers."""

import contextlib
import socket
from typing import Any

from gevent.pywsgi import WSGIHandler

KEY = "simulator.socket"


class Handler(WSGIHandler):
    """Hands the socket to the application."""

    def get_environ(self) -> dict[str, Any]:
        """What WSGI knows, and the socket."""
        environ: dict[str, Any] = super().get_environ()
        environ[KEY] = self.socket
        return environ


def hang_up(environ: dict[str, Any]) -> None:
    """Close the connection without another byte."""
    with contextlib.suppress(OSError):
        environ[KEY].shutdown(socket.SHUT_RDWR)
