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


class IdleConnections(LifoQueue[HTTPConnection | None]):
    """The idle connections of a pool. The newest is taken first; one that is `idle` seconds old is closed instead.

    Nobody knows the fate of a request on a connection that Slack has just closed, so the bridge closes it first. None
    holds the place of a connection that does not exist.
    """

    def __init__(self, clock: Clock, idle: float, maxsize: int) -> None:
        self._clock = clock
        self._idle = idle
        self._entries: list[tuple[HTTPConnection, float] | None] = []
        super().__init__(maxsize)

    def _init(self, maxsize: int) -> None:
        """Override LifoQueue's hook: the entries are kept above."""

    def _qsize(self) -> int:
        return len(self._entries)

    def _put(self, item: HTTPConnection | None) -> None:
        now = self._clock.now()
        self._entries = [self._unless_too_old(entry, now) for entry in self._entries]
        self._entries.append(None if item is None else (item, now))

    def _get(self) -> HTTPConnection | None:
        entry = self._unless_too_old(self._entries.pop(), self._clock.now())
        return entry[0] if entry else None

    def _unless_too_old(
        self, entry: tuple[HTTPConnection, float] | None, now: float
    ) -> tuple[HTTPConnection, float] | None:
        if entry is None or now - entry[1] < self._idle:
            return entry
        entry[0].close()
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
