"""The log of Web API calls."""

import itertools
import time
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field

from simulators.slack.messages import Json

KEPT = 100_000


@dataclass(slots=True)
class CallRecord:
    """`outcome` is "ok", Slack's error code, "429", an HTTP status, "html" or "dropped"; "" while it runs.

    `effect` tells whether the state was changed as the call asked, whatever the caller heard of it.
    """

    number: int
    method: str
    arguments: Json
    at: float  # wall epoch
    design: float
    outcome: str = ""
    effect: bool = False
    ms: float = 0.0
    answer: Json = field(default_factory=dict)


class Calls:
    """The last 100,000."""

    def __init__(self) -> None:
        self._records: deque[CallRecord] = deque(maxlen=KEPT)
        self._numbers = itertools.count(1)

    def begin(self, method: str, arguments: Json, design: float) -> CallRecord:
        """A call came in."""
        record = CallRecord(next(self._numbers), method, arguments, time.time(), design)
        self._records.append(record)
        return record

    def end(self, record: CallRecord, outcome: str) -> None:
        """It was answered, or dropped."""
        record.outcome = outcome
        record.ms = (time.time() - record.at) * 1000

    def clear(self) -> None:
        """Forget them."""
        self._records.clear()

    def select(self, method: str = "", since: int = 0) -> Iterator[CallRecord]:
        """In order; `method` may end in a star."""
        for record in self._records:
            if record.number > since and _named(record.method, method):
                yield record


def _named(name: str, wanted: str) -> bool:
    return name.startswith(wanted[:-1]) if wanted.endswith("*") else wanted in {"", name}
