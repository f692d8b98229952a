"""One request of a hand-off, and the answers that it may get."""

from dataclasses import dataclass, field
from enum import Enum

from gevent.queue import SimpleQueue


class Outcome(Enum):
    """The answer of one route."""

    ACCEPTED = "accepted"
    FULL = "full"
    NO = "no"


@dataclass(frozen=True, slots=True)
class HandOffRequest:
    """One signed job, which is posted to one or several routes.

    An answer counts only if it carries the `receipt`. `since` is the epoch (design seconds) at which Slack began to
    wait; None: Slack does not wait. `answers` holds the routes that have answered, with their outcomes.
    """

    body: bytes
    receipt: str
    since: float | None = None
    answers: SimpleQueue[tuple[str, Outcome]] = field(default_factory=SimpleQueue)
