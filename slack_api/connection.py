"""urllib3's connections and their pools: unsent requests are told apart, and no connection idles too long."""

from functools import partial
from queue import LifoQueue
from typing import Any

from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

from clock import Clock


class NeverSent(Exception):
    """No byte of the request left this machine, or none went further than a proxy or a TLS handshake."""


class PlainConnection(HTTPConnection):
    """Raises NeverSent where `connect` fails, since that happens before the request is sent."""

    def connect(self) -> None:  # noqa: D102
        try:
            super().connect()
        except Exception as fault:
            self.close()
            raise NeverSent(type(fault).__name__) from fault


class TlsConnection(PlainConnection, HTTPSConnection):
    """Raises NeverSent for a failed handshake and for a proxy that refuses its tunnel too."""


class IdleConnections(LifoQueue[Any]):
    """The idle connections of a pool, each with its time. One that is idle for `idle` seconds is closed, not used.

    Nobody knows the fate of a request on a connection that Slack has just closed, so the bridge closes it first. None
    holds the place of a connection that does not exist.
    """

    def __init__(self, clock: Clock, idle: float, maxsize: int) -> None:
        super().__init__(maxsize)
        self._clock = clock
        self._idle = idle

    def _put(self, item: HTTPConnection | None) -> None:
        self.queue[:] = [(self._unless_too_old(one, since), since) for one, since in self.queue]
        self.queue.append((item, self._clock.now()))

    def _get(self) -> HTTPConnection | None:
        return self._unless_too_old(*self.queue.pop())

    def _unless_too_old(self, connection: HTTPConnection | None, since: float) -> HTTPConnection | None:
        if connection is None or self._clock.now() - since < self._idle:
            return connection
        connection.close()
        return None


class PlainPool(HTTPConnectionPool):
    """Connections to one http:// host, as tests and the demo have it."""

    ConnectionCls = PlainConnection

    def __init__(self, clock: Clock, idle: float, host: str, port: int | None = None, **options: Any) -> None:
        self.QueueCls = partial(IdleConnections, clock, idle)  # type: ignore[assignment]  # any factory will do
        super().__init__(host, port, **options)


class TlsPool(PlainPool, HTTPSConnectionPool):
    """Connections to one https:// host."""

    ConnectionCls = TlsConnection
