"""What lies between a turn and its storage: cache, fallback, memory for outages."""

from conversation_store.layers.cached import CachedStore, RecordCache
from conversation_store.layers.failover import FailoverStore
from conversation_store.layers.memory import Presses, ProcessMemory
from conversation_store.layers.resilient import ResilientStore, hook_breaker

__all__ = [
    "CachedStore",
    "FailoverStore",
    "Presses",
    "ProcessMemory",
    "RecordCache",
    "ResilientStore",
    "hook_breaker",
]
