"""Whose turn it is in a thread, between processes: a line with a lease for everyone who stands in it."""

from dataclasses import dataclass
from typing import Protocol

from redis import Redis

from clock import Clock
from conversation_store.outage import Outage
from conversation_store.record import ThreadKey
from conversation_store.redis_client import PREFIX, redis_errors

LEASE = 30.0
"""Seconds after which one who does not renew is gone, and with it a killed process."""
SHORTEST_LEASE = 1.0
"""Wall seconds: a strongly scaled lease would end with any pause of the machine."""

_PLACE = """
redis.call('SET', KEYS[1] .. ':' .. ARGV[1], '1', 'PX', ARGV[2])
local place, before = -1, 0
for _, ticket in ipairs(redis.call('LRANGE', KEYS[1], 0, -1)) do
  if ticket == ARGV[1] then
    place = before
    before = before + 1
  elseif redis.call('EXISTS', KEYS[1] .. ':' .. ticket) == 1 then
    before = before + 1
  else
    redis.call('LREM', KEYS[1], 1, ticket)
  end
end
if place < 0 then
  redis.call('RPUSH', KEYS[1], ARGV[1])
  place = before
end
redis.call('PEXPIRE', KEYS[1], 2 * ARGV[2])
return place
"""


class ThreadLine(Protocol):
    """First come, first served. `ticket` is unique to a turn. Every method raises StoreError."""

    def join(self, key: ThreadKey, ticket: str) -> int:
        """Stand in line, once; gives how many are before, so 0 means: go on."""

    def my_turn(self, key: ThreadKey, ticket: str) -> bool:
        """Whether all before are done or gone. Renews the lease: to be asked every few seconds."""

    def renew(self, key: ThreadKey, ticket: str) -> bool:
        """Keep the lease while running, at least every 10 s; False if it had ended and another one runs."""

    def leave(self, key: ThreadKey, ticket: str) -> None:
        """Done, or given up."""


class RedisThreadLine:
    """A ThreadLine on Redis: one round trip per call, one list per thread and one lease per ticket."""

    def __init__(self, client: Redis, clock: Clock) -> None:
        self._client = client
        self._lease = int(max(clock.wall(LEASE), SHORTEST_LEASE) * 1000)
        self._place = client.register_script(_PLACE)

    def join(self, key: ThreadKey, ticket: str) -> int:  # noqa: D102
        with redis_errors():
            return int(self._place(keys=[_line(key)], args=[ticket, self._lease]))

    def my_turn(self, key: ThreadKey, ticket: str) -> bool:  # noqa: D102
        return self.join(key, ticket) == 0

    def renew(self, key: ThreadKey, ticket: str) -> bool:  # noqa: D102
        return self.join(key, ticket) == 0

    def leave(self, key: ThreadKey, ticket: str) -> None:  # noqa: D102
        with redis_errors():
            pipeline = self._client.pipeline()
            pipeline.lrem(_line(key), 1, ticket)
            pipeline.delete(f"{_line(key)}:{ticket}")
            pipeline.execute()


@dataclass(frozen=True, slots=True)
class RestingLine:
    """A ThreadLine that asks Redis only while it is there: nobody waits for its time-outs twice."""

    inner: ThreadLine
    outage: Outage

    def join(self, key: ThreadKey, ticket: str) -> int:  # noqa: D102
        return self.outage.try_first(lambda: self.inner.join(key, ticket))

    def my_turn(self, key: ThreadKey, ticket: str) -> bool:  # noqa: D102
        return self.outage.try_first(lambda: self.inner.my_turn(key, ticket))

    def renew(self, key: ThreadKey, ticket: str) -> bool:  # noqa: D102
        return self.outage.try_first(lambda: self.inner.renew(key, ticket))

    def leave(self, key: ThreadKey, ticket: str) -> None:  # noqa: D102
        self.outage.try_first(lambda: self.inner.leave(key, ticket))


def _line(key: ThreadKey) -> str:
    return f"{PREFIX}:l:{{{key.digest()[:32]}}}"
