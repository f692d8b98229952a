"""What is handed off, and what may be said to it."""

from dataclasses import dataclass, field
from enum import Enum

from gevent.queue import SimpleQueue


class Outcome(Enum):
    """What one route said."""

    ACCEPTED = "accepted"
    FULL = "full"
    NO = "no"


@dataclass(frozen=True, slots=True)
class HandOffRequest:
    """One signed job, on one or several routes.

    `receipt` is what accepts the turn. `since` is the epoch (design seconds) at which Slack began to wait; None: nobody
    waits. `answers` come in as the routes give them, each with its route.
    """

    body: bytes
    receipt: str
    since: float | None = None
    answers: SimpleQueue[tuple[str, Outcome]] = field(default_factory=SimpleQueue)
