"""The record of what was asked of Dify, for tests to read."""

import time
from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True)
class Invocation:
    """One call of invoke/app. Times are the wall's epoch seconds, 0 until they happen.

    `outcome` is "" while it runs, then done, refused, dropped, or cancelled: the client closed first and that ended
    the run. `via` is plugin or api; `user` is what the caller named. `files` are the `sys.files` of the Service API.
    `left`: the client closed first.
    """

    number: int
    app_id: str
    query: str
    inputs: dict[str, Any]
    asked_conversation_id: str
    user: str
    user_id: str
    response_mode: str
    started: float
    conversation_id: str = ""
    message_id: str = ""
    first_event: float = 0.0
    first_text: float = 0.0
    ended: float = 0.0
    outcome: str = ""
    events: int = 0
    via: str = "plugin"
    task_id: str = ""
    files: list[Any] = field(default_factory=list)
    left: bool = False
    texts: list[str] = field(default_factory=list)
    kinds: dict[str, int] = field(default_factory=dict)  # events by name, those that carry texts left out


def _as_json(record: Invocation) -> dict[str, Any]:
    """The members; a text of thousands of pieces is joined, and not copied before."""
    members = {name: getattr(record, name) for name in record.__slots__ if name != "texts"}
    return members | {"text": "".join(record.texts)}


class Invocations:
    """All calls, in order."""

    def __init__(self) -> None:
        self._all: list[Invocation] = []

    def begin(self, body: dict[str, Any]) -> Invocation:
        """Note a call from its JSON body."""
        record = Invocation(
            len(self._all),
            str(body.get("app_id", "")),
            body.get("query") or "",
            body.get("inputs") or {},
            body.get("conversation_id") or "",
            body.get("user") or "",
            body.get("user_id") or "",
            body.get("response_mode") or "",
            time.time(),
        )
        self._all.append(record)
        return record

    @staticmethod
    def end(record: Invocation, outcome: str) -> None:
        """Note how it ended; the first outcome stands."""
        if not record.outcome:
            record.outcome = outcome
            record.ended = time.time()

    def as_json(self, since: int = 0) -> list[dict[str, Any]]:
        """Give those from number `since` on; their texts joined to `text`."""
        return [_as_json(record) for record in self._all[since:]]

    def counts(self) -> tuple[int, int]:
        """How many have begun, and how many of them have ended."""
        return len(self._all), sum(bool(record.outcome) for record in self._all)

    def running(self) -> int:
        """How many have not ended."""
        return sum(not record.outcome for record in self._all)

    def clear(self) -> None:
        """Forget all that have ended."""
        self._all.clear()
