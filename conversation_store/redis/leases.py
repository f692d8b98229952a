"""What processes tell each other by leases on Redis: the order of a thread's turns, and which processes live."""

from collections.abc import Callable
from typing import Any

import gevent
from redis import Redis

from clock import Clock
from conversation_store.circuit_breaker import CircuitBreaker
from conversation_store.record import ThreadKey
from conversation_store.redis.redis_client import PREFIX, redis_errors, thread_key
from errors import StoreError

LEASE = 30.0
"""Seconds after which a ticket or a process whose lease is not renewed is gone, as after a kill."""
SHORTEST_LEASE = 1.0
"""Wall seconds: a strongly scaled lease would end with any pause of the machine."""

RETURN = LEASE / 3
"""Seconds in which a running turn has come back to a queue that Redis lost (turns/ordering.py).

A waiting turn notices the loss because its own lease is missing, and runs only after these seconds. A turn that is new
to a lost queue cannot notice the loss.
"""

_LINE = "l"
"""The kind of the keys."""
_PLACE = """
local line, own, how = KEYS[1], ARGV[1], ARGV[2]
local lease, lost = line .. ':' .. own, line .. ':lost'
if how == 'runs' then
  redis.call('DEL', lost)
elseif how ~= 'joins' and redis.call('EXISTS', lease) == 0 then
  redis.call('SET', lost, '1', 'NX', 'PX', ARGV[4])
end
local place, before, running, passed, last = -1, 0, 0, false, nil
for _, ticket in ipairs(redis.call('LRANGE', line, 0, -1)) do
  local state = ticket == own and 'own' or redis.call('GET', line .. ':' .. ticket)
  if not state then
    redis.call('LREM', line, 1, ticket)
  else
    if state == 'own' then
      place = before
    elseif state == 'runs' then
      running, last = running + 1, ticket
    elseif place < 0 then
      passed = true
    end
    before = before + 1
  end
end
if how == 'runs' and (place < 0 or passed) then
  redis.call('LREM', line, 1, own)
  if last then
    redis.call('LINSERT', line, 'AFTER', last, own)
  else
    redis.call('LPUSH', line, own)
  end
  place = running
elseif place < 0 then
  redis.call('RPUSH', line, own)
  place = before
end
if how == 'asks' and place == 0 then
  place = redis.call('EXISTS', lost)
  if place == 0 then how = 'runs' end
end
redis.call('SET', lease, how, 'PX', ARGV[3])
redis.call('PEXPIRE', line, 2 * ARGV[3])
return place
"""
"""Gives how many tickets are before `own`. The value of a lease says whether the turn of the ticket runs. A running
turn is before all that do not run: also when the queue was lost meanwhile, or when the turn began by the order of its
process while Redis was away."""


class SharedThreadQueue:
    """First come, first served: one list on Redis for each thread, one lease for each ticket. A call is one round trip.

    `ticket` names one turn. Every method raises StoreError; while Redis is away, turns do not wait for its time-outs.
    """

    def __init__(self, client: Redis, clock: Clock, breaker: CircuitBreaker) -> None:
        self._client = client
        self._breaker = breaker
        self._lease = int(clock.wall(LEASE, at_least=SHORTEST_LEASE) * 1000)
        self._return = int(clock.wall(RETURN, at_least=0.001) * 1000)
        self._place = client.register_script(_PLACE)

    def join(self, key: ThreadKey, ticket: str) -> int:
        """Add the ticket, if it is not in the queue yet. Gives how many tickets are before this one."""
        return self._before(key, ticket, "joins")

    def my_turn(self, key: ThreadKey, ticket: str) -> bool:
        """Whether no ticket is before this one any more. Then the turn counts as running. Renews the lease."""
        return self._before(key, ticket, "asks") == 0

    def renew(self, key: ThreadKey, ticket: str, *, waits: bool = False) -> bool:
        """Renew the lease, to be called at least every RETURN; False while another ticket is before this one.

        Without `waits` the turn counts as running, and moves before all tickets that wait.
        """
        return self._before(key, ticket, "waits" if waits else "runs") == 0

    def leave(self, key: ThreadKey, ticket: str) -> None:
        """Remove the ticket: the turn has ended, or was given up."""
        line = thread_key(_LINE, key)

        @redis_errors()
        def leave() -> None:
            pipeline = self._client.pipeline()
            pipeline.lrem(line, 1, ticket)
            pipeline.delete(f"{line}:{ticket}")
            pipeline.execute()

        self._breaker.call(leave)

    def _before(self, key: ThreadKey, ticket: str, how: str) -> int:
        @redis_errors()
        def place() -> int:
            return int(
                self._place(keys=[thread_key(_LINE, key)], args=[ticket, how, self._lease, self._return])
            )

        return self._breaker.call(place)


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
                ours, theirs = self._client.mget(_lease_of(self._holder), _lease_of(holder))
        except StoreError:
            return None
        if theirs is not None:
            return False
        return True if ours is not None else None

    def renew(self) -> None:
        """Renew our own lease, and note since when it exists without a gap."""
        try:
            with redis_errors():
                before = self._client.set(_lease_of(self._holder), "1", px=self._lease, get=True)
        except StoreError:
            self._since = None
            return
        if before is None or self._since is None:
            self._since = self._clock.now()

    def _keep(self) -> None:
        while True:
            self.renew()
            self._clock.sleep(LEASE / 4)


def _lease_of(holder: str) -> str:
    return f"{PREFIX}:p:{holder}"
