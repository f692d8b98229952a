"""The order of a thread's turns between processes: a queue on Redis with a lease for each ticket."""

from redis import Redis

from clock import Clock
from conversation_store.circuit_breaker import CircuitBreaker
from conversation_store.record import ThreadKey
from conversation_store.redis.redis_client import redis_errors, thread_key

LEASE = 30.0
"""Seconds after which a ticket that is not renewed leaves the queue, as that of a killed process does."""
SHORTEST_LEASE = 1.0
"""Wall seconds: a strongly scaled lease would end with any pause of the machine."""

RETURN = LEASE / 3
"""Seconds in which a running turn has come back to a queue that Redis lost (turns/ordering/queue_ticket.py).

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
  if ticket == own then
    place = before
    before = before + 1
  else
    local state = redis.call('GET', line .. ':' .. ticket)
    if not state then
      redis.call('LREM', line, 1, ticket)
    else
      before = before + 1
      if state == 'runs' then
        running, last = running + 1, ticket
      elseif place < 0 then
        passed = true
      end
    end
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
  if redis.call('EXISTS', lost) == 1 then
    place = 1
  else
    how = 'runs'
  end
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
            args = [ticket, how, self._lease, self._return]
            return int(self._place(keys=[thread_key(_LINE, key)], args=args))

        return self._breaker.call(place)
