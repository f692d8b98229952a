"""How the events of one act are delivered."""

from dataclasses import dataclass, field, fields
from typing import Self

from simulators.slack.messages import Json

ORDERS = {"mention_first", "message_first", "at_once"}


@dataclass(slots=True, frozen=True)
class Sending:
    """Times are in design seconds.

    order: of the two events of a mention: mention_first, message_first (the second waits for the first
    attempt of the other), at_once. deliveries: requests per event with one event_id, all but the first
    looking like Slack's retries, `spacing` apart. retries: whether what fails is tried again. only: the
    event types to send (app_mention, message), all when empty. delay: before anything. around: replaces
    fields of the envelope.
    """

    order: str = "mention_first"
    deliveries: int = 1
    spacing: float = 0.0
    retries: bool = True
    only: tuple[str, ...] = ()
    delay: float = 0.0
    around: Json = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.order not in ORDERS:
            raise ValueError(f"order is one of {sorted(ORDERS)}")

    @classmethod
    def read(cls, options: Json | None) -> Self:
        """From the control API's JSON. Raises ValueError for unknown names."""
        given = options or {}
        unknown = set(given) - {known.name for known in fields(cls)}
        if unknown:
            raise ValueError(f"unknown: {sorted(unknown)}")
        return cls(**(given | {"only": tuple(given.get("only") or ())}))
