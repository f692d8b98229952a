"""The store on Redis, and what processes tell each other through Redis."""

from conversation_store.redis.leases import LEASE, ProcessLeases, SharedThreadQueue
from conversation_store.redis.outage import Outage
from conversation_store.redis.redis_client import PREFIX, connect, redis_errors
from conversation_store.redis.redis_store import RedisStore
from conversation_store.redis.stops import EndNote, SharedStops

__all__ = [
    "LEASE",
    "PREFIX",
    "EndNote",
    "Outage",
    "ProcessLeases",
    "RedisStore",
    "SharedStops",
    "SharedThreadQueue",
    "connect",
    "redis_errors",
]
