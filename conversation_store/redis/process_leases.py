"""Which processes live: each has a lease on Redis, which expires when its process does not renew the lease."""

from collections.abc import Callable
from typing import Any

import gevent
from redis import Redis

from clock import Clock
from conversation_store.redis.redis_client import PREFIX, redis_errors
from conversation_store.redis.shared_thread_queue import LEASE, SHORTEST_LEASE
from errors import StoreError


class ProcessLeases:
    """Renews the lease of `holder`, which is this process, and looks for other leases. One per server and process.

    A missing lease means something only when our own lease has existed for a whole term: all leases expire in an
    outage of Redis, and each process needs time to renew its own.
    """

    def __init__(
        self, client: Redis, clock: Clock, holder: str, spawn: Callable[..., Any] = gevent.spawn
    ) -> None:
        self._client = client
        self._clock = clock
        self._holder = holder
        self._lease = int(clock.wall(LEASE, at_least=SHORTEST_LEASE) * 1000)
        self._term = clock.stretched(LEASE, at_least=SHORTEST_LEASE)
        self._since: float | None = None
        spawn(self._keep)

    def is_gone(self, holder: str) -> bool | None:
        """Whether the process of that name is gone; None while that is not known."""
        since = self._since
        if since is None or self._clock.now() - since < self._term:
            return None
        try:
            with redis_errors():
                ours, theirs = self._client.mget(_lease(self._holder), _lease(holder))
        except StoreError:
            return None
        if theirs is not None:
            return False
        return True if ours is not None else None

    def renew(self) -> None:
        """Renew our own lease, and note since when it exists without a gap."""
        try:
            with redis_errors():
                before = self._client.set(_lease(self._holder), "1", px=self._lease, get=True)
        except StoreError:
            self._since = None
            return
        if before is None or self._since is None:
            self._since = self._clock.now()

    def _keep(self) -> None:
        while True:
            self.renew()
            self._clock.sleep(LEASE / 4)


def _lease(holder: str) -> str:
    return f"{PREFIX}:p:{holder}"
