"""Decides which turn of a thread runs next, in this process and between processes."""

from turns.ordering.queue_ticket import QueueTicket
from turns.ordering.thread_queue import QUEUE_LIMIT, ThreadQueues

__all__ = [
    "QUEUE_LIMIT",
    "QueueTicket",
    "ThreadQueues",
]
