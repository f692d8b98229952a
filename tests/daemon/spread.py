"""A load balancer in front of several nodes: each new connection goes to the next one."""

import contextlib
import itertools
import socket
import threading
from collections.abc import Sequence


class Spread:
    """Forwards bytes both ways; an end of one side is passed on to the other, as when a client hangs up."""

    def __init__(self, ports: Sequence[int]) -> None:
        self._targets = itertools.cycle(ports)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def stop(self) -> None:
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._join, args=(client, next(self._targets)), daemon=True).start()

    def _join(self, client: socket.socket, port: int) -> None:
        with contextlib.suppress(OSError), client, socket.create_connection(("127.0.0.1", port)) as node:
            back = threading.Thread(target=_pump, args=(node, client), daemon=True)
            back.start()
            _pump(client, node)
            back.join()


def _pump(source: socket.socket, sink: socket.socket) -> None:
    """Until either side is gone, which ends both."""
    with contextlib.suppress(OSError):
        while part := source.recv(65536):
            sink.sendall(part)
    for end in (source, sink):
        with contextlib.suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)
