"""What is remembered of each thread, such as its conversation: in Dify's storage or Redis, behind a cache."""

from conversation_store.circuit_breaker import REST
from conversation_store.process_memory import Presses
from conversation_store.process_stores import ProcessStores
from conversation_store.record import InFlight, OpenForm, OpenTurn, ThreadKey, ThreadRecord
from conversation_store.redis import LEASE, EndNote, ProcessLeases, SharedStops, SharedThreadQueue
from conversation_store.resilient_store import ResilientStore
from conversation_store.store import Change, ThreadStore, Verdict

__all__ = [
    "LEASE",
    "REST",
    "Change",
    "EndNote",
    "InFlight",
    "OpenForm",
    "OpenTurn",
    "Presses",
    "ProcessLeases",
    "ProcessStores",
    "ResilientStore",
    "SharedStops",
    "SharedThreadQueue",
    "ThreadKey",
    "ThreadRecord",
    "ThreadStore",
    "Verdict",
]
