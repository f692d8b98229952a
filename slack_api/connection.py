"""urllib3's connections, telling a request that was never sent from one whose fate is open."""

from functools import partial
from typing import Any

from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

from clock import Clock
from slack_api.shelf import Shelf


class NeverSent(Exception):
    """Nothing of the request left this machine, or only as far as a proxy or a TLS handshake."""


class PlainConnection(HTTPConnection):
    """Whatever fails in `connect` fails before the request."""

    def connect(self) -> None:  # noqa: D102
        try:
            super().connect()
        except Exception as fault:
            self.close()
            raise NeverSent(type(fault).__name__) from fault


class TlsConnection(HTTPSConnection):
    """The same, the handshake and a proxy's tunnel included."""

    def connect(self) -> None:  # noqa: D102
        try:
            super().connect()
        except Exception as fault:
            self.close()
            raise NeverSent(type(fault).__name__) from fault


class PlainPool(HTTPConnectionPool):
    """Connections to one http:// host (tests, demo)."""

    ConnectionCls = PlainConnection

    def __init__(self, clock: Clock, idle: float, host: str, port: int | None = None, **options: Any) -> None:
        self.QueueCls = partial(Shelf, clock, idle)  # type: ignore[assignment]  # any factory will do
        super().__init__(host, port, **options)


class TlsPool(HTTPSConnectionPool):
    """Connections to one https:// host."""

    ConnectionCls = TlsConnection

    def __init__(self, clock: Clock, idle: float, host: str, port: int | None = None, **options: Any) -> None:
        self.QueueCls = partial(Shelf, clock, idle)  # type: ignore[assignment]  # any factory will do
        super().__init__(host, port, **options)
