"""The store on Redis, and what processes tell each other through Redis."""

from conversation_store.redis.outage import Outage
from conversation_store.redis.process_leases import ProcessLeases
from conversation_store.redis.redis_client import connect
from conversation_store.redis.redis_store import RedisStore
from conversation_store.redis.shared_thread_queue import LEASE, SharedThreadQueue

__all__ = ["LEASE", "Outage", "ProcessLeases", "RedisStore", "SharedThreadQueue", "connect"]
